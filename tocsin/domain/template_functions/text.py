"""Functions about text."""

from typing import Final

from tocsin.domain.go_template import printing
from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import Texts
from tocsin.domain.template_functions.conversion import texts
from tocsin.domain.template_functions.size import check_text

TEXT: Final = Library()
_SPACE: Final = " \t\n\v\f\r\x85\xa0"
_ABBREVIATED_MIN: Final = 4


@TEXT.add("trim", '{{trim "  up  "}}', "up")
def trim(text: str) -> str:
    """The text without space at either end."""
    return text.strip(_SPACE)


@TEXT.add("trimAll trimall", '{{trimAll "$" "$5$"}}', "5")
def trim_all(characters: str, text: str) -> str:
    """The text without these characters at either end."""
    return text.strip(characters) if characters else text


@TEXT.add("trimSuffix", '{{trimSuffix ".local" "web.local"}}', "web")
def trim_suffix(suffix: str, text: str) -> str:
    """The text without this end."""
    return text.removesuffix(suffix)


@TEXT.add("trimPrefix", '{{trimPrefix "www." "www.example.com"}}', "example.com")
def trim_prefix(prefix: str, text: str) -> str:
    """The text without this beginning."""
    return text.removeprefix(prefix)


@TEXT.add("upper", '{{upper "web-1"}}', "WEB-1")
def upper(text: str) -> str:
    """The text in capitals."""
    return text.upper()


@TEXT.add("lower", '{{lower "WEB-1"}}', "web-1")
def lower(text: str) -> str:
    """The text in small letters."""
    return text.lower()


@TEXT.add("repeat", '{{repeat 3 "-"}}', "---")
def repeat(count: int, text: str) -> str:
    """The text several times over."""
    if count < 0:
        raise FunctionError("wants a count of 0 or more")
    check_text(count * len(text))
    return text * count


@TEXT.add("substr", '{{substr 0 3 "production"}}', "pro")
def substr(start: int, end: int, text: str) -> str:
    """The text from one position up to, but without, another; -1 is the beginning or the end."""
    if start < 0:
        return text[: max(end, 0)]
    return text[start:] if end < 0 else text[start:end]


@TEXT.add("trunc", '{{trunc 3 "production"}}', "pro")
def trunc(count: int, text: str) -> str:
    """At most that many characters from the beginning; from the end for a negative count."""
    return text[count:] if count < 0 else text[:count]


@TEXT.add("abbrev", '{{abbrev 6 "production"}}', "pro...")
def abbrev(count: int, text: str) -> str:
    """At most that many characters, the last three of them dots if something was cut."""
    if count < _ABBREVIATED_MIN or len(text) <= count:
        return text
    return text[: count - 3] + "..."


@TEXT.add("contains", '{{contains "cpu" "high cpu load"}}', "true")
def contains(part: str, text: str) -> bool:
    """Whether the text holds the part."""
    return part in text


@TEXT.add("hasPrefix", '{{hasPrefix "web" "web-1"}}', "true")
def has_prefix(prefix: str, text: str) -> bool:
    """Whether the text begins so."""
    return text.startswith(prefix)


@TEXT.add("hasSuffix", '{{hasSuffix ".log" "app.log"}}', "true")
def has_suffix(suffix: str, text: str) -> bool:
    """Whether the text ends so."""
    return text.endswith(suffix)


@TEXT.add("quote", '{{quote "a" 1}}', '"a" "1"')
def quote(*values: object) -> str:
    """The values in double quotes, without those that are nothing."""
    return " ".join(printing.quoted(printing.shown(each)) for each in values if each is not None)


@TEXT.add("squote", '{{squote "a" 1}}', "'a' '1'")
def squote(*values: object) -> str:
    """The values in single quotes, without those that are nothing."""
    return " ".join(f"'{printing.shown(each)}'" for each in values if each is not None)


@TEXT.add("cat", '{{cat "disk" 91 "%"}}', "disk 91 %")
def cat(*values: object) -> str:
    """The values with a space between, without those that are nothing."""
    return " ".join(printing.shown(each) for each in values if each is not None)


@TEXT.add("indent", '{{indent 2 "a"}}', "  a")
def indent(count: int, text: str) -> str:
    """Every line with that many spaces before it."""
    _check_indent(count, text)
    pad = " " * count
    return pad + text.replace("\n", "\n" + pad)


@TEXT.add("nindent", '{{nindent 2 "a"}}', "\n  a")
def nindent(count: int, text: str) -> str:
    """A new line, and every line with that many spaces before it."""
    return "\n" + indent(count, text)


def _check_indent(count: int, text: str) -> None:
    if count < 0:
        raise FunctionError("wants a count of 0 or more")
    check_text(count * (text.count("\n") + 1))


@TEXT.add("replace", '{{replace "_" " " "disk_full"}}', "disk full")
def replace(old: str, new: str, text: str) -> str:
    """The text with one part replaced by another wherever it occurs."""
    check_text(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


@TEXT.add("plural", '{{plural "alert" "alerts" 2}}', "alerts")
def plural(one: str, many: str, count: int) -> str:
    """The word for one, or that for any other number."""
    return one if count == 1 else many


@TEXT.add("join", '{{list "a" "b" | join ", "}}', "a, b")
def join(between: str, values: object) -> str:
    """The elements of a list as one text."""
    parts = texts(values)
    check_text(sum(map(len, parts)) + len(between) * len(parts))
    return between.join(parts)


@TEXT.add("splitList", '{{splitList "," "a,b" | last}}', "b")
def split_list(between: str, text: str) -> list[str]:
    """The list of parts between which something stands."""
    return text.split(between) if between else list(text)


@TEXT.add("split", '{{(split "," "a,b")._1}}', "b")
def split(between: str, text: str) -> Texts:
    """The parts between which something stands, by the names _0, _1, …"""
    return _numbered(split_list(between, text))


@TEXT.add("splitn", '{{(splitn "," 2 "a,b,c")._1}}', "b,c")
def splitn(between: str, count: int, text: str) -> Texts:
    """At most that many parts, by the names _0, _1, …; the last one has the rest."""
    if not count:
        return Texts()
    if count < 0 or not between:
        return _numbered(split_list(between, text))
    return _numbered(text.split(between, count - 1))


def _numbered(parts: list[str]) -> Texts:
    return Texts({f"_{position}": part for position, part in enumerate(parts)})


@TEXT.add("sortAlpha", '{{list "b" "a" | sortAlpha | join ","}}', "a,b")
def sort_alpha(values: object) -> list[str]:
    """The elements as texts in alphabetic order."""
    return sorted(texts(values))


@TEXT.add("fail", '{{if false}}{{fail "no host"}}{{end}}ok', "ok")
def fail(message: str) -> str:
    """Gives up with this message."""
    raise FunctionError(message)
