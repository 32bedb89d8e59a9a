"""Requests that say things by name: as a form in one of two spellings, in the address, or as a
JSON object."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from tocsin.kernel.content_type import media_type
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.door import Kept, Knock

FIELDS_MAX: Final = 200
QUERY_LENGTH_MAX: Final = 16_000
_KEYS: Final = ("integration_key", "token", "integrationKey", "key")
_BOUNDARY: Final = re.compile(r'boundary="?([^";,]{1,70})"?', re.IGNORECASE)
_NAME: Final = re.compile(rb'\bname="([^"]{1,200})"', re.IGNORECASE)


def meta(knock: Knock) -> dict[str, str]:
    """What `kept` needs besides the body, without any key."""
    query = urlencode({name: v for name, v in knock.query.items() if name not in _KEYS})
    if len(query) > QUERY_LENGTH_MAX:
        raise InvalidParameter(
            "the query must have at most {maximum} characters", maximum=QUERY_LENGTH_MAX
        )
    found = {"content_type": knock.headers.get("content-type", "")[:200], "query": query}
    return {name: value for name, value in found.items() if value}


def sent(knock: Knock) -> dict[str, Any]:
    """What a request says by name; InvalidParameter if its body cannot be read."""
    return kept(Kept(knock.body, meta(knock), received_at=0))


def kept(one: Kept) -> dict[str, Any]:
    """What a kept request says by name; the body wins over the address."""
    declared = one.meta.get("content_type", "")
    named = _urlencoded(one.meta.get("query", ""))
    if not one.body:
        return named
    kind = media_type(declared)
    if one.body.startswith(b"--") and kind == "multipart/form-data":
        return named | _multipart(one.body, declared)
    if kind == "application/x-www-form-urlencoded" and not one.body.startswith(b"{"):
        return named | _urlencoded(payload.plain(one.body))
    return named | payload.json_object(one.body)


def _urlencoded(said: str) -> dict[str, Any]:
    try:
        found = parse_qsl(said, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise InvalidParameter(
            "the form must have at most {maximum} fields", maximum=FIELDS_MAX
        ) from None
    return {name.replace("\0", ""): value.replace("\0", "") for name, value in found}


def _multipart(body: bytes, declared: str) -> dict[str, Any]:
    # A sender may lose the boundary from its header; the body begins with it.
    found = _BOUNDARY.search(declared)
    mark = b"--" + found[1].encode() if found else body.partition(b"\n")[0].rstrip()
    made: dict[str, Any] = {}
    for part in body.split(mark, FIELDS_MAX)[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        if name := _NAME.search(head):
            made[payload.plain(name[1])] = payload.plain(value)
    return made
