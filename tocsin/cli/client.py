"""One call of an operation on a server, by address and key."""

import os
import ssl
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
import urllib3
from msgspec import Struct
from urllib3.exceptions import HTTPError, LocationValueError
from urllib3.filepost import encode_multipart_formdata

from tocsin import __version__
from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.kernel.operation import GET, POST

URL_DEFAULT: Final = "http://127.0.0.1:8750"
URL_VARIABLE: Final = "TOCSIN_URL"
KEY_VARIABLE: Final = "TOCSIN_APP_KEY"
TIMEOUT: Final = urllib3.Timeout(connect=10, read=60)


class Bytes(Struct, frozen=True):
    """An answer that is a file."""

    content: bytes


def call(
    path: str,
    body: Any,
    *,
    url: str | None,
    key: str | None,
    ca: str | None,
    file: str | None = None,
    method: str = POST,
) -> Any:
    """The `data` of the answer, or its Bytes. Refusal with code, message and request id when
    there is none. With a `file`, the body's fields travel in the address and the file beside;
    by GET, in the address alone."""
    base = (url or os.environ.get(URL_VARIABLE) or URL_DEFAULT).rstrip("/")
    secret = key or os.environ.get(KEY_VARIABLE)
    if not secret:
        raise Refusal(
            f"A key is needed: give --key, or set {KEY_VARIABLE}.\n"
            "On the server's own machine `tocsin key create` makes one.",
            EXIT_USAGE,
        )
    in_address = file is not None or method == GET
    fields = {"app_key": secret, **(body if in_address else {})}
    query = urlencode(fields)
    content, content_type = (b"", "") if method == GET else _content(body, file)
    headers = {"Content-Type": content_type, "User-Agent": f"tocsin/{__version__}"}
    try:
        with urllib3.PoolManager(ssl_context=_trust(ca), retries=False, timeout=TIMEOUT) as pool:
            response = pool.request(
                method, f"{base}{path}?{query}", body=content or None, headers=headers
            )
    except (HTTPError, LocationValueError) as failure:
        # What the library says may hold the address, and that the key.
        reason = str(failure).replace(secret, "…").rpartition(": ")[2]
        raise Refusal(
            f"{base} cannot be reached: {reason}\nCheck --url or {URL_VARIABLE}; is it running?"
        ) from None
    return _data(response, base)


def _content(body: Any, file: str | None) -> tuple[bytes, str]:
    if file is None:
        return msgspec.json.encode(body), "application/json"
    try:
        read = Path(file).read_bytes()
    except OSError as failure:
        raise Refusal(f"--file {file}: {failure.strerror}", EXIT_USAGE) from None
    return encode_multipart_formdata({"file": (Path(file).name, read)})


def _trust(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as failure:
        reason = failure.strerror or "it is no PEM file"
        raise Refusal(f"--ca {ca}: {reason}", EXIT_USAGE) from None


class _Problem(Struct):
    code: str = ""
    message: str = ""


class _Ref(Struct):
    kind: str = ""
    name: str = ""


class _Refs(Struct):
    refs: list[_Ref] = []


class _Envelope(Struct):
    request_id: str
    error: _Problem | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


def _data(response: urllib3.BaseHTTPResponse, base: str) -> Any:
    if response.status == 200 and "Content-Disposition" in response.headers:
        return Bytes(response.data)
    try:
        envelope = msgspec.json.decode(response.data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal(
            f"{base} answered {response.status} without an envelope; is it a Tocsin server?"
        ) from None
    if envelope.error is None:
        return msgspec.json.decode(envelope.data)
    lines = [f"{envelope.error.code}: {envelope.error.message}"]
    lines += [f"  still used by {ref.kind} {ref.name}" for ref in _refs(envelope.data)]
    raise Refusal("\n".join([*lines, f"request id {envelope.request_id}"]))


def _refs(data: msgspec.Raw) -> list[_Ref]:
    try:
        return msgspec.json.decode(data, type=_Refs).refs
    except msgspec.DecodeError:
        return []
