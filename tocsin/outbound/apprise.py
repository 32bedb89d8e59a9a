"""Whatever else there is, by Apprise: one URL a service.

Apprise makes its requests itself, and its URLs can name any host and some files of this machine.
So only services that it reaches over HTTP are taken, none that reads a file, and while it is at
work every name it looks up is held to the addresses that outgoing requests may reach.
"""

import sys
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from tocsin.domain.retry import PATIENT
from tocsin.outbound.address import Reach
from tocsin.outbound.guarded import guarded
from tocsin.outbound.post import telling_of
from tocsin.outbound.sealed import Seals
from tocsin.outbound.transport import Message, Receipt, SendFailed

_FILES: Final = frozenset(
    {"template", "keyfile", "subfile", "attach", "config", "include", "pgp", "pgpkey", "pgppub"}
)
"""Parameters of URLs that name a file."""
_READS_FILES: Final = frozenset({"keyfile", "subfile"})


class AppriseTransport:
    """Hands messages to Apprise."""

    retry = PATIENT
    senders = 1

    def __init__(self, reach: Reach, seal: Seals) -> None:
        self._reach = reach
        self._seal = seal

    def send(self, message: Message) -> Receipt:
        telling = telling_of(message, self._seal, 0)
        try:
            service = service_of(telling.address.target)
        except ValueError as problem:
            raise SendFailed(str(problem), retryable=False) from None
        text = f"{telling.text}\n{telling.post.ack_url}".strip()
        with guarded(self._reach):
            arrived = service.notify(body=text, title=telling.post.title)
        if not arrived:
            raise SendFailed("Apprise could not hand it over", retryable=True)
        return Receipt("handed over by Apprise")


def service_of(url: str) -> Any:
    """The service that a URL stands for; ValueError says why there is none to be used."""
    named = {name.lower() for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    if named & _FILES:
        raise ValueError("Apprise URLs here may name no file")
    service = any_service_of(url)
    if not _is_safe(type(service)):
        raise ValueError("only services that Apprise reaches over HTTP are used here")
    return service


def any_service_of(url: str) -> Any:
    """The service that a URL of the operator's own stands for; ValueError for none."""
    # It is large, and most servers never call it.
    import apprise  # noqa: PLC0415 - heavy, see above

    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise ValueError("Apprise does not know this URL")
    return service


def _is_safe(kind: Any) -> bool:
    """Whether a service speaks HTTP only and reads no file that its URL names."""
    modules = [vars(sys.modules[one.__module__]) for one in kind.__mro__ if _is_plugin(one)]
    by_http = any("requests" in each for each in modules)
    otherwise = any("socket" in each or "smtplib" in each for each in modules)
    known = {*kind.template_args, *kind.template_tokens}
    return by_http and not otherwise and _READS_FILES.isdisjoint(known)


def _is_plugin(kind: type) -> bool:
    module = kind.__module__
    return module.startswith("apprise.plugins.") and module != "apprise.plugins.base"
