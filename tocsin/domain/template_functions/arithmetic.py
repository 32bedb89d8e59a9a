"""Functions about numbers. Whole ones have 64 bits; what is no number counts as 0."""

import math
from decimal import Decimal
from functools import reduce
from typing import Final

from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.template_functions.conversion import real, whole, wrapped
from tocsin.domain.template_functions.size import check_list

ARITHMETIC: Final = Library()
_PLACES_MAX: Final = 15


@ARITHMETIC.add("add", "{{add 1 2 3}}", "6")
def add(*numbers: object) -> int:
    """The sum of whole numbers."""
    return wrapped(sum(map(whole, numbers)))


@ARITHMETIC.add("add1", "{{add1 41}}", "42")
def add1(number: object) -> int:
    """One more."""
    return wrapped(whole(number) + 1)


@ARITHMETIC.add("sub", "{{sub 5 2}}", "3")
def sub(number: object, other: object) -> int:
    """The difference of two whole numbers."""
    return wrapped(whole(number) - whole(other))


@ARITHMETIC.add("mul", "{{mul 2 3 4}}", "24")
def mul(number: object, *others: object) -> int:
    """The product of whole numbers."""
    return reduce(lambda so_far, each: wrapped(so_far * whole(each)), others, whole(number))


@ARITHMETIC.add("div", "{{div 7 2}}", "3")
def div(number: object, other: object) -> int:
    """How often the second fits into the first, without a rest."""
    return wrapped(_parts(number, other)[0])


@ARITHMETIC.add("mod", "{{mod 7 2}}", "1")
def mod(number: object, other: object) -> int:
    """What is left when the first is divided by the second."""
    return _parts(number, other)[1]


def _parts(number: object, other: object) -> tuple[int, int]:
    dividend, divisor = whole(number), whole(other)
    if not divisor:
        raise FunctionError("division by zero")
    quotient = abs(dividend) // abs(divisor)
    if (dividend < 0) is not (divisor < 0):
        quotient = -quotient
    return quotient, dividend - quotient * divisor


@ARITHMETIC.add("addf", "{{addf 0.1 0.2}}", "0.3")
def addf(*numbers: object) -> float:
    """The sum of numbers, decimal digits kept exact."""
    return float(sum(map(_decimal, numbers), Decimal(0)))


@ARITHMETIC.add("add1f", "{{add1f 1.5}}", "2.5")
def add1f(number: object) -> float:
    """One more."""
    return float(_decimal(number) + 1)


@ARITHMETIC.add("subf", "{{subf 1.5 0.5}}", "1")
def subf(number: object, *others: object) -> float:
    """The first without the others."""
    return float(_decimal(number) - sum(map(_decimal, others), Decimal(0)))


@ARITHMETIC.add("mulf", "{{mulf 1.5 2}}", "3")
def mulf(number: object, *others: object) -> float:
    """The product of numbers."""
    return float(reduce(lambda so_far, each: so_far * _decimal(each), others, _decimal(number)))


@ARITHMETIC.add("divf", "{{divf 3 2}}", "1.5")
def divf(number: object, *others: object) -> float:
    """The first divided by the others."""
    return float(reduce(lambda so_far, each: so_far / _decimal(each), others, _decimal(number)))


def _decimal(number: object) -> Decimal:
    value = real(number)
    if not math.isfinite(value):
        raise FunctionError("wants a finite number")
    return Decimal(repr(value))


@ARITHMETIC.add("max biggest", "{{max 1 3 2}}", "3")
def largest(number: object, *others: object) -> int:
    """The largest of whole numbers."""
    return max(map(whole, (number, *others)))


@ARITHMETIC.add("min", "{{min 3 1 2}}", "1")
def smallest(number: object, *others: object) -> int:
    """The smallest of whole numbers."""
    return min(map(whole, (number, *others)))


@ARITHMETIC.add("maxf", "{{maxf 1.5 2.5}}", "2.5")
def maxf(number: object, *others: object) -> float:
    """The largest of numbers."""
    return max(map(real, (number, *others)))


@ARITHMETIC.add("minf", "{{minf 1.5 2.5}}", "1.5")
def minf(number: object, *others: object) -> float:
    """The smallest of numbers."""
    return min(map(real, (number, *others)))


@ARITHMETIC.add("ceil", "{{ceil 1.1}}", "2")
def ceil(number: object) -> float:
    """The next whole number up."""
    value = real(number)
    return float(math.ceil(value)) if math.isfinite(value) else value


@ARITHMETIC.add("floor", "{{floor 1.9}}", "1")
def floor(number: object) -> float:
    """The next whole number down."""
    value = real(number)
    return float(math.floor(value)) if math.isfinite(value) else value


@ARITHMETIC.add("round", "{{round 91.274 1}}", "91.3")
def rounded(number: object, places: int) -> float:
    """The number rounded to that many decimal places, from a half on upwards."""
    if abs(places) > _PLACES_MAX:
        raise FunctionError(f"wants at most {_PLACES_MAX} places")
    value, power = real(number), 10.0**places
    if not math.isfinite(value * power):
        return value
    fraction, below = math.modf(value * power)
    return (math.ceil if fraction >= 0.5 else math.floor)(below + fraction) / power


@ARITHMETIC.add("until", '{{until 3 | join ","}}', "0,1,2")
def until(end: int) -> list[int]:
    """The whole numbers from 0 up to, but without, the end."""
    return until_step(0, end, -1 if end < 0 else 1)


@ARITHMETIC.add("untilStep", '{{untilStep 2 7 2 | join ","}}', "2,4,6")
def until_step(start: int, end: int, step: int) -> list[int]:
    """The whole numbers from a start up to, but without, an end, in steps."""
    if not step:
        return []
    numbers = range(start, end, step)
    check_list(len(numbers))
    return list(numbers)


@ARITHMETIC.add("seq", "{{seq 3}}", "1 2 3")
def seq(*bounds: int) -> str:
    """Numbers as text: up to an END, from a START, or START STEP END."""
    match bounds:
        case (end,):
            start, step = 1, 1 if end >= 1 else -1
        case (start, end):
            step = 1 if end >= start else -1
        case (start, step, end):
            pass
        case _:
            return ""
    if end < start and step > 0:
        return ""
    return " ".join(map(str, until_step(start, end + (1 if end >= start else -1), step)))
