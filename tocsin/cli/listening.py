"""The socket to listen on, bound before anything else is done, and who may be let in how."""

import errno
import ipaddress
import socket
from typing import Final

from msgspec.structs import replace

from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.kernel.settings import LOOPBACK, Settings

BACKLOG: Final = 2048
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def require_safe(settings: Settings) -> None:
    """Refusal where keys and passwords would cross a network unencrypted."""
    for each in _listed(settings.trusted_proxies):
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise Refusal(
                f"--trusted-proxies: {each!r} is no address or network such as 10.0.0.0/8.",
                EXIT_USAGE,
            ) from None
    if settings.tls or settings.trusted_proxies or _is_loopback(settings.host):
        return
    raise Refusal(
        f"Tocsin does not serve plain HTTP on {settings.host}: keys would cross the network"
        " unencrypted. One of these helps:\n"
        "  --tls-cert FILE --tls-key FILE   serve TLS with your certificate\n"
        "  --tls-self-signed                serve TLS with one made in the data folder\n"
        "  --trusted-proxies ADDRESSES      a proxy there terminates TLS\n"
        "  --host 127.0.0.1                 serve this machine only",
        EXIT_USAGE,
    )


def vague_address(settings: Settings) -> str:
    """What to say where links and DSNs would name every address instead of one; else nothing."""
    if settings.public_url or settings.host not in _EVERYWHERE:
        return ""
    return f"mails, links and DSNs name {settings.base_url}, which leads nowhere from elsewhere"


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """A bound socket and the settings with the port it got. Refusal if the address is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as failure:
        listener.close()
        step = (
            "Is another Tocsin running? Stop it, or choose another with --port."
            if failure.errno == errno.EADDRINUSE
            else "Name an address of this machine with --host, and a port it may use with --port."
        )
        raise Refusal(
            f"Cannot listen on {settings.host} port {settings.port}: {failure.strerror}.\n{step}"
        ) from None
    listener.set_inheritable(True)
    return listener, replace(settings, port=listener.getsockname()[1])


def require_mail_place(settings: Settings) -> None:
    """Refusal where mail cannot be taken at the address the settings name."""
    try:
        place = settings.mail_listener
    except ValueError:
        raise Refusal(
            f"--smtp-in-listen: {settings.smtp_in_listen!r} is no address and port such as"
            " 0.0.0.0:25.",
            EXIT_USAGE,
        ) from None
    if place is None:
        return
    host, port = place
    try:
        with socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        ):
            pass
    except OSError as failure:
        raise Refusal(
            f"Cannot take mail on {host} port {port}: {failure.strerror or failure}.\n"
            "Ports below 1024 need a privilege (CAP_NET_BIND_SERVICE); a mail server there can"
            " pass mail on to another port."
        ) from None


def _is_loopback(host: str) -> bool:
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
