"""A template that is ready to be rendered, any number of times."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from tocsin.domain.go_template.builtin import BUILTIN
from tocsin.domain.go_template.evaluator import SHORT, Run
from tocsin.domain.go_template.functions import Function
from tocsin.domain.go_template.nodes import Program
from tocsin.domain.go_template.parser import parse
from tocsin.domain.go_template.sheet import EscapingSheet, Sheet

STEPS_MAX: Final = 50_000
OUTPUT_MAX: Final = 256 * 1024
REMEMBERED_MAX: Final = 512


def render(
    template: str,
    data: object,
    functions: Mapping[str, Function],
    *,
    steps: int = STEPS_MAX,
    size: int = OUTPUT_MAX,
    escaped: bool = False,
) -> str:
    """What a template makes of data, with the functions of Go and those given.

    At most `steps` steps are taken and `size` characters written; values that are no HTML already
    are `escaped` where asked. Raises TemplateError that names
    the line and what is wrong there.
    """
    known = {**BUILTIN, **functions}
    sheet = EscapingSheet(size) if escaped else Sheet(size)
    Run(program(template, frozenset(known)), known, data, sheet, steps).run()
    return sheet.all()


def read(template: str, functions: Iterable[str]) -> None:
    """Read a template that may call the functions named, without running it.

    Raises TemplateError.
    """
    program(template, frozenset(BUILTIN).union(functions))


@lru_cache(REMEMBERED_MAX)
def program(template: str, functions: frozenset[str]) -> Program:
    """A template that was read. Raises TemplateError."""
    return parse(template, functions.union(SHORT))
