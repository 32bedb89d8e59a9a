"""Messages with their variable parts named, so that the same error reads the same twice.

`User 17 not found` and `User 42 not found` both become `User <int> not found`. The patterns
run on RE2, in time linear in the text, and a text is cut before it is read.
"""

import re2

BYTES_MAX = 8 * 1024
LINES_MAX = 2

_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:Z|[+-]\d{2}:?\d{2}| ?(?:UTC|GMT|AM|PM|am|pm))?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
_OCTET = r"\d{1,3}"

# The first pattern that matches at a place wins, so the narrower stands before the wider.
_KINDS: tuple[tuple[str, str], ...] = (
    ("email", r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}"),
    ("url", r"\b[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>)\]}]+"),
    ("traceparent", r"\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b"),
    ("uuid", r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"),
    ("hash", r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b"),
    ("date", rf"\b{_DATE}(?:[T ]{_TIME}{_ZONE})?\b"),
    ("date", rf"\b{_DAY}\d{{1,2}}[ -]{_MONTH}[ -]\d{{2,4}}(?: {_TIME}{_ZONE})?\b"),
    ("date", rf"\b{_DAY}{_MONTH} {{1,2}}\d{{1,2}}(?: {_TIME}{_ZONE})?(?:,? \d{{4}})?\b"),
    ("date", rf"\b\d{{1,4}}/\d{{1,2}}/\d{{1,4}}(?: {_TIME}{_ZONE})?\b"),
    ("mac", r"\b[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}\b"),
    ("ip", rf"\b{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}(?::\d{{1,5}})?\b"),
    ("ip", r"\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b"),
    (
        "ip",
        r"\b[0-9a-fA-F]{3,4}(?::[0-9a-fA-F]{1,4}){0,5}::[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5}\b",
    ),
    ("date", rf"\b{_TIME}{_ZONE}\b"),
    ("duration", r"\b(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|sec|min|m|h|hr|d))+\b"),
    ("hex", r"\b0[xX][0-9a-fA-F]+\b"),
    ("float", r"\b\d+\.\d+(?:[eE][+-]?\d+)?\b"),
    ("int", r"\b\d+\b"),
    ("hex", r"\b[0-9a-fA-F]{7,}\b"),
    ("id", r"\b[A-Za-z0-9]{16,}\b"),
    ("value", r"=(?:\"[^\"]*\"|'[^']*'|(?:true|false|True|False)\b)"),
)
_NAMES = tuple(name for name, _ in _KINDS)
_PATTERN = re2.compile("|".join(f"({pattern})" for _, pattern in _KINDS))


def parameterise(text: str) -> str:
    """The first lines of `text` with emails, urls, ids, dates, numbers and the like named."""
    lines = [line for line in _cut(text).splitlines() if line.strip()]
    joined = " ".join(" ".join(lines[:LINES_MAX]).split())
    if not any(character.isdigit() or character in "@=:" for character in joined):
        return joined
    pieces: list[str] = []
    end = 0
    for match in _PATTERN.finditer(joined):
        pieces += (joined[end : match.start()], _placeholder(match.lastindex, match.group()))
        end = match.end()
    return "".join((*pieces, joined[end:]))


def _cut(text: str) -> str:
    return text.encode("utf-8", "replace")[:BYTES_MAX].decode("utf-8", "ignore")


def _placeholder(index: int, text: str) -> str:
    """The name of what matched; a plain word that only looks like an id stays itself."""
    name = _NAMES[index - 1]
    if name == "value":
        return "=<str>" if text[1] in "\"'" else "=<bool>"
    bare = name == "id" or (name == "hex" and text[:2].lower() != "0x")
    if bare and not any(character.isdigit() for character in text):
        return text
    return f"<{name}>"


_QUOTED = re2.compile(
    r"""(^|[\s(=:,\[])(?:"[^"]{1,200}"|'[^']{1,200}'|`[^`]{1,200}`)($|[\s),.:;!?\]])"""
)
_PATH = re2.compile(r"(^|[\s(=:'\"])(?:[A-Za-z]:\\|~?/)(?:[\w.@+-]+[/\\])+[\w.@+-]*")


def unnamed(text: str) -> str:
    """`text` as `parameterise` gives it, with what stands in quotes and paths of files named too."""
    cut_text = " ".join(_cut(text).split("\n", LINES_MAX)[:LINES_MAX])
    without = _PATH.sub(r"\1<path>", _QUOTED.sub(r"\1<str>\2", cut_text))
    return parameterise(str(without))
