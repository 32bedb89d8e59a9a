"""Functions about how words are written: capitals, joints, lines."""

import re
from typing import Final

from tocsin.domain.go_template.functions import Library
from tocsin.domain.template_functions.size import check_text

LETTERING: Final = Library()
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+[A-Za-z]*|[^\W_]+")
_WORDS: Final = re.compile(r"\S+")
_CONNECTORS: Final = re.compile(r"[\s_-]+")


@LETTERING.add("title", '{{title "disk full"}}', "Disk Full")
def title(text: str) -> str:
    """The text with a capital at the beginning of each word."""
    return re.sub(r"(?<![\w'])\w", lambda found: found.group().upper(), text)


@LETTERING.add("untitle", '{{untitle "Disk Full"}}', "disk full")
def untitle(text: str) -> str:
    """The text with a small letter at the beginning of each word."""
    return _WORDS.sub(lambda found: found.group()[0].lower() + found.group()[1:], text)


@LETTERING.add("swapcase", '{{swapcase "Web"}}', "wEB")
def swapcase(text: str) -> str:
    """The text with capitals for small letters and the other way round."""
    return text.swapcase()


@LETTERING.add("nospace", '{{nospace "a b  c"}}', "abc")
def nospace(text: str) -> str:
    """The text without any space."""
    return "".join(text.split())


@LETTERING.add("initials", '{{initials "Disk Full"}}', "DF")
def initials(text: str) -> str:
    """The first letter of each word."""
    return "".join(word[0] for word in text.split())


@LETTERING.add("snakecase", '{{snakecase "DiskFull"}}', "disk_full")
def snakecase(text: str) -> str:
    """The words in small letters, with _ between."""
    return "_".join(_PARTS.findall(text)).lower()


@LETTERING.add("kebabcase", '{{kebabcase "DiskFull"}}', "disk-full")
def kebabcase(text: str) -> str:
    """The words in small letters, with - between."""
    return "-".join(_PARTS.findall(text)).lower()


@LETTERING.add("camelcase", '{{camelcase "disk_full"}}', "DiskFull")
def camelcase(text: str) -> str:
    """The words without anything between, each with a capital at its beginning."""
    return "".join(word[:1].upper() + word[1:] for word in _CONNECTORS.split(text))


@LETTERING.add("wrap", '{{wrap 5 "disk is full"}}', "disk\nis\nfull")
def wrap(width: int, text: str) -> str:
    """The text in lines no longer than that, longer words excepted."""
    return _wrapped(text, max(width, 1), "\n", breaks_words=False)


@LETTERING.add("wrapWith", '{{wrapWith 4 "|" "disk full"}}', "disk|full")
def wrap_with(width: int, between: str, text: str) -> str:
    """The text in parts no longer than that, with something between; long words are broken."""
    check_text(len(text) * (len(between) + 1) // max(width, 1))
    return _wrapped(text, max(width, 1), between, breaks_words=True)


def _wrapped(text: str, width: int, between: str, *, breaks_words: bool) -> str:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        rest = word
        if line and len(line) + 1 + len(rest) <= width:
            line = f"{line} {rest}"
            continue
        if line:
            lines.append(line)
        while breaks_words and len(rest) > width:
            lines.append(rest[:width])
            rest = rest[width:]
        line = rest
    return between.join([*lines, line] if line else lines)
