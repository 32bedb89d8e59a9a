import pytest

from tocsin.sources.sentry_auth import credentials

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "value",
    [
        f"Sentry sentry_key={KEY}, sentry_version=7, sentry_client=sentry.python/2.75.0",
        f"Sentry sentry_version=7,sentry_client=sentry.python/2.75.0,sentry_key={KEY}",
        f"sentry sentry_client=sentry.python/2.75.0,sentry_secret=x,sentry_key={KEY.upper()}",
    ],
)
@pytest.mark.parametrize("name", ["x-sentry-auth", "authorization"])
def test_a_key_is_found_in_either_header_in_any_order(name: str, value: str) -> None:
    found = credentials({name: value}, {})
    assert found is not None
    assert (found.public_key, found.client) == (KEY, "sentry.python/2.75.0")


def test_a_browser_puts_it_into_the_query() -> None:
    found = credentials({}, {"sentry_key": KEY, "sentry_client": "sentry.javascript.browser/11"})
    assert found is not None
    assert (found.public_key, found.client) == (KEY, "sentry.javascript.browser/11")


def test_a_tunnel_leaves_only_the_envelopes_dsn() -> None:
    found = credentials({}, {}, dsn=f"https://{KEY}:secret@host:8443/prefix/42")
    assert found is not None
    assert found.public_key == KEY


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-sentry-auth": "Sentry sentry_key=short"},
        {"authorization": f"Bearer {KEY}"},
        {"x-sentry-auth": "Sentry " + "=," * 400},
    ],
)
def test_what_is_no_key_is_none(headers: dict[str, str]) -> None:
    assert credentials(headers, {"sentry_key": "x"}, dsn="http://[broken") is None
