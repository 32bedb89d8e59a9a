"""Envelopes as the real SDK writes them, taken at its transport."""

import functools
from collections.abc import Callable
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

DSN = "http://0123456789abcdef0123456789abcdef@127.0.0.1:1/7"


class Kept(Transport):
    """Keeps the bytes it should send."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.bodies: list[bytes] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.bodies.append(envelope.serialize())


def recorded(act: Callable[[sentry_sdk.Client], None], **options: Any) -> list[bytes]:
    """The envelopes an unmodified client makes while `act` uses it."""
    client = sentry_sdk.Client(DSN, transport=Kept, default_integrations=False, **options)
    transport = client.transport
    assert isinstance(transport, Kept)
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        act(client)
        client.flush()
    bodies = list(transport.bodies)
    client.close()
    return bodies


def crash(client: sentry_sdk.Client) -> None:
    """A KeyError on the way to a ValueError."""
    try:
        try:
            {}["total"]
        except KeyError as cause:
            raise ValueError("no price for article 17") from cause
    except ValueError as error:
        sentry_sdk.capture_exception(error)


@functools.cache
def crash_envelope() -> bytes:
    """One real envelope with a chained exception."""
    return recorded(crash, release="shop@1.4.2", environment="staging")[0]
