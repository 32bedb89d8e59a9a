"""Whatever else there is, by Apprise: one URL a service."""

from urllib.parse import urlsplit

import msgspec

from tocsin.domain.retry import PATIENT
from tocsin.outbound.address import Reach, resolve
from tocsin.outbound.post import Post, address, words
from tocsin.outbound.sealed import Seals
from tocsin.outbound.transport import Message, Receipt, SendFailed


class AppriseTransport:
    """Hands messages to Apprise, which makes its requests itself.

    A URL that names a host may name none that `reach` bars. What Apprise does then is not
    bounded, which is why an operator must turn this on.
    """

    retry = PATIENT
    senders = 1

    def __init__(self, reach: Reach, seal: Seals) -> None:
        self._reach = reach
        self._seal = seal

    def send(self, message: Message) -> Receipt:
        # It is large, and most servers never call it.
        import apprise  # noqa: PLC0415 - heavy, see above

        post = msgspec.json.decode(message.payload, type=Post)
        url = address(self._seal, post).target
        self._check(url)
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            raise SendFailed("Apprise does not know this URL", retryable=False)
        text = f"{words(self._seal, post)}\n{post.ack_url}".strip()
        if not service.notify(body=text, title=post.title):
            raise SendFailed("Apprise could not hand it over", retryable=True)
        return Receipt("handed over by Apprise")

    def _check(self, url: str) -> None:
        """Refuse hosts that are internal; most URLs hold a token where a host would stand."""
        host = urlsplit(url).hostname or ""
        if not host:
            return
        try:
            resolve(host, 443, self._reach)
        except SendFailed as barred:
            if not barred.retryable:
                raise
