"""What the engine asks of a method of delivery, and what it hears back."""

from typing import Protocol

from msgspec import Struct

from tocsin.domain.retry import RetryPolicy


class Message(Struct, frozen=True):
    """Something to hand over.

    `id` stays the same over every try, so that a receiver can tell a repeat. `payload` is JSON
    in the shape that the method documents. `may_repeat` says that an earlier try may have
    arrived although nobody heard so.
    """

    id: str
    target: str
    payload: bytes
    may_repeat: bool = False


class Exchange(Struct, frozen=True):
    """What was asked over HTTP and what came back, for those who keep a history of it; `status`
    is 0 where nothing came back."""

    duration_ms: int
    asked_headers: dict[str, str]
    status: int = 0
    headers: dict[str, str] = {}
    body: str = ""


class Receipt(Struct, frozen=True):
    """What the other side answered, in a line for the delivery's record."""

    answer: str
    exchange: Exchange | None = None


class SendFailed(Exception):
    """The message was not handed over.

    `retryable`: another try may do better. `may_have_arrived`: the connection broke at a point
    where the other side may already have it, so that another try may be a repeat. `gone`: there
    is nobody at that address any more.
    """

    def __init__(
        self,
        why: str,
        *,
        retryable: bool,
        may_have_arrived: bool = False,
        exchange: Exchange | None = None,
        gone: bool = False,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.exchange = exchange
        self.gone = gone
        self.retryable = retryable
        self.may_have_arrived = may_have_arrived


class Transport(Protocol):
    """One method of delivery. Safe to call from several threads at once."""

    retry: RetryPolicy
    senders: int
    """How many messages one engine hands over at a time."""

    def send(self, message: Message) -> Receipt:
        """Hand the message over, or raise SendFailed; returns within SEND_SECONDS_MAX."""
        ...


SEND_SECONDS_MAX = 20
"""Well inside a delivery's lease, so that two engines never send one message at a time."""
