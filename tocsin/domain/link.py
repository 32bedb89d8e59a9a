"""Addresses with an incident's values in them: `https://wiki.example/?q=${title}`."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

_VARIABLE: Final = re.compile(r"\$\{([^{}]{1,255})\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """The address with every variable replaced, escaped for use in one; by nothing if unknown."""
    return _VARIABLE.sub(lambda found: quote(values.get(found[1].strip(), ""), safe=""), template)
