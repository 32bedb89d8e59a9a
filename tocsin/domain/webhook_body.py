"""Bodies of webhooks in a receiver's own shape: JSON in which `{{path.to.value}}` stands for what
the event holds there.

A path is dotted, with places in lists by number: `incident.responders.0.email`. Text that is one
variable and nothing else takes the value with its type; within other text it becomes text. A path
that leads nowhere stays as it was written.
"""

import re
from typing import Any, Final

import msgspec

from tocsin.kernel.errors import InvalidParameter

TEMPLATE_MAX: Final = 32 * 1024
RESULT_MAX: Final = 1024 * 1024
_VARIABLE: Final = re.compile(r"\{\{\s*([^{}\s]{1,300})\s*\}\}")
_INDEX: Final = re.compile(r"\[(\d{1,6})\]")
_MISSING: Final = object()


class TooLarge(ValueError):
    """The filled body would be larger than any receiver takes."""


def check(template: str) -> None:
    """Raise InvalidParameter for a body that is too long or no JSON."""
    if len(template) > TEMPLATE_MAX:
        raise InvalidParameter(
            "{field} must have at most {maximum} characters, not {count}",
            field="settings.body",
            maximum=TEMPLATE_MAX,
            count=len(template),
        )
    try:
        msgspec.json.decode(template)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidParameter(
            '{field} is no JSON; write variables inside quotes, as "{example}"',
            field="settings.body",
            example="{{incident.title}}",
        ) from None


def fill(template: str, event: bytes) -> bytes:
    """The body for an event, which is JSON. Raises TooLarge where it would exceed RESULT_MAX."""
    return msgspec.json.encode(
        _Filling(msgspec.json.decode(event)).value(msgspec.json.decode(template))
    )


class _Filling:
    def __init__(self, event: Any) -> None:
        self._event = event
        self._left = RESULT_MAX
        self._known: dict[str, tuple[Any, str]] = {}

    def value(self, template: Any) -> Any:
        if isinstance(template, dict):
            return {key: self.value(item) for key, item in template.items()}
        if isinstance(template, list):
            return [self.value(item) for item in template]
        if not isinstance(template, str):
            return template
        whole = _VARIABLE.fullmatch(template)
        if whole:
            found, text = self._find(whole[1])
            if found is _MISSING:
                return template
            self._spend(len(text))
            return found
        return _VARIABLE.sub(self._text, template)

    def _text(self, variable: re.Match[str]) -> str:
        found, text = self._find(variable[1])
        if found is _MISSING:
            return variable[0]
        self._spend(len(text))
        return text

    def _find(self, path: str) -> tuple[Any, str]:
        """What stands there, and as text."""
        if path not in self._known:
            found = _at(self._event, _INDEX.sub(r".\1", path).split("."))
            shown = found if isinstance(found, str) else ""
            if not isinstance(found, str) and found is not _MISSING:
                shown = msgspec.json.encode(found).decode()
            self._known[path] = (found, shown)
        return self._known[path]

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge


def _at(value: Any, steps: list[str]) -> Any:
    """What a path leads to. Names may hold dots themselves: the shortest that exists is taken."""
    if not steps:
        return value
    if isinstance(value, list):
        place = steps[0]
        fits = place.isascii() and place.isdigit() and int(place) < len(value)
        return _at(value[int(place)], steps[1:]) if fits else _MISSING
    if not isinstance(value, dict):
        return _MISSING
    for length in range(1, len(steps) + 1):
        name = ".".join(steps[:length])
        if name in value:
            found = _at(value[name], steps[length:])
            if found is not _MISSING:
                return found
    return _MISSING
