"""The RUM doors over a real socket."""

import zlib
from urllib.parse import quote, urlencode

import httpx
import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.edge.doors import Keys, application, waiting
from tests.server import Server, serving
from tocsin.kernel.settings import Settings

LINES = b'{"type":"view"}\n{"type":"error","error":{"message":"m"}}'


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def path(keys: Keys, track: str = "rum", **more: str) -> str:
    query = {
        "ddsource": "browser",
        "ddtags": "env:prod,service:shop",
        "dd-api-key": keys.client_token,
    }
    return f"/api/v2/{track}?{urlencode(query | more)}"


def send(server: Server, url: str, body: bytes = LINES) -> httpx.Response:
    return server.request("POST", url, content=body, headers={"Content-Type": "text/plain"})


def test_lines_are_on_disk_before_the_answer(server: Server, keys: Keys) -> None:
    answer = send(server, path(keys, batch_time="12"))
    assert (answer.status_code, answer.json()) == (202, {})
    assert answer.headers["access-control-allow-origin"] == "*"
    server.restart()
    (entry,) = waiting(server)
    assert (entry.door, entry.scope, entry.body) == ("rum", keys.application_id, LINES)
    assert entry.meta.pop("user_agent").startswith("python-httpx/")
    assert entry.meta == {"ddtags": "env:prod,service:shop", "batch_time": "12", "track": "rum"}


def test_a_proxy_address_carries_the_path_in_its_query(server: Server, keys: Keys) -> None:
    for place in ("/rum/proxy", "/below/rum/proxy/"):
        packed = path(keys, **{"dd-evp-encoding": "deflate"})
        answer = send(server, f"{place}?ddforward={quote(packed, safe='')}", zlib.compress(LINES))
        assert answer.status_code == 202
    first, second = waiting(server)
    assert first.meta == second.meta
    assert first.meta["dd-evp-encoding"] == "deflate"


@pytest.mark.parametrize("forward", ["", "?ddforward=", "?ddforward=%2Fapi%2Fv2%2Felse"])
def test_a_proxy_without_a_known_path_is_a_mistake(server: Server, forward: str) -> None:
    answer = send(server, f"/rum/proxy{forward}")
    assert (answer.status_code, "ddforward" in answer.text) == (400, True)


def test_other_tracks_are_taken_and_what_has_no_use_is_not_kept(server: Server, keys: Keys) -> None:
    for track in ("logs", "replay", "profile"):
        assert send(server, path(keys, track)).status_code == 202
    kept = [(entry.meta["track"], bool(entry.body)) for entry in waiting(server)]
    assert kept == [("logs", True), ("replay", False), ("profile", False)]


@pytest.mark.parametrize("token", ["", "0" * 35, "a%00b", "x" * 999])
def test_an_unknown_token_is_forbidden(server: Server, token: str) -> None:
    answer = send(server, f"/api/v2/rum?dd-api-key={token}")
    assert answer.status_code == 403
    assert answer.headers["access-control-allow-origin"] == "*"
    assert waiting(server) == []


def test_damaged_and_oversized_bodies_are_told_apart(server: Server, keys: Keys) -> None:
    packed = path(keys, **{"dd-evp-encoding": "deflate"})
    assert send(server, packed, b"not zlib").status_code == 400
    assert send(server, packed, zlib.compress(bytes(3_000_000))).status_code == 413
    assert send(server, path(keys), bytes(3_000_000)).status_code == 413
    assert [entry.refused for entry in waiting(server)] == [
        "the compressed body is damaged",
        "the body expands to more than 2097152 bytes",
    ]


def test_a_page_may_ask_beforehand(server: Server) -> None:
    assert server.request("OPTIONS", "/api/v2/rum").status_code == 200
    assert server.request("GET", "/rum/proxy").status_code == 405


def test_over_its_rate_an_application_is_told_when_to_come_again(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, errors_per_minute=1)) as server:
        keys = application(server, cast)
        assert send(server, path(keys)).status_code == 202
        late = send(server, path(keys))
        assert (late.status_code, late.headers["retry-after"].isdigit()) == (429, True)


def test_a_full_inbox_makes_the_sdk_try_again(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, inbox_entries_max=0)) as server:
        answer = send(server, path(application(server, cast)))
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
