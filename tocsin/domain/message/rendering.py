"""Templates become messages: bounded, escaped, fitted, and never without words in the end."""

from typing import Final

from msgspec import Struct

from tocsin.domain.go_template import template as go_template
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.message.builtin import builtin
from tocsin.domain.message.data import Subject, record
from tocsin.domain.message.functions import MESSAGE
from tocsin.domain.message.limits import TooLong, fitted
from tocsin.domain.message.template import SOURCE_MAX, Style, Template
from tocsin.domain.template_functions.library import functions
from tocsin.kernel.units import MINUTE

STEPS_MAX: Final = 20_000
SIZE_MAX: Final = 128 * 1024


class Unwritable(ValueError):
    """A template that makes no message, and why."""


class Written(Struct, frozen=True):
    """A message's text; `fallback` says why the account's own template was not used, if so."""

    text: str
    fallback: str = ""


def render(style: Style, source: str, subject: Subject, now: int) -> str:
    """What a template says of an incident, fit to travel that way; `now` is in ms.

    What the incident says is escaped as HTML; `toHtml` leaves it as it is. Raises Unwritable.
    """
    if len(source) > SOURCE_MAX:
        raise Unwritable(f"the template has more than {SOURCE_MAX} characters")
    zone = subject.view.account_time_zone
    known = {**functions(now // MINUTE * MINUTE, zone), **MESSAGE}
    try:
        text = go_template.render(
            source, record(subject), known, steps=STEPS_MAX, size=SIZE_MAX, escaped=True
        )
        return fitted(style, text)
    except (TemplateError, TooLong) as failure:
        raise Unwritable(str(failure)) from None


def message(style: Style, template: Template | None, subject: Subject, now: int) -> Written:
    """What to tell people: by the account's template, or by the built-in one where that has
    nothing to say or fails."""
    fallback = ""
    source = template.source(style) if template else ""
    if template and source:
        try:
            text = render(style, source, subject, now)
        except Unwritable as failure:
            fallback = f"template {template.name} failed for {style}: {failure}"
        else:
            if text:
                return Written(text)
            fallback = f"template {template.name} wrote nothing for {style}"
    own = builtin(subject.view.account_locale)[style]
    try:
        return Written(render(style, own, subject, now), fallback)
    except Unwritable as failure:
        # A title of megabytes, say. Somebody must wake up all the same.
        return Written(subject.view.title[:200] or subject.view.num, fallback or str(failure))
