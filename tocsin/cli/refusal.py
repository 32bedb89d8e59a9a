"""What the command line says instead of doing something: the reason and the next step."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2


class Refusal(Exception):
    """Ends the command; shown on standard error as it is, so it never holds a secret."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean X?` for the known word closest to `word`, else nothing."""
    found = get_close_matches(word, list(known), 1, 0.5)
    return f" Did you mean {found[0]}?" if found else ""
