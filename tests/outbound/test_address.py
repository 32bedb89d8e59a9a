import ipaddress

import pytest

from tocsin.outbound.address import Reach, resolve
from tocsin.outbound.transport import SendFailed

INTERNAL = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "::127.0.0.1",
    "::8.8.8.8",
    "fec0::1",
    "64:ff9b:1::808:808",
    "192.0.0.9",
    "192.0.0.192",
    "::ffff:192.0.0.10",
    "64:ff9b::c000:9",
]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_barred(address: str) -> None:
    assert not Reach().admits(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_open(address: str) -> None:
    assert Reach().admits(ipaddress.ip_address(address))


def test_an_allowed_network_opens_only_itself() -> None:
    reach = Reach.parse("10.1.0.0/16, 192.168.7.0/24")
    assert reach.admits(ipaddress.ip_address("10.1.2.3"))
    assert reach.admits(ipaddress.ip_address("::ffff:10.1.2.3"))
    assert not reach.admits(ipaddress.ip_address("10.2.0.1"))
    assert Reach.parse("") == Reach()


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1"])
def test_odd_spellings_of_loopback_are_barred(host: str) -> None:
    with pytest.raises(SendFailed) as refusal:
        resolve(host, 80, Reach())
    assert not refusal.value.retryable
    assert "outbound_allowed_networks" in refusal.value.why


def test_a_name_that_does_not_resolve_may_do_so_later() -> None:
    with pytest.raises(SendFailed) as failure:
        resolve("nobody.invalid", 80, Reach())
    assert failure.value.retryable
