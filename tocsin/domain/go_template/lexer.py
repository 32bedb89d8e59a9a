"""Cuts a template into tokens: plain text, and what stands between `{{` and `}}`."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NoReturn

from msgspec import Struct

from tocsin.domain.go_template.failure import TemplateError

KEYWORDS: Final = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with")
)


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    OPEN = auto()
    CLOSE = auto()
    SPACE = auto()
    KEYWORD = auto()
    IDENTIFIER = auto()
    FIELD = auto()
    VARIABLE = auto()
    NUMBER = auto()
    CHARACTER = auto()
    STRING = auto()
    RAW = auto()
    DOT = auto()
    PIPE = auto()
    LEFT = auto()
    RIGHT = auto()
    DECLARE = auto()
    ASSIGN = auto()
    COMMA = auto()
    END = auto()


class Token(Struct, frozen=True):
    """A piece of a template, as it is written, and the line it begins in."""

    kind: Kind
    text: str
    line: int


_SPACE: Final = " \t\r\n"
_WORD: Final = r"\w+"
_INSIDE: Final = re.compile(
    r"(?P<SPACE>\s+)"
    r"|(?P<DECLARE>:=)|(?P<ASSIGN>=)|(?P<COMMA>,)|(?P<PIPE>\|)|(?P<LEFT>\()|(?P<RIGHT>\))"
    r"""|(?P<STRING>"(?:[^"\\\n]|\\.)*")|(?P<RAW>`[^`]*`)|(?P<CHARACTER>'(?:[^'\\\n]|\\.)+')"""
    r"|(?P<NUMBER>[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+"
    r"|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?))"
    rf"|(?P<VARIABLE>\$(?:{_WORD})?)|(?P<FIELD>\.{_WORD})|(?P<DOT>\.)|(?P<IDENTIFIER>{_WORD})"
)
_WORDS: Final = frozenset((Kind.NUMBER, Kind.VARIABLE, Kind.FIELD, Kind.IDENTIFIER))
_ENDS_WORD: Final = frozenset(f"{_SPACE}.,|:=()")


def tokens(template: str) -> Iterator[Token]:
    """The tokens of a template, trimmed where `{{-` and `-}}` say so; comments are left out.

    Raises TemplateError for what belongs to no token.
    """
    return _Lexer(template).run()


class _Lexer:
    def __init__(self, template: str) -> None:
        self._all = template
        self._at = 0
        self._line = 1
        self._trims_next = False

    def run(self) -> Iterator[Token]:
        while True:
            start = self._all.find("{{", self._at)
            yield from self._text(len(self._all) if start < 0 else start)
            if start < 0:
                yield Token(Kind.END, "", self._line)
                return
            is_trimmed = self._is_trim(start + 2)
            self._at = start + (4 if is_trimmed else 2)
            if self._all.startswith("/*", self._at):
                self._comment()
            else:
                yield Token(Kind.OPEN, "{{", self._line)
                yield from self._action()

    def _text(self, end: int) -> Iterator[Token]:
        text, line = self._all[self._at : end], self._line
        self._line += text.count("\n")
        if self._trims_next:
            text = text.lstrip(_SPACE)
        if self._is_trim(end + 2):
            text = text.rstrip(_SPACE)
        if text:
            yield Token(Kind.TEXT, text, line)

    def _is_trim(self, position: int) -> bool:
        sign = self._all[position : position + 2]
        return len(sign) == 2 and sign[0] == "-" and sign[1] in _SPACE

    def _comment(self) -> None:
        end = self._all.find("*/", self._at)
        if end < 0:
            raise TemplateError(self._line, "a comment is not closed with */")
        self._line += self._all.count("\n", self._at, end)
        self._at = end + 2
        if not self._close():
            raise TemplateError(self._line, "a comment must end with */}} or */ -}}")

    def _close(self) -> bool:
        """Step over `}}` or ` -}}`, if that comes next."""
        if self._all.startswith("}}", self._at):
            self._at += 2
            self._trims_next = False
            return True
        if self._all[self._at : self._at + 1] in _SPACE and self._all.startswith(
            "-}}", self._at + 1
        ):
            self._at += 4
            self._trims_next = True
            return True
        return False

    def _action(self) -> Iterator[Token]:
        line = self._line
        while not self._close():
            if self._at >= len(self._all):
                raise TemplateError(line, "an action is not closed with }}")
            yield self._token()
        yield Token(Kind.CLOSE, "}}", self._line)

    def _token(self) -> Token:
        found = _INSIDE.match(self._all, self._at)
        if found is None or found.lastgroup is None:
            self._complain()
        kind, text, line = Kind[found.lastgroup], found.group(), self._line
        if kind is Kind.SPACE and self._all.startswith("-}}", found.end()):
            text = text[:-1]
        self._at += len(text)
        self._line += text.count("\n")
        if kind in _WORDS:
            self._check_end(text)
        if kind is Kind.IDENTIFIER and text in KEYWORDS:
            kind = Kind.KEYWORD
        return Token(kind, text, line)

    def _check_end(self, word: str) -> None:
        after = self._all[self._at : self._at + 1]
        if after and after not in _ENDS_WORD and not self._all.startswith("}}", self._at):
            raise TemplateError(self._line, f"unexpected {after!r} after {word}")

    def _complain(self) -> NoReturn:
        character = self._all[self._at]
        what = "text is not closed" if character in "\"'`" else "no token can begin with"
        raise TemplateError(self._line, f"{what}: {character}")
