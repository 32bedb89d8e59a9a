"""Requests of the error doors on their way from the inbox into the store, on both databases."""

import json

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.errors import register
from tests.sources.corpus import crash_envelope
from tocsin.domain.application import Application, ApplicationStatus
from tocsin.engine import digest, error_reader
from tocsin.store import application as applications
from tocsin.store import error_tally, issue_event, rejected
from tocsin.store.database import Database
from tocsin.store.inbox import Entry
from tocsin.store.tables.issue import issue as issue_table


@pytest.fixture
def shop(database: Database, cast: Cast) -> Application:
    with database.write() as tx:
        return register(tx, cast.account_id)


def entry(shop: Application, clock: VirtualClock, door: str, body: bytes, **meta: str) -> Entry:
    return Entry(door, shop.account_id, shop.id, clock.now(), body, meta)


def turn(database: Database, *entries: Entry) -> None:
    with error_reader.sentry_reader(database) as sentry, error_reader.rum_reader(database) as rum:
        readers = {"sentry": sentry, "rum": rum}
        read = [readers[one.door](one) for one in entries]
    with database.write() as tx:
        digest.store(tx, read)


def reasons(database: Database, shop: Application) -> list[str]:
    with database.read() as tx:
        return [one.reason for one in rejected.newest(tx, shop.account_id, 100)]


def issue_count(database: Database) -> int:
    with database.read() as tx:
        return len(tx.values(issue_table.select().with_only_columns(issue_table.c.issue_id)))


def test_events_of_one_application_become_issues_and_the_rest_counts(
    database: Database, shop: Application, clock: VirtualClock
) -> None:
    report = b'{}\n{"type":"client_report"}\n{"discarded_events":[{"reason":"before_send","category":"error","quantity":2}]}'
    line = {
        "type": "error",
        "error": {
            "message": "m",
            "type": "E",
            "source": "source",
            "stack": "E: m\n at f @ a.js:1:2",
        },
    }
    views = b'{"type":"view"}\n' + json.dumps(line).encode()
    turn(
        database,
        entry(shop, clock, "sentry", crash_envelope()),
        entry(shop, clock, "sentry", report),
        entry(shop, clock, "rum", views, track="rum"),
        entry(shop, clock, "rum", b"", track="replay"),
        entry(shop, clock, "rum", b'{"a":1}\n{"b":2}', track="logs"),
    )
    assert issue_count(database) == 2
    with database.read() as tx:
        found = error_tally.since(tx, shop.account_id, shop.id, clock.now())
    assert [(one.kind, one.name, one.count) for one in found] == [
        ("discarded", "before_send/error", 2),
        ("item", "logs", 2),
        ("item", "replay", 1),
        ("item", "view", 1),
    ]
    assert reasons(database, shop) == []


def test_the_same_request_twice_counts_once(
    database: Database, shop: Application, clock: VirtualClock
) -> None:
    again = entry(shop, clock, "sentry", crash_envelope())
    turn(database, again)
    turn(database, again, again)
    with database.read() as tx:
        assert tx.values(issue_table.select().with_only_columns(issue_table.c.error_count)) == [1]


@pytest.mark.parametrize(
    ("door", "body", "meta", "reason"),
    [
        ("sentry", b"nonsense", {}, "the envelope header is not valid JSON"),
        ("sentry", b"junk", {"encoding": "gzip"}, "the compressed body is damaged"),
        ("sentry", b'{}\n{"type":"event"}\n[]', {}, "the event is not a JSON object"),
        ("sentry", b"{1}", {"endpoint": "store"}, "the event is not valid JSON"),
        ("rum", b'{"type":"error"}', {"track": "rum"}, "an error line has no error object"),
        (
            "rum",
            b"not zlib",
            {"track": "rum", "dd-evp-encoding": "deflate"},
            "the compressed body is",
        ),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_reason(
    database: Database,
    shop: Application,
    clock: VirtualClock,
    door: str,
    body: bytes,
    meta: dict[str, str],
    reason: str,
) -> None:
    turn(database, entry(shop, clock, door, body, **meta))
    (kept,) = reasons(database, shop)
    assert kept.startswith(reason)


def test_a_broken_item_costs_neither_the_others_nor_the_next_request(
    database: Database, shop: Application, clock: VirtualClock
) -> None:
    broken = crash_envelope() + b'\n{"type":"attachment","length":99}\nshort'
    turn(database, entry(shop, clock, "sentry", broken))
    assert issue_count(database) == 1
    assert len(reasons(database, shop)) == 1


def test_an_application_deleted_meanwhile_gets_no_issues(
    database: Database, shop: Application, clock: VirtualClock
) -> None:
    with database.write() as tx:
        applications.save(tx, replace(shop, status=ApplicationStatus.DELETED))
    turn(database, entry(shop, clock, "sentry", crash_envelope()))
    assert issue_count(database) == 0
    assert "deleted" in reasons(database, shop)[0]


def test_no_address_gets_into_the_store_where_the_application_wants_none(
    database: Database, shop: Application, clock: VirtualClock
) -> None:
    body = b'{}\n{"type":"event"}\n{"message":"m","user":{"ip_address":"192.0.2.1","id":"u"}}'
    broken = b'{}\n{"type":"event"}\n192.0.2.1'
    turn(
        database,
        entry(shop, clock, "sentry", body, no_ip="1"),
        entry(shop, clock, "sentry", broken, no_ip="1"),
    )
    with database.read() as tx:
        (issue_id,) = tx.values(issue_table.select().with_only_columns(issue_table.c.issue_id))
        event_id = issue_event.newest(tx, shop.account_id, issue_id)
        whole = issue_event.get(tx, shop.account_id, issue_id, event_id)
        (refused,) = rejected.newest(tx, shop.account_id, 10)
    assert whole is not None
    assert b"192.0.2.1" not in whole.raw
    assert b"192.0.2.1" not in refused.body
