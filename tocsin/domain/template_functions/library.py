"""All functions that templates may call, beside Go's own."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from tocsin.domain.go_template.functions import Function, Library
from tocsin.domain.template_functions.arithmetic import ARITHMETIC
from tocsin.domain.template_functions.choice import CHOICE
from tocsin.domain.template_functions.conversion import CONVERSION
from tocsin.domain.template_functions.dates import dates
from tocsin.domain.template_functions.encoding import ENCODING
from tocsin.domain.template_functions.lettering import LETTERING
from tocsin.domain.template_functions.lists import LISTS
from tocsin.domain.template_functions.maps import MAPS
from tocsin.domain.template_functions.patterns import PATTERNS
from tocsin.domain.template_functions.text import TEXT

TIMELESS: Final = (
    TEXT,
    LETTERING,
    CHOICE,
    CONVERSION,
    ARITHMETIC,
    LISTS,
    MAPS,
    PATTERNS,
    ENCODING,
)
REMEMBERED_MAX: Final = 16
_TIMELESS: Final = Library()
for _each in TIMELESS:
    _TIMELESS.update(_each)


@lru_cache(REMEMBERED_MAX)
def functions(now: int, zone: str = "UTC") -> Mapping[str, Function]:
    """The functions by name, at a moment in ms since the epoch and in a time zone."""
    return {**_TIMELESS, **dates(now, zone)}
