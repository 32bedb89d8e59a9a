"""Envelopes as the real Python SDK sends them: some 20 KB of JSON, hundreds of distinct errors."""

import gzip
from collections.abc import Sequence
from typing import Any, Final, overload

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

DISTINCT: Final = 320
_DEPTH: Final = 12
_SOURCE: Final = """
def call_{number}_{depth}(order, customer, lines):
    subtotal = sum(line["price"] * line["count"] for line in lines)
    discount = customer.get("discount", 0) * subtotal
    return {callee}(order, customer, lines)
"""


class _Recorder(Transport):
    """Keeps what the SDK would have sent."""

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        super().__init__(options)
        self.sent: list[bytes] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize())


class Unalike(Sequence[bytes]):
    """`count` gzipped envelopes: those recorded, over and over, each time under another event id."""

    def __init__(self, recorded: Sequence[bytes], count: int) -> None:
        # An id stands in the first line, which is compressed by itself.
        self._rest = [gzip.compress(body.partition(b"\n")[2]) for body in recorded]
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> bytes: ...

    @overload
    def __getitem__(self, at: slice) -> "list[bytes]": ...

    def __getitem__(self, at: int | slice) -> "bytes | list[bytes]":
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(self._count))]
        if at >= self._count:
            raise IndexError(at)
        return gzip.compress(b'{"event_id":"%032x"}\n' % at, 1) + self._rest[at % len(self._rest)]


def record() -> list[bytes]:
    """One envelope for each of DISTINCT errors, uncompressed."""
    recorder = _Recorder()
    sentry_sdk.init(
        dsn="http://00000000000000000000000000000000@127.0.0.1/1",
        transport=recorder,
        release="shop@1.4.2",
        environment="production",
        auto_session_tracking=False,
    )
    for number in range(DISTINCT):
        sentry_sdk.set_user({"id": f"customer-{number % 97}"})
        _crash(number)
    sentry_sdk.get_client().close()
    return recorder.sent


def _crash(number: int) -> None:
    """Raise an error of its own at the end of a call chain of its own."""
    lines = [{"sku": f"sku-{n}", "price": 10 + n, "count": n} for n in range(6)]
    for note in range(40):
        sentry_sdk.add_breadcrumb(category="cart", message=f"step {note} of order {number}")
    try:
        _chain(number)({"id": number, "lines": lines}, {"name": "Ada", "discount": 0}, lines)
    except Exception as failure:  # noqa: BLE001 - whatever was raised is what is recorded
        sentry_sdk.capture_exception(failure)


def _chain(number: int) -> Any:
    """A function that calls a function that … raises; compiled, so that every frame has source."""
    scope: dict[str, Any] = {}
    names = [f"call_{number}_{depth}" for depth in range(_DEPTH)] + [f"fail_{number}"]
    source = "".join(
        _SOURCE.format(number=number, depth=depth, callee=names[depth + 1])
        for depth in range(_DEPTH)
    )
    source += f"\ndef fail_{number}(order, customer, lines):\n"
    source += f"    raise ValueError('order ' + str(order['id']) + ' of kind {number} failed')\n"
    exec(compile(source, f"shop/module_{number}.py", "exec"), scope)
    return scope[names[0]]
