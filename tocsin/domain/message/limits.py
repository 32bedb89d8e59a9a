"""How much each way of travelling takes, and what is done with more."""

import re
from typing import Final

from tocsin.domain.message.template import Style

BYTES_MAX: Final = {Style.FEISHU: 4000, Style.DINGTALK: 4000, Style.WECOM: 4000}
"""Robots that refuse longer texts; more is cut."""
CHARACTERS_CUT: Final = {Style.SLACK: 15_000, Style.SLACK_APP: 15_000, Style.SMS: 1000}
CHARACTERS_MAX: Final = {Style.TELEGRAM: 4096, Style.TEAMS_APP: 28_000}
"""Ways whose text can't be cut without spoiling it; more is an error."""
LINES_CUT: Final = {Style.WECOM_APP: 8}

_BREAK: Final = re.compile(r"<br\s*/?>")


class TooLong(ValueError):
    """A text that can neither be sent nor cut."""


def fitted(style: Style, text: str) -> str:
    """The text as it can be sent that way. Raises TooLong.

    Outside mails, blank lines go and `<br />` becomes a line's end.
    """
    if style is not Style.EMAIL:
        lines = [line for line in text.splitlines() if line.strip()]
        text = _BREAK.sub("\n", "\n".join(lines)).strip()
    most = CHARACTERS_MAX.get(style)
    if most is not None and len(text) > most:
        raise TooLong(f"{len(text)} characters, and {style} takes {most}")
    if style in LINES_CUT:
        text = "\n".join(text.split("\n")[: LINES_CUT[style]])
    if style in BYTES_MAX:
        text = text.encode()[: BYTES_MAX[style]].decode("utf-8", "ignore")
    return text[: CHARACTERS_CUT.get(style, len(text))]
