"""Bounds where a library connects to that makes its requests itself.

Names are looked up by `socket.getaddrinfo`, whatever HTTP client asks, and connections are made to
what it answers. Within `guarded` a thread is answered only with addresses that are in reach.
"""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tocsin.outbound.address import Reach

_bound: Final = threading.local()
_lookup: Final = socket.getaddrinfo
_installing: Final = threading.Lock()


@contextmanager
def guarded(reach: Reach) -> Iterator[None]:
    """Let this thread reach no other addresses."""
    with _installing:
        socket.getaddrinfo = _guarded_lookup
    _bound.reach = reach
    try:
        yield
    finally:
        _bound.reach = None


def _guarded_lookup(*asked: Any, **more: Any) -> list[Any]:
    found: list[Any] = _lookup(*asked, **more)
    reach: Reach | None = getattr(_bound, "reach", None)
    if reach is None:
        return found
    admitted = [one for one in found if reach.admits(_address(str(one[4][0])))]
    if not admitted:
        raise socket.gaierror(socket.EAI_FAIL, "an internal address is out of reach")
    return admitted


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text.partition("%")[0])
