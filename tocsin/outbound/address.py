"""Which addresses the server may be sent to by a URL that somebody else wrote."""

import ipaddress
import socket
from typing import Final

from msgspec import Struct

from tocsin.outbound.transport import SendFailed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Special, though not every Python says so: obsolete forms and what networks translate locally.
_BARRED: Final = tuple(
    ipaddress.ip_network(network)
    for network in ("::/96", "fec0::/10", "64:ff9b:1::/48", "192.0.0.0/24")
)


class Reach(Struct, frozen=True):
    """The internal networks that outgoing requests may reach; public addresses always may.

    Loopback, private, link-local (cloud metadata) and other special addresses are refused unless
    a network here holds them.
    """

    allowed: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, networks: str) -> "Reach":
        """From comma-separated CIDR notation; ValueError names what is none."""
        named = [network.strip() for network in networks.split(",")]
        return cls(tuple(ipaddress.ip_network(network) for network in named if network))

    def admits(self, address: Address) -> bool:
        """Whether a connection to `address`, or to the IPv4 address inside it, is in order."""
        plain = _unwrap(address)
        if _within(plain, self.allowed):
            return True
        return plain.is_global and not plain.is_multicast and not _within(plain, _BARRED)


ANYWHERE: Final = Reach.parse("0.0.0.0/0,::/0")
"""For addresses that the operator chose."""


def resolve(host: str, port: int, reach: Reach) -> Address:
    """The one address to connect to, looked up once; SendFailed if there is none or it is barred.

    Whoever connects must connect to this address, not to the name: the next look-up may answer
    with another one.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise SendFailed(f"the name {host} does not resolve: {failure}", retryable=True) from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if reach.admits(address):
            return address
    raise SendFailed(
        f"{host} is the internal address {addresses[0]}; an administrator can allow its network "
        "in the setting outbound_allowed_networks",
        retryable=False,
    )


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and address in _NAT64:
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address
