"""How much a function of a template may make at once."""

from typing import Final

from tocsin.domain.go_template.failure import TooMuch

TEXT_MAX: Final = 256 * 1024
LIST_MAX: Final = 10_000


def check_text(size: int) -> None:
    """Raise TooMuch for a text longer than is made at once."""
    if size > TEXT_MAX:
        raise TooMuch(f"makes more than {TEXT_MAX} characters")


def check_list(size: int) -> None:
    """Raise TooMuch for a list longer than is made at once."""
    if size > LIST_MAX:
        raise TooMuch(f"makes more than {LIST_MAX} elements")
