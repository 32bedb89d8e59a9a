"""What a refused request is kept with besides its body, so that its door can judge it again once
the trouble is mended. Keys and other secrets are left out: whoever replays is known already."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.kernel.text import is_secret
from tocsin.sources.door import Knock

REQUEST: Final = "request"
"""The entry in the meta of what was refused that holds the request."""
CUT: Final = "cut"
"""The entry that says that only the beginning of the body was kept."""

PARTS_MAX: Final = 60
PART_LENGTH_MAX: Final = 2000
_KEYS: Final = ("key", "integration_key", "routing_key", "service_key", "app_key")


class _Request(Struct, omit_defaults=True):
    method: str
    path: str
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    segments: dict[str, str] = {}


def tell(knock: Knock) -> dict[str, str]:
    """The meta that brings a request back, all but its body."""
    said = _Request(
        method=knock.method,
        path=knock.path if "key" not in knock.segments else "",
        query=_open(knock.query),
        headers=_open(knock.headers),
        segments=_open(knock.segments),
    )
    return {REQUEST: msgspec.json.encode(said).decode().replace("\\u0000", "")}


def again(knock: Knock, meta: Mapping[str, str]) -> Knock:
    """The knock with all that was told of the refused request."""
    said = msgspec.json.decode(meta[REQUEST], type=_Request)
    return replace(
        knock,
        method=said.method,
        path=said.path,
        query=said.query,
        headers=said.headers,
        segments=said.segments,
    )


def _open(parts: Mapping[str, str]) -> dict[str, str]:
    """What may be kept: no secrets, and within bounds."""
    kept = [(name, value) for name, value in parts.items() if not _is_closed(name)]
    return {name: value[:PART_LENGTH_MAX] for name, value in kept[:PARTS_MAX]}


def _is_closed(name: str) -> bool:
    return is_secret(name) or name.lower() in _KEYS
