"""Parts of a payload that a copy of the database must not give away."""

from base64 import b64decode, b64encode
from collections.abc import Callable

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.sealing import Seal
from tocsin.outbound.transport import SendFailed

Seals = Callable[[], Seal]
"""Asked for each message: whoever opens the database sets it later than transports are made."""


def closed(seal: Seal, text: str) -> str:
    """Text as it may lie in a payload."""
    return b64encode(seal.close(text)).decode()


def opened(seals: Seals, sealed: str) -> str:
    """The text again; SendFailed, worth another try, where there is no key for it."""
    try:
        return seals().open(b64decode(sealed))
    except Unavailable as problem:
        raise SendFailed(problem.message(), retryable=True) from None
