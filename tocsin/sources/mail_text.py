"""Mails taken apart: headers and the text in them, within bounds however they are built."""

from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from html import unescape
from typing import Final

import re2
from msgspec import Struct

from tocsin.sources.source import Unreadable, clean

TEXT_MAX: Final = 32 * 1024
HTML_MAX: Final = 512 * 1024
HEADER_MAX: Final = 2000
PARTS_MAX: Final = 200
_TEXT: Final = ("text/plain", "text/html")

_INVISIBLE: Final = re2.compile(
    r"(?is)<!--.*?-->|<(?:script|style|head|title)\b.*?</(?:script|style|head|title)\s*>"
)
_LINE: Final = re2.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li|/table|hr)\b[^<>]*>")
_CELL: Final = re2.compile(r"(?i)</t[dh]\b[^<>]*>")
_TAG: Final = re2.compile(r"<[^<>]*>")
_SPACE: Final = re2.compile(r"[ \t\r\f\v]+")
_LINES: Final = re2.compile(r"\n[ ]*(?:\n[ ]*)+")


class Parts(Struct, frozen=True):
    """What a mail says. `is_cut` and `has_attachment` tell of what was left out of `text`."""

    text: str
    is_cut: bool
    has_attachment: bool


def parsed(raw: bytes) -> Message:
    """A mail; Unreadable for bytes that are none."""
    try:
        return message_from_bytes(raw, policy=compat32)
    except (RecursionError, ValueError, LookupError) as error:
        raise Unreadable("it is not a mail") from error


def header(mail: Message, name: str) -> str:
    """A header in plain words, in one line; "" where there is none."""
    raw = str(mail.get(name, ""))[:HEADER_MAX]
    try:
        words = [_word(text, charset) for text, charset in decode_header(raw)]
    except (HeaderParseError, ValueError):
        words = [raw]
    return clean(" ".join("".join(words).split()))


def parts(mail: Message) -> Parts:
    """The text of a mail: its plain form, else its HTML without the markup."""
    plain, html, has_attachment = "", "", False
    for count, part in enumerate(mail.walk()):
        if count >= PARTS_MAX:
            has_attachment = True
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        is_body = kind in _TEXT and part.get_content_disposition() != "attachment"
        if is_body and kind == "text/plain" and not plain:
            plain = _content(part).strip()
        elif is_body and kind == "text/html" and not html:
            html = _content(part)
        else:
            has_attachment = True
    text = clean(plain or visible(html)).replace("\r\n", "\n").strip()
    return Parts(*_cut(text), has_attachment)


def visible(html: str) -> str:
    """What HTML shows, as lines of text."""
    text = str(_INVISIBLE.sub(" ", html[:HTML_MAX]))
    text = str(_SPACE.sub(" ", text.replace("\n", " ")))
    text = str(_TAG.sub("", _CELL.sub(" ", _LINE.sub("\n", text))))
    text = str(_SPACE.sub(" ", unescape(text).replace("\xa0", " ")))
    lines = [line.strip() for line in text.split("\n")]
    return str(_LINES.sub("\n\n", "\n".join(lines))).strip()


def _cut(text: str) -> tuple[str, bool]:
    raw = text.encode("utf-8", "replace")
    if len(raw) <= TEXT_MAX:
        return text, False
    return raw[:TEXT_MAX].decode("utf-8", "ignore"), True


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _word(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode(charset or "ascii", "replace")
    except LookupError:
        return text.decode("utf-8", "replace")
