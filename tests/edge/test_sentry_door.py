"""The Sentry doors over a real socket: who is let in, with what, and what they are told."""

import gzip
import zlib
from collections.abc import Iterator

import brotli
import httpx
import pytest
import zstandard
from msgspec.structs import replace

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.edge.doors import ENVELOPE, EVENT_ID, Keys, application, waiting
from tests.server import Server, serving
from tocsin.kernel.settings import Settings

SMALL = 100_000


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def send(
    server: Server,
    keys: Keys,
    body: object = ENVELOPE,
    headers: dict[str, str] | None = None,
    *,
    path: str = "/api/{project}/envelope/",
    query: str = "",
) -> httpx.Response:
    url = path.format(project=keys.project) + query
    head = keys.auth if headers is None else headers
    return server.request("POST", url, content=body, headers=head)


def test_an_accepted_envelope_is_on_disk_and_named(server: Server, keys: Keys) -> None:
    answer = send(server, keys)
    assert (answer.status_code, answer.json()) == (200, {"id": EVENT_ID})
    assert answer.headers["content-type"] == "application/json"
    server.restart()
    (entry,) = waiting(server)
    assert (entry.door, entry.scope, entry.body) == ("sentry", keys.application_id, ENVELOPE)
    assert entry.meta == {"endpoint": "envelope", "ip": "127.0.0.1"}


@pytest.mark.parametrize("path", ["/api/{project}/envelope", "/any/prefix/api/{project}/envelope/"])
def test_the_slash_may_lack_and_a_prefix_may_lead(server: Server, keys: Keys, path: str) -> None:
    assert send(server, keys, path=path).json() == {"id": EVENT_ID}


def test_every_form_of_key_opens(server: Server, keys: Keys) -> None:
    header = keys.auth["X-Sentry-Auth"]
    assert send(server, keys, headers={"Authorization": header}).status_code == 200
    query = f"?sentry_version=7&sentry_key={keys.public_key}&sentry_client=js%2F1"
    assert send(server, keys, headers={}, query=query).status_code == 200
    tunnelled = b'{"dsn":"%s"}\n' % keys.dsn.encode()
    for body, encoding in ((tunnelled, "identity"), (gzip.compress(tunnelled), "gzip")):
        assert send(server, keys, body, {"Content-Encoding": encoding}).json() == {}
    assert [entry.meta.get("client", "") for entry in waiting(server)] == ["", "js/1", "", ""]


@pytest.mark.parametrize(
    "auth", [{}, {"X-Sentry-Auth": "Sentry sentry_key=" + "0" * 32}, {"X-Sentry-Auth": "junk"}]
)
def test_a_wrong_or_absent_key_is_forbidden(
    server: Server, keys: Keys, auth: dict[str, str]
) -> None:
    answer = send(server, keys, headers=auth)
    assert answer.status_code == 403
    assert answer.json()["detail"] == answer.headers["x-sentry-error"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert waiting(server) == []


@pytest.mark.parametrize("project", ["1", "9" * 18, "0"])
def test_another_project_is_forbidden(server: Server, keys: Keys, project: str) -> None:
    path = f"/api/{project}/envelope/"
    assert send(server, keys, path=path).status_code == 403


def test_a_deleted_application_is_shut_out_within_seconds(
    server: Server, keys: Keys, cast: Cast
) -> None:
    assert send(server, keys).status_code == 200
    gone = {"application_id": keys.application_id}
    server.post("/rum/application/delete", gone, cast.alice.key)
    server.clock.advance(5)
    assert send(server, keys).status_code == 403


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(ENVELOPE)),
        ("deflate", zlib.compress(ENVELOPE)),
        ("deflate", zlib.compress(ENVELOPE)[2:-4]),
        ("br", brotli.compress(ENVELOPE)),
        ("zstd", zstandard.compress(ENVELOPE)),
    ],
    ids=["gzip", "zlib", "raw deflate", "br", "zstd"],
)
def test_every_encoding_is_understood_and_kept_as_it_came(
    server: Server, keys: Keys, encoding: str, packed: bytes
) -> None:
    answer = send(server, keys, packed, keys.auth | {"Content-Encoding": encoding})
    assert answer.json() == {"id": EVENT_ID}
    (entry,) = waiting(server)
    assert (entry.body, entry.meta["encoding"]) == (packed, encoding)


def test_a_chunked_body_without_length_is_read(server: Server, keys: Keys) -> None:
    def pieces() -> Iterator[bytes]:
        yield ENVELOPE[:20]
        yield ENVELOPE[20:]

    assert send(server, keys, pieces()).json() == {"id": EVENT_ID}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_the_content_type_decides_nothing(server: Server, keys: Keys, kind: str) -> None:
    assert send(server, keys, headers=keys.auth | {"Content-Type": kind}).status_code == 200


def test_a_legacy_event_is_taken_in(server: Server, keys: Keys) -> None:
    body = b'{"event_id":"%s","message":"old"}' % EVENT_ID.encode()
    assert send(server, keys, body, path="/api/{project}/store/").json() == {"id": EVENT_ID}
    (entry,) = waiting(server)
    assert entry.meta["endpoint"] == "store"
    assert send(server, keys, b"junk", path="/api/{project}/store/").status_code == 400


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"nonsense", ""),
        (b"[]\n", ""),
        (b"\x00\xff", ""),
        (b"not packed", "gzip"),
        (b"not packed", "br"),
        (ENVELOPE, "lzma"),
        (b"x" * 20_000, ""),
    ],
    ids=range(7),
)
def test_what_is_no_envelope_is_sent_back_and_kept_as_refused(
    server: Server, keys: Keys, body: bytes, encoding: str
) -> None:
    answer = send(server, keys, body, keys.auth | {"Content-Encoding": encoding})
    assert answer.status_code == 400
    assert answer.headers["x-sentry-error"] == answer.json()["detail"]
    (entry,) = waiting(server)
    assert entry.refused == answer.json()["detail"]


def test_no_address_is_kept_where_the_application_wants_none(server: Server, cast: Cast) -> None:
    keys = application(server, cast, no_ip=True)
    send(server, keys)
    send(server, keys, b"junk of 192.0.2.1")
    accepted, refused = waiting(server)
    assert accepted.meta == {"endpoint": "envelope", "no_ip": "1"}
    assert (refused.body, refused.meta) == (b"", accepted.meta)


def test_a_page_may_ask_beforehand_and_read_the_limits(server: Server, keys: Keys) -> None:
    for path in (f"/api/{keys.project}/envelope/", f"/api/{keys.project}/store"):
        answer = server.request("OPTIONS", path)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-methods"] == "POST, OPTIONS"
        assert "x-sentry-auth" in answer.headers["access-control-allow-headers"]
        assert answer.headers["access-control-max-age"] == "3600"
    exposed = send(server, keys).headers["access-control-expose-headers"]
    assert {"x-sentry-error", "x-sentry-rate-limits", "retry-after"} == set(exposed.split(", "))
    assert server.request("GET", f"/api/{keys.project}/envelope/").status_code == 405


def test_too_large_is_413_as_sent_and_as_it_expands(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, envelope_bytes_max=SMALL)) as server:
        keys = application(server, cast)
        assert send(server, keys, bytes(SMALL + 1)).status_code == 413
        filling = b"{}\n" + bytes(SMALL * 100)
        for encoding, bomb in (
            ("gzip", gzip.compress(filling)),
            ("br", brotli.compress(filling)),
            ("zstd", zstandard.compress(filling)),
        ):
            answer = send(server, keys, bomb, keys.auth | {"Content-Encoding": encoding})
            assert answer.status_code == 413
        assert {bool(entry.refused) for entry in waiting(server)} == {True}


def test_a_rate_holds_errors_back_and_lets_reports_through(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, errors_per_minute=2)) as server:
        keys, other = application(server, cast), application(server, cast, application_name="B")
        assert [send(server, keys).status_code for _ in range(3)] == [200, 200, 429]
        late = send(server, keys)
        assert late.headers["retry-after"].isdigit()
        seconds, categories, scope, reason = late.headers["x-sentry-rate-limits"].split(":")
        assert (seconds, scope, reason) == (late.headers["retry-after"], "project", "quota")
        assert {"error", "default"} <= set(categories.split(";"))
        report = b'{}\n{"type":"client_report"}\n{}'
        assert send(server, keys, report).status_code == 200
        assert send(server, other).status_code == 200
        clock.advance(60)
        assert send(server, keys).status_code == 200


def test_a_full_inbox_holds_everything_back(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, inbox_entries_max=0)) as server:
        keys = application(server, cast)
        answer = send(server, keys)
        assert answer.status_code == 429
        seconds, categories, scope, reason = answer.headers["x-sentry-rate-limits"].split(":")
        assert (seconds, scope, reason) == ("60", "organization", "overload")
        assert "session" in categories.split(";")
        assert "inbox is full" in answer.json()["detail"]
        assert waiting(server) == []


def test_a_body_of_a_hundred_thousand_empty_members_is_refused_at_once(
    server: Server, keys: Keys
) -> None:
    body = gzip.compress(b"") * 100_000
    encoded = {"Content-Encoding": "gzip"}
    assert send(server, keys, body, encoded).status_code == 403
    answer = send(server, keys, body, keys.auth | encoded)
    assert (answer.status_code, "more than 16 members" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(ENVELOPE)),
        ("br", brotli.compress(ENVELOPE)),
        ("zstd", zstandard.compress(ENVELOPE)),
    ],
    ids=["gzip", "br", "zstd"],
)
def test_a_body_cut_short_is_refused(
    server: Server, keys: Keys, encoding: str, packed: bytes
) -> None:
    answer = send(server, keys, packed[:-6], keys.auth | {"Content-Encoding": encoding})
    assert (answer.status_code, "ends too early" in answer.json()["detail"]) == (400, True)


def test_a_large_body_is_taken_in_packed_or_plain(server: Server, keys: Keys) -> None:
    body = ENVELOPE + b'\n{"type":"attachment"}\n' + b"x" * 1_000_000
    for encoding, sent in (("identity", body), ("gzip", gzip.compress(body))):
        answer = send(server, keys, sent, keys.auth | {"Content-Encoding": encoding})
        assert answer.json() == {"id": EVENT_ID}
