"""Templates as people write them into settings: checked when they are saved, bounded when run."""

from collections.abc import Iterable, Mapping
from typing import Final

from tocsin.domain.go_template import template as go_template
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.functions import Function
from tocsin.domain.template_functions.library import functions
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import MINUTE

MARK: Final = "[TPL]"
"""What a text begins with that is a template where most texts are none."""
STEPS_MAX: Final = 10_000
SIZE_MAX: Final = 16 * 1024
_ACTION: Final = "{{"
_NO_MORE: Final[Mapping[str, Function]] = {}


def check(template: str, field: str, more: Iterable[str] = ()) -> None:
    """Raise InvalidParameter for text that is no template, with its line.

    A mark before it is left out; `more` names functions it may call beside the usual ones.
    """
    try:
        go_template.read(template.removeprefix(MARK), {*functions(0), *more})
    except TemplateError as error:
        raise InvalidParameter(
            "{field} is not a template, line {line}: {problem}",
            field=field,
            line=error.line,
            problem=error.what,
        ) from None


def rendered(template: str, data: object, now: int, more: Mapping[str, Function] = _NO_MORE) -> str:
    """What a template makes of data; `now` is in ms, told to templates by the minute.

    Raises TemplateError.
    """
    if _ACTION not in template:
        return template
    known = {**functions(now // MINUTE * MINUTE), **more}
    return go_template.render(template, data, known, steps=STEPS_MAX, size=SIZE_MAX)
