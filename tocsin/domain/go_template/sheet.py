"""What a template writes on, as long as there is room."""

from html import escape

from tocsin.domain.go_template import printing
from tocsin.domain.go_template.failure import TooMuch
from tocsin.domain.go_template.values import Markup


class Sheet:
    """Plain text of at most `size` characters."""

    def __init__(self, size: int) -> None:
        self._parts: list[str] = []
        self._room = size
        self._size = size

    def text(self, text: str) -> None:
        """Write what stands in the template itself. Raises TooMuch when there is no room."""
        self._room -= len(text)
        if self._room < 0:
            raise TooMuch(f"the template writes more than {self._size} characters")
        self._parts.append(text)

    def value(self, value: object) -> None:
        """Write a value. Raises TooMuch when there is no room."""
        self.text(printing.written(value))

    def all(self) -> str:
        """All that was written."""
        return "".join(self._parts)


class EscapingSheet(Sheet):
    """Text in which values are escaped as HTML, but for those that are HTML already."""

    def value(self, value: object) -> None:
        if isinstance(value, Markup):
            self.text(value)
        else:
            self.text(escape(printing.written(value)))
