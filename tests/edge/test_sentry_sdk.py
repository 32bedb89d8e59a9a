"""The unmodified Python SDK against a real server: its transport, its encodings, its patience."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sentry_sdk
from msgspec.structs import replace

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.edge.doors import Keys, application, digest, issues, waiting
from tests.server import Server, serving
from tocsin.kernel.settings import Settings


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


@contextmanager
def sdk(dsn: str, **options: Any) -> Iterator[sentry_sdk.Client]:
    """The SDK with its own HTTP transport; what it queued is sent when the block ends."""
    client = sentry_sdk.Client(dsn, default_integrations=False, shutdown_timeout=10, **options)
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        yield client
        client.close()


def crash(message: str = "no price") -> None:
    try:
        raise LookupError(message)
    except LookupError as error:
        sentry_sdk.capture_exception(error)


@pytest.mark.parametrize(
    ("experiments", "encoding"),
    [
        ({}, "br"),
        ({"transport_compression_algo": "gzip"}, "gzip"),
        ({"transport_compression_level": 0}, ""),
    ],
)
def test_a_crash_becomes_an_issue_in_every_encoding_of_the_sdk(
    server: Server, cast: Cast, keys: Keys, experiments: dict[str, Any], encoding: str
) -> None:
    with sdk(keys.dsn, release="shop@1.4.2", _experiments=experiments):
        crash()
    (entry,) = waiting(server)
    assert entry.meta.get("encoding", "") == encoding
    assert entry.meta["client"].startswith("sentry.python/")
    digest(server)
    assert waiting(server) == []
    (issue,) = issues(server, cast, keys)
    assert issue["error"]["type"] == "LookupError"
    assert issue["error"]["message"] == "no price"
    assert issue["versions"] == ["shop@1.4.2"]


def test_a_dsn_with_a_path_arrives_too(server: Server, cast: Cast, keys: Keys) -> None:
    prefix, project = keys.dsn.rsplit("/", 1)
    with sdk(f"{prefix}/below/here/{project}"):
        crash()
    digest(server)
    assert len(issues(server, cast, keys)) == 1


def test_sessions_and_messages_are_told_apart(server: Server, cast: Cast, keys: Keys) -> None:
    with sdk(keys.dsn, release="1"):
        sentry_sdk.capture_message("disk is full", level="warning")
        scope = sentry_sdk.get_isolation_scope()
        scope.start_session(session_mode="application")
        scope.end_session()
    digest(server)
    (issue,) = issues(server, cast, keys)
    assert issue["error"]["message"] == "disk is full"
    wish = {"application_id": keys.application_id}
    items = server.post("/rum/error-tally/list", wish, cast.charlie.key).data["items"]
    assert ("session", "exited", 1) in [(i["kind"], i["name"], i["count"]) for i in items]


def test_an_event_too_large_costs_only_itself(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, envelope_bytes_max=100_000)) as server:
        keys = application(server, cast)
        with sdk(keys.dsn, max_value_length=10**6) as client:
            sentry_sdk.capture_message("x" * 200_000)
            client.flush()
            crash()
        digest(server)
        assert [issue["error"]["type"] for issue in issues(server, cast, keys)] == ["LookupError"]


def test_a_wrong_key_changes_nothing(server: Server, cast: Cast, keys: Keys) -> None:
    with sdk(keys.dsn.replace(keys.public_key, "0" * 32)):
        crash()
    assert waiting(server) == []


def test_the_sdk_holds_back_what_it_is_told_to_and_reports_it(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, errors_per_minute=1)) as server:
        keys = application(server, cast)
        with sdk(keys.dsn) as client:
            for _ in range(4):
                crash()
                client.flush()
            assert client.transport is not None
            held_back = set(client.transport._disabled_until)  # type: ignore[attr-defined]
            assert {"error", "default", "attachment"} <= held_back
        digest(server)
        (issue,) = issues(server, cast, keys)
        assert issue["error_count"] == 1
        wish = {"application_id": keys.application_id}
        items = server.post("/rum/error-tally/list", wish, cast.charlie.key).data["items"]
        dropped = {item["name"]: item["count"] for item in items if item["kind"] == "discarded"}
        assert dropped["ratelimit_backoff/error"] >= 2
