"""Functions that write values down in other forms: JSON, base 64, hashes, paths, addresses."""

import base64
import binascii
import hashlib
import json
import posixpath
import zlib
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Library
from tocsin.domain.go_template.values import is_list
from tocsin.domain.template_functions.maps import Made, deep_copy

ENCODING: Final = Library()
_HARMLESS: Final = str.maketrans(
    {each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"},
)


@ENCODING.add("fromJson", '{{(fromJson "{\\"a\\": 1}").a}}', "1")
def from_json(text: str) -> object:
    """What JSON says, nothing for what is no JSON."""
    try:
        return _read(text)
    except FunctionError:
        return None


@ENCODING.add("mustFromJson", '{{mustFromJson "[1]"}}', "[1]")
def must_from_json(text: str) -> object:
    """What JSON says; gives up on what is no JSON."""
    return _read(text)


def _read(text: str) -> object:
    try:
        return deep_copy(msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise FunctionError("wants JSON") from None


@ENCODING.add("toJson mustToJson", '{{toJson (dict "a" "<1>")}}', '{"a":"\\u003c1\\u003e"}')
def to_json(value: object) -> str:
    """The value as JSON that is harmless in HTML."""
    return _written(value).translate(_HARMLESS)


@ENCODING.add("toRawJson mustToRawJson", '{{toRawJson (dict "a" "<1>")}}', '{"a":"<1>"}')
def to_raw_json(value: object) -> str:
    """The value as JSON."""
    return _written(value)


@ENCODING.add("toPrettyJson mustToPrettyJson", '{{toPrettyJson (dict "a" 1)}}', '{\n  "a": 1\n}')
def to_pretty_json(value: object) -> str:
    """The value as JSON in lines."""
    return json.dumps(_plain(value), indent=2, sort_keys=True, ensure_ascii=False).translate(
        _HARMLESS
    )


def _written(value: object) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < 1e21 else value
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
    if is_list(value):
        return list(map(_plain, value))
    raise FunctionError("wants what JSON can say")


@ENCODING.add("b64enc", '{{b64enc "up"}}', "dXA=")
def b64enc(text: str) -> str:
    """The text in base 64."""
    return base64.b64encode(text.encode()).decode()


@ENCODING.add("b64dec", '{{b64dec "dXA="}}', "up")
def b64dec(text: str) -> str:
    """The text that base 64 stands for."""
    return _decoded(base64.b64decode, text)


@ENCODING.add("b32enc", '{{b32enc "up"}}', "OVYA====")
def b32enc(text: str) -> str:
    """The text in base 32."""
    return base64.b32encode(text.encode()).decode()


@ENCODING.add("b32dec", '{{b32dec "OVYA===="}}', "up")
def b32dec(text: str) -> str:
    """The text that base 32 stands for."""
    return _decoded(base64.b32decode, text)


def _decoded(decode: Callable[[str], bytes], text: str) -> str:
    try:
        return decode(text).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise FunctionError("the text is not encoded so") from None


@ENCODING.add("sha1sum", '{{sha1sum "a" | trunc 8}}', "86f7e437")
def sha1sum(text: str) -> str:
    """The SHA-1 of a text, in hexadecimal digits."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@ENCODING.add("sha256sum", '{{sha256sum "a" | trunc 8}}', "ca978112")
def sha256sum(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@ENCODING.add("sha512sum", '{{sha512sum "a" | trunc 8}}', "1f40fc92")
def sha512sum(text: str) -> str:
    """The SHA-512 of a text, in hexadecimal digits."""
    return hashlib.sha512(text.encode()).hexdigest()


@ENCODING.add("adler32sum", '{{adler32sum "a"}}', "6422626")
def adler32sum(text: str) -> str:
    """The Adler-32 of a text."""
    return str(zlib.adler32(text.encode()))


@ENCODING.add("base", '{{base "/var/log/app.log"}}', "app.log")
def base(path: str) -> str:
    """The last part of a path."""
    return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")


@ENCODING.add("dir", '{{dir "/var/log/app.log"}}', "/var/log")
def directory(path: str) -> str:
    """A path without its last part."""
    return clean(posixpath.dirname(path))


@ENCODING.add("clean", '{{clean "/var/../etc//app"}}', "/etc/app")
def clean(path: str) -> str:
    """The path, written as shortly as it can be."""
    shortest = posixpath.normpath(path)
    return shortest[1:] if shortest.startswith("//") else shortest


@ENCODING.add("ext", '{{ext "app.log"}}', ".log")
def ext(path: str) -> str:
    """The ending of a path's last part, from its last dot on."""
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return dot + ending if dot else ""


@ENCODING.add("isAbs", '{{isAbs "/var"}}', "true")
def is_abs(path: str) -> bool:
    """Whether the path begins at the root."""
    return path.startswith("/")


@ENCODING.add(
    "urlParse", '{{(urlParse "https://example.com:8080/a?b=1").host}}', "example.com:8080"
)
def url_parse(url: str) -> Made:
    """The parts of a URL: scheme, host, hostname, path, query, fragment, userinfo, opaque."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return Made(
        fragment=parts.fragment,
        host=host,
        hostname=parts.hostname or "",
        opaque="",
        path=parts.path,
        query=parts.query,
        scheme=parts.scheme,
        userinfo=user if at else "",
    )


@ENCODING.add(
    "urlJoin",
    '{{urlJoin (dict "scheme" "https" "host" "example.com" "path" "/a")}}',
    "https://example.com/a",
)
def url_join(parts: Mapping[str, object]) -> str:
    """The URL of such parts."""
    text = {key: value for key, value in parts.items() if isinstance(value, str)}
    user = f"{text['userinfo']}@" if text.get("userinfo") else ""
    return urlunsplit(
        (
            text.get("scheme", ""),
            user + text.get("host", ""),
            quote(text.get("path", ""), safe="/:@!$&'()*+,;=~%"),
            text.get("query", ""),
            text.get("fragment", ""),
        )
    )
