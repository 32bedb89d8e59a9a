"""Messages in the caller's language.

English is written where it is raised; `<noun>.json` beside this file maps each English template
to its Chinese twin with the same placeholders. A test keeps the two complete.
"""

import json
from functools import cache
from importlib.resources import files


@cache
def _chinese() -> dict[str, str]:
    catalogue: dict[str, str] = {}
    for entry in files(__name__).iterdir():
        if entry.name.endswith(".json"):
            catalogue.update(json.loads(entry.read_text(encoding="utf-8")))
    return catalogue


def translate(template: str, language: str) -> str:
    """The template in `language` (`en` or `zh`); English where there is no other."""
    return _chinese().get(template, template) if language == "zh" else template


def preferred(accept_language: str) -> str:
    """`en` or `zh` from an Accept-Language header: the one of the two it ranks first."""
    best, best_weight = "en", 0.0
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        language = tag[:2].lower()
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            rank = 0.0
        if language in ("en", "zh") and rank > best_weight:
            best, best_weight = language, rank
    return best
