"""Encryption at the server, or at a proxy that is believed and no other."""

import ssl
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography import x509

from tests.cli.conftest import Terminal
from tests.cli.program import Running, serving, tocsin
from tests.clock import VirtualClock
from tocsin.cli.tls import certificate_of
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import DAY, SECOND


def certificate(settings: Settings, clock: VirtualClock) -> x509.Certificate:
    found = certificate_of(settings, clock)
    assert found
    return x509.load_pem_x509_certificate(found.chain.read_bytes())


def test_a_self_signed_certificate_is_kept_until_it_no_longer_serves(tmp_path: Path) -> None:
    clock, settings = VirtualClock(), Settings(data_dir=str(tmp_path / "d"), tls_self_signed=True)
    first = certificate(settings, clock)
    names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost"} <= set(names.get_values_for_type(x509.DNSName))
    assert {"127.0.0.1", "::1"} <= set(map(str, names.get_values_for_type(x509.IPAddress)))
    assert (tmp_path / "d" / "tls-self-signed.key").stat().st_mode & 0o777 == 0o600
    assert certificate(settings, clock) == first
    elsewhere = Settings(data_dir=settings.data_dir, tls_self_signed=True, host="tocsin.example")
    second = certificate(elsewhere, clock)
    assert second != first
    clock.advance(800 * DAY // 1000)
    assert certificate(elsewhere, clock) != second


def test_half_a_certificate_or_two_are_refused(terminal: Terminal, tmp_path: Path) -> None:
    place = ("--data-dir", str(tmp_path / "d"))
    assert "belong together" in terminal("serve", *place, "--tls-cert", "x").err
    both = ("--tls-cert", "x", "--tls-key", "y", "--tls-self-signed")
    assert "not both" in terminal("serve", *place, *both).err
    said = terminal("serve", *place, "--tls-cert", "x", "--tls-key", "y")
    assert said.code == 1
    assert "No such file" in said.err


def test_a_proxy_that_is_no_address_is_refused(terminal: Terminal) -> None:
    said = terminal("serve", "--host", "0.0.0.0", "--trusted-proxies", "10.0.0.0/8, proxy")
    assert said.code == 2
    assert "'proxy' is no address or network" in said.err


@pytest.mark.slow
def test_a_self_signed_server_is_reached_with_its_certificate(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--tls-self-signed", "--host", "0.0.0.0") as server:
        address = server.url.replace("0.0.0.0", "localhost")
        assert address.startswith("https://")
        chain = str(tmp_path / "data" / "tls-self-signed.crt")
        assert f"--cacert {chain}" in server.greeting
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/-/healthy")
        trust = ssl.create_default_context(cafile=chain)
        assert httpx.get(f"{address}/-/healthy", verify=trust).status_code == 200
        words = ("account", "info", "--url", address, "--key", server.key)
        assert "cannot be reached" in tocsin(*words).stderr
        assert "account_name" in tocsin(*words, "--ca", chain).stdout
        assert server.stop() == 0


@pytest.mark.slow
def test_an_operators_certificate_is_served(tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    made.cert_chain_pems[0].write_to_path(str(chain))
    made.private_key_pem.write_to_path(str(key))
    with serving(tmp_path / "d", "--tls-cert", str(chain), "--tls-key", str(key)) as server:
        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        assert server.get("/-/healthy", verify=trust).status_code == 200


def seen_from(server: Running, forwarded: str) -> str:
    """The address that the audit log has for a call with that header."""
    asked = {"app_key": server.key}
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    url = server.url
    made = httpx.post(
        f"{url}/team/upsert", json={"team_name": "Web"}, params=asked, headers=headers
    )
    assert made.status_code == 200, made.text
    now = SystemClock().now() // SECOND
    span = {"start_time": now - 3600, "end_time": now + 60}
    found = httpx.post(f"{url}/audit/search", json=span, params=asked).json()
    return str(found["data"]["docs"][0]["ip"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        ("127.0.0.0/8", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "127.0.0.1"),
        ("", "203.0.113.9", "127.0.0.1"),
    ],
    ids=["trusted", "forged beyond the proxy", "another proxy", "none"],
)
def test_forwarded_addresses_are_believed_from_named_proxies_only(
    proxies: str, forwarded: str, seen: str, tmp_path: Path
) -> None:
    words = ("--trusted-proxies", proxies) if proxies else ()
    with serving(tmp_path / "data", *words, "--no-engine") as server:
        assert seen_from(server, forwarded) == seen
