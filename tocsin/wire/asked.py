"""What requests have in common: spans of time, comma-separated choices, bounds."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct

from tocsin.domain import full_text
from tocsin.domain.filter import is_pattern
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import SECOND, from_seconds

SPAN_SECONDS_MAX: Final = 31 * 86_400
ENTRIES_MAX: Final = 1000
WORDS_MAX: Final = 16
LABELS_MAX: Final = 16
VALUES_MAX: Final = 100
PATTERNS_MAX: Final = 16

Choice = TypeVar("Choice", bound=StrEnum)

LabelFilter = Annotated[
    dict[str, tuple[str, ...]],
    Meta(
        description="Each label must have one of its values: the text itself, a wildcard with * "
        "and ?, or a /pattern/. At most 16 labels, 100 values and 16 wildcards and patterns."
    ),
]
StartTime = Annotated[int, Meta(description="Seconds; needed unless ids are given.")]
EndTime = Annotated[int, Meta(description="Seconds; at most 31 days after start_time.")]


def span(start: int, end: int) -> tuple[int, int]:
    """A window in ms, both ends included; InvalidParameter for one empty or over 31 days."""
    if not 0 <= start < end:
        raise InvalidParameter(
            "start_time must be before end_time, both in seconds, not {start} and {end}",
            start=start,
            end=end,
        )
    if end - start > SPAN_SECONDS_MAX:
        raise InvalidParameter(
            "end_time must lie at most 31 days after start_time, not {seconds} seconds",
            seconds=end - start,
        )
    return from_seconds(start), min(from_seconds(end) + SECOND - 1, 2**62)


def choices(kind: Iterable[Choice], field: str, text: str) -> tuple[Choice, ...] | None:
    """The members a comma-separated list names; None for an empty one."""
    members = {str(member): member for member in kind}
    words = dict.fromkeys(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if word not in members:
            raise InvalidParameter(
                "{field} must be among {choices}, not {value}",
                field=field,
                choices=", ".join(members),
                value=word,
            )
    return tuple(members[word] for word in words) or None


def check_lengths(request: Struct) -> None:
    """InvalidParameter for a list of ids, keys or labels that is too long to look for."""
    for name in request.__struct_fields__:
        values = getattr(request, name)
        if isinstance(values, tuple | dict) and len(values) > ENTRIES_MAX:
            raise InvalidParameter(
                "{field} must have at most {maximum} entries, not {count}",
                field=name,
                maximum=ENTRIES_MAX,
                count=len(values),
            )


def check_words(field: str, text: str) -> None:
    """InvalidParameter for a full-text query of more words than are looked for at a time."""
    count = len(full_text.wanted(text))
    if count > WORDS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} words, not {count}; leave some out",
            field=field,
            maximum=WORDS_MAX,
            count=count,
        )


def check_wanted(field: str, wanted: Mapping[str, Sequence[str]]) -> None:
    """InvalidParameter for more names, values or patterns than are looked for at a time."""
    values = [value for some in wanted.values() for value in some]
    patterns = sum(map(is_pattern, values))
    if len(wanted) > LABELS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} names, not {count}; leave some out",
            field=field,
            maximum=LABELS_MAX,
            count=len(wanted),
        )
    if len(values) > VALUES_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} values in all, not {count}; leave some out",
            field=field,
            maximum=VALUES_MAX,
            count=len(values),
        )
    if patterns > PATTERNS_MAX:
        raise InvalidParameter(
            "{field} may have at most {maximum} wildcards and patterns, not {count}; leave some out",
            field=field,
            maximum=PATTERNS_MAX,
            count=patterns,
        )


def check_text(field: str, text: str, maximum: int) -> None:
    """InvalidParameter for a text that is too long."""
    if len(text) > maximum:
        raise InvalidParameter(
            "{field} must have at most {maximum} characters, not {count}",
            field=field,
            maximum=maximum,
            count=len(text),
        )
