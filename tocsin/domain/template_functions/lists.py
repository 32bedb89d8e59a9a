"""Functions about lists."""

from typing import Final

from tocsin.domain.go_template import printing
from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import truth, type_name
from tocsin.domain.template_functions.size import check_list

LISTS: Final = Library()


@LISTS.add("list tuple", '{{list 1 "a" true}}', "[1 a true]")
def make(*values: object) -> list[object]:
    """A list of the values."""
    return list(values)


@LISTS.add("append push mustAppend mustPush", "{{append (list 1) 2}}", "[1 2]")
def append(values: list[object], value: object) -> list[object]:
    """The list with a value more at its end."""
    check_list(len(values))
    return [*values, value]


@LISTS.add("prepend mustPrepend", "{{prepend (list 2) 1}}", "[1 2]")
def prepend(values: list[object], value: object) -> list[object]:
    """The list with a value more at its beginning."""
    check_list(len(values))
    return [value, *values]


@LISTS.add("concat", "{{concat (list 1) (list 2)}}", "[1 2]")
def concat(*lists: list[object]) -> list[object]:
    """The lists one after the other."""
    check_list(sum(map(len, lists)))
    return [each for values in lists for each in values]


@LISTS.add("first mustFirst", "{{first (list 1 2 3)}}", "1")
def first(values: list[object]) -> object:
    """The first element, nothing for an empty list."""
    return values[0] if values else None


@LISTS.add("last mustLast", "{{last (list 1 2 3)}}", "3")
def last(values: list[object]) -> object:
    """The last element, nothing for an empty list."""
    return values[-1] if values else None


@LISTS.add("rest mustRest", "{{rest (list 1 2 3)}}", "[2 3]")
def rest(values: list[object]) -> list[object]:
    """All elements but the first."""
    return values[1:]


@LISTS.add("initial mustInitial", "{{initial (list 1 2 3)}}", "[1 2]")
def initial(values: list[object]) -> list[object]:
    """All elements but the last."""
    return values[:-1]


@LISTS.add("reverse mustReverse", "{{reverse (list 1 2 3)}}", "[3 2 1]")
def reverse(values: list[object]) -> list[object]:
    """The elements from the last to the first."""
    return values[::-1]


@LISTS.add("compact mustCompact", '{{compact (list "" "a" 0)}}', "[a]")
def compact(values: list[object]) -> list[object]:
    """The elements that are not empty."""
    return list(filter(truth, values))


@LISTS.add("uniq mustUniq", '{{uniq (list "a" "b" "a")}}', "[a b]")
def uniq(values: list[object]) -> list[object]:
    """The elements without repetitions."""
    found: dict[tuple[str, str], object] = {}
    for each in values:
        found.setdefault(_identity(each), each)
    return list(found.values())


@LISTS.add("without mustWithout", '{{without (list "a" "b") "a"}}', "[b]")
def without(values: list[object], *left_out: object) -> list[object]:
    """The elements that are none of these."""
    unwanted = set(map(_identity, left_out))
    return [each for each in values if _identity(each) not in unwanted]


@LISTS.add("has mustHas", '{{has "a" (list "a" "b")}}', "true")
def has(value: object, values: list[object]) -> bool:
    """Whether the value is among the elements."""
    return _identity(value) in map(_identity, values)


@LISTS.add("chunk mustChunk", "{{chunk 2 (list 1 2 3)}}", "[[1 2] [3]]")
def chunk(size: int, values: list[object]) -> list[list[object]]:
    """The list in lists no longer than that."""
    if size < 1:
        raise FunctionError("wants a size of 1 or more")
    return [values[start : start + size] for start in range(0, len(values), size)]


@LISTS.add("deepEqual", "{{deepEqual (list 1) (list 1)}}", "true")
def deep_equal(one: object, other: object) -> bool:
    """Whether two values are the same in all their parts."""
    return _identity(one) == _identity(other)


def _identity(value: object) -> tuple[str, str]:
    return type_name(value), printing.literal(value)
