"""A method that the operator has not set up yet."""

from tocsin.domain.retry import PATIENT
from tocsin.outbound.transport import Message, Receipt, SendFailed


class UnconfiguredTransport:
    """Fails every try, so that messages wait visibly and leave once the method is set up."""

    retry = PATIENT
    senders = 1

    def __init__(self, advice: str) -> None:
        self._advice = advice

    def send(self, message: Message) -> Receipt:
        raise SendFailed(f"{self._advice}, to reach {message.target}", retryable=True)
