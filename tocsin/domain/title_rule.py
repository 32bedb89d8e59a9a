"""Titles made from a rule and the labels of an alert."""

import re
from collections.abc import Mapping
from typing import Final

LENGTH_MAX: Final = 512
TEMPLATE_MARK: Final = "[TPL]"
MISSING: Final = "<no value>"

_LABEL = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def render(rule: str, labels: Mapping[str, str]) -> str:
    """The title that `rule` gives over `labels`, at most 512 characters and never empty.

    - `$a::$b::$c` takes the first value, ` / `, the second, ` - ` and the third;
    - `[TPL]…${a}…` puts label values into text;
    - `[TPL]{{…}}`, the Go-template form, is kept as it was sent: `event_template` renders it, once
      the whole event is known;
    - anything else is the title itself.

    A label that is missing shows as `<no value>`: a bad rule never holds an alert back.
    """
    return (_rendered(rule, labels).strip() or rule)[:LENGTH_MAX]


def _rendered(rule: str, labels: Mapping[str, str]) -> str:
    if rule.startswith(TEMPLATE_MARK):
        text = rule.removeprefix(TEMPLATE_MARK)
        if "{{" in text:
            return rule
        return _LABEL.sub(lambda match: labels.get(match[1], MISSING), text)
    parts = rule.split("::")
    if not any(part.startswith("$") for part in parts):
        return rule
    first, *rest = (_part(part.strip(), labels) for part in parts)
    return " / ".join((first, " - ".join(rest))) if rest else first


def _part(part: str, labels: Mapping[str, str]) -> str:
    return labels.get(part[1:], MISSING) if part.startswith("$") else part
