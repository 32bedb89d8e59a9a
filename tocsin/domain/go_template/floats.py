"""Floating-point numbers as Go writes them."""

import math
from typing import Final

EXPONENT_MAX: Final = 6
"""From this power of ten on, a number is written with an exponent."""


def shortest(value: float, threshold: int = EXPONENT_MAX) -> str:
    """The shortest text that means this very number, without an exponent below 10^threshold."""
    if not math.isfinite(value):
        return special(value)
    sign, digits, exponent = _taken_apart(value)
    if not -4 <= exponent < threshold:
        return sign + _scientific(digits, exponent)
    return sign + _plain(digits, exponent)


def special(value: float) -> str:
    """Infinity, or what is no number."""
    if math.isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"


def formatted(value: float, verb: str, precision: int | None) -> str:
    """A number by one of the verbs e, E, f, F, g, G; without a precision the usual one."""
    if not math.isfinite(value):
        return special(value)
    if verb in "gG" and precision is None:
        text = shortest(value, EXPONENT_MAX)
        return text.upper() if verb == "G" else text
    if verb in "gG":
        return f"{value:.{precision or 1}{verb}}"
    return f"{value:.{6 if precision is None else precision}{verb}}"


def _taken_apart(value: float) -> tuple[str, str, int]:
    """The sign, the digits without zeros at either end, and the power of ten of the first."""
    text = f"{abs(value)!r}"
    mantissa, _, power = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    leading = len(digits) - len(digits.lstrip("0"))
    exponent = len(whole) - 1 - leading + int(power or 0)
    digits = digits.strip("0") or "0"
    sign = "-" if math.copysign(1, value) < 0 else ""
    return sign, digits, 0 if value == 0 else exponent


def _scientific(digits: str, exponent: int) -> str:
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    return f"{whole}.{digits[exponent + 1 :]}" if len(digits) > exponent + 1 else whole
