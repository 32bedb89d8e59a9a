"""Drop, silence and inhibit rules through the API, read back from a restarted server."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast
from tests.noise_rules import DISKS, HOURS, asked, dropping, inhibiting, listed, silencing
from tests.push import make_channel
from tests.server import Server
from tocsin.store import noise_rule as rules
from tocsin.store.database import Database
from tocsin.store.noise_rule import DROPS, INHIBITS, SILENCES

KINDS = ("unsubscribe", "silence", "inhibit")
MAKE: dict[str, Callable[..., str]] = {
    "unsubscribe": dropping,
    "silence": silencing,
    "inhibit": inhibiting,
}


@pytest.fixture
def channel_id(server: Server, database: Database, cast: Cast) -> int:
    """A channel of Bob's team."""
    return make_channel(server, database, cast)


@pytest.mark.effect(
    "/channel/unsubscribe/rule/create",
    "/channel/unsubscribe/rule/list",
    seen_by="/channel/unsubscribe/rule/list",
)
def test_a_new_drop_rule_has_everything_it_was_given(
    server: Server, cast: Cast, channel_id: int
) -> None:
    assert listed(server, cast.bob, "unsubscribe", channel_id) == []
    rule_id = dropping(server, cast.bob, channel_id, description="Lab", priority=3)
    server.restart()
    now = server.clock.now() // 1000
    assert listed(server, cast.bob, "unsubscribe", channel_id) == [
        {
            "rule_id": rule_id,
            "account_id": cast.account_id,
            "channel_id": channel_id,
            "priority": 3,
            "rule_name": "No disks",
            "description": "Lab",
            "status": "enabled",
            "filters": DISKS,
            "creator_id": cast.bob.id,
            "updated_by": cast.bob.id,
            "created_at": now,
            "updated_at": now,
            "deleted_at": 0,
        }
    ]


@pytest.mark.effect(
    "/channel/silence/rule/create",
    "/channel/silence/rule/list",
    seen_by="/channel/silence/rule/list",
)
def test_new_silences_say_whether_they_are_in_effect(
    server: Server, cast: Cast, channel_id: int
) -> None:
    assert listed(server, cast.bob, "silence", channel_id) == []
    silencing(server, cast.bob, channel_id)
    silencing(server, cast.bob, channel_id, time_filters=HOURS, is_directly_discard=True)
    server.restart()
    once, often = listed(server, cast.bob, "silence", channel_id)
    now = server.clock.now() // 1000
    assert once["time_filter"] == {"start_time": now, "end_time": now + 3600}
    assert (once["time_filters"], once["is_effective"], once["filters"]) == ([], True, DISKS)
    assert "from_incident_id" not in once
    assert often["time_filter"] == {"start_time": 0, "end_time": 0}
    assert often["time_filters"] == [{**HOURS[0], "cal_id": "", "is_off": False}]
    assert (often["is_directly_discard"], often["is_auto_delete"]) == (True, False)
    server.clock.advance(3600)
    assert listed(server, cast.bob, "silence", channel_id)[0]["is_effective"] is False


@pytest.mark.effect(
    "/channel/inhibit/rule/create",
    "/channel/inhibit/rule/list",
    seen_by="/channel/inhibit/rule/list",
)
def test_a_new_inhibit_rule_has_everything_it_was_given(
    server: Server, cast: Cast, channel_id: int
) -> None:
    assert listed(server, cast.bob, "inhibit", channel_id) == []
    inhibiting(server, cast.bob, channel_id, is_directly_discard=True)
    server.restart()
    (rule,) = listed(server, cast.bob, "inhibit", channel_id)
    assert rule["equals"] == ["labels.host"]
    assert rule["source_filters"][0][0]["oper"] == "IN"
    assert rule["target_filters"][0][0]["oper"] == "NOTIN"
    assert (rule["is_directly_discard"], rule["status"]) == (True, "enabled")


@pytest.mark.effect(
    "/channel/unsubscribe/rule/enable",
    "/channel/unsubscribe/rule/disable",
    seen_by="/channel/unsubscribe/rule/list",
)
@pytest.mark.effect(
    "/channel/silence/rule/enable",
    "/channel/silence/rule/disable",
    seen_by="/channel/silence/rule/list",
)
@pytest.mark.effect(
    "/channel/inhibit/rule/enable",
    "/channel/inhibit/rule/disable",
    seen_by="/channel/inhibit/rule/list",
)
def test_rules_are_switched_off_and_on(server: Server, cast: Cast, channel_id: int) -> None:
    rules = {kind: MAKE[kind](server, cast.bob, channel_id) for kind in KINDS}
    for verb, status in (("disable", "disabled"), ("enable", "enabled")):
        for kind, rule_id in rules.items():
            wish = {"channel_id": channel_id, "rule_id": rule_id}
            assert asked(server, cast.bob, kind, verb, **wish).data == {}
        server.restart()
        for kind in KINDS:
            (rule,) = listed(server, cast.bob, kind, channel_id)
            assert (kind, rule["status"]) == (kind, status)
            if kind == "silence":
                assert rule["is_effective"] is (status == "enabled")


@pytest.mark.effect("/channel/unsubscribe/rule/delete", seen_by="/channel/unsubscribe/rule/list")
@pytest.mark.effect("/channel/silence/rule/delete", seen_by="/channel/silence/rule/list")
@pytest.mark.effect("/channel/inhibit/rule/delete", seen_by="/channel/inhibit/rule/list")
def test_deleted_rules_are_gone(server: Server, cast: Cast, channel_id: int) -> None:
    for kind in KINDS:
        kept = MAKE[kind](server, cast.bob, channel_id)
        wish = {"channel_id": channel_id, "rule_id": MAKE[kind](server, cast.bob, channel_id)}
        assert asked(server, cast.bob, kind, "delete", **wish).data == {}
        again = asked(server, cast.bob, kind, "delete", **wish)
        assert (again.status, again.code) == (400, "ResourceNotFound")
        server.restart()
        assert [r["rule_id"] for r in listed(server, cast.bob, kind, channel_id)] == [kept]


@pytest.mark.effect("/channel/unsubscribe/rule/update", seen_by="/channel/unsubscribe/rule/list")
@pytest.mark.effect("/channel/silence/rule/update", seen_by="/channel/silence/rule/list")
@pytest.mark.effect("/channel/inhibit/rule/update", seen_by="/channel/inhibit/rule/list")
def test_a_change_replaces_all_of_a_rule(server: Server, cast: Cast, channel_id: int) -> None:
    hosts = [[{"key": "labels.host", "oper": "IN", "vals": ["db*"]}]]
    said: dict[str, dict[str, Any]] = {
        "unsubscribe": {"filters": hosts},
        "silence": {"filters": hosts, "time_filters": HOURS},
        "inhibit": {"equals": [], "source_filters": hosts},
    }
    for kind in KINDS:
        more = {} if kind == "unsubscribe" else {"is_directly_discard": True}
        rule_id = MAKE[kind](server, cast.bob, channel_id, description="old", priority=7, **more)
        server.clock.advance(10)
        wish = {"channel_id": channel_id, "rule_id": rule_id, "rule_name": "New", **said[kind]}
        assert asked(server, cast.alice, kind, "update", **wish).data == {}
    server.restart()
    now = server.clock.now() // 1000
    for kind in KINDS:
        (rule,) = listed(server, cast.bob, kind, channel_id)
        assert (rule["rule_name"], rule["description"], rule["priority"]) == ("New", "", 0)
        assert (rule["creator_id"], rule["updated_by"]) == (cast.bob.id, cast.alice.id)
        assert rule["updated_at"] <= now
        assert rule["updated_at"] > rule["created_at"]
        assert rule.get("is_directly_discard", False) is False
        assert rule.get("filters", rule.get("source_filters")) == hosts
    (inhibit,) = listed(server, cast.bob, "inhibit", channel_id)
    assert (inhibit["target_filters"], inhibit["equals"]) == ([], [])
    (silence,) = listed(server, cast.bob, "silence", channel_id)
    assert silence["time_filter"] == {"start_time": 0, "end_time": 0}


def test_rules_are_listed_in_the_order_they_are_tried(
    server: Server, cast: Cast, channel_id: int
) -> None:
    for name, priority in (("c", 2), ("a", 0), ("d", 2), ("b", 1)):
        dropping(server, cast.bob, channel_id, rule_name=name, priority=priority)
    found = listed(server, cast.bob, "unsubscribe", channel_id)
    assert [rule["rule_name"] for rule in found] == ["a", "b", "c", "d"]


ONCE = {"start_time": 1_800_000_000, "end_time": 1_800_003_600}


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("unsubscribe", {"rule_name": ""}, "rule_name"),
        ("unsubscribe", {"rule_name": "n" * 40}, "rule_name"),
        ("unsubscribe", {"description": "d" * 501}, "description"),
        ("unsubscribe", {"priority": -1}, "priority"),
        ("unsubscribe", {"priority": 2**40}, "priority"),
        ("unsubscribe", {"filters": [[]]}, "every group needs a condition"),
        ("unsubscribe", {"filters": [[{"key": "a", "oper": "IN", "vals": ["/(/"]}]]}, "filters"),
        ("inhibit", {"equals": ["labels.a"] * 21}, "equals"),
        ("inhibit", {"source_filters": [[]]}, "source_filters"),
        ("inhibit", {"target_filters": [[]]}, "target_filters"),
        ("silence", {"filters": []}, "filters"),
        ("silence", {"time_filter": None}, "time_filter"),
        ("silence", {"time_filter": {"start_time": 5, "end_time": 5}}, "start_time"),
        ("silence", {"time_filter": {"start_time": 5, "end_time": 2**40}}, "ten years"),
        ("silence", {"time_filter": ONCE, "time_filters": HOURS}, "exclude each other"),
        ("silence", {"time_filters": [{"start": "24:01", "end": "01:00"}]}, "time of day"),
        ("silence", {"time_filters": [{"start": "1:00", "end": "01:00"}]}, "start"),
        ("silence", {"time_filters": [{"start": "01:00", "end": "02:00", "repeat": [7]}]}, "rep"),
        (
            "silence",
            {"time_filters": [{"start": "01:00", "end": "02:00", "cal_id": "cal.x"}]},
            "no calendar has the id cal.x",
        ),
        ("silence", {"time_filters": HOURS * 51}, "at most 50"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_by_name(
    server: Server, cast: Cast, channel_id: int, kind: str, fields: dict[str, Any], said: str
) -> None:
    wish: dict[str, Any] = {"channel_id": channel_id, "rule_name": "Rule", "filters": DISKS}
    if kind == "inhibit":
        wish["equals"] = []
    wish |= {name: value for name, value in fields.items() if value is not None}
    answer = asked(server, cast.bob, kind, "create", **wish)
    assert (answer.status, answer.code) == (400, "InvalidParameter")
    assert said in answer.message
    assert listed(server, cast.bob, kind, channel_id) == []


@pytest.mark.parametrize("kind", KINDS)
def test_rules_belong_to_those_who_look_after_the_channel(
    server: Server, cast: Cast, channel_id: int, kind: str
) -> None:
    rule_id = MAKE[kind](server, cast.bob, channel_id)
    wish = {"channel_id": channel_id, "rule_id": rule_id}
    assert asked(server, cast.charlie, kind, "delete", **wish).code == "AccessDenied"
    assert len(listed(server, cast.charlie, kind, channel_id)) == 1
    private = {"channel_id": channel_id, "is_private": True}
    assert server.post("/channel/update", private, cast.bob.key).status == 200
    hidden = asked(server, cast.charlie, kind, "list", channel_id=channel_id)
    assert hidden.code == "ResourceNotFound"
    elsewhere = asked(server, cast.bob, kind, "delete", channel_id=1, rule_id=rule_id)
    assert elsewhere.code == "ResourceNotFound"


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_is_reached_only_through_its_own_channel(
    server: Server, database: Database, cast: Cast, channel_id: int, kind: str
) -> None:
    rule_id = MAKE[kind](server, cast.bob, channel_id)
    other = make_channel(server, database, cast, "Search")
    answer = asked(server, cast.bob, kind, "disable", channel_id=other, rule_id=rule_id)
    assert answer.code == "ResourceNotFound"
    assert listed(server, cast.bob, kind, channel_id)[0]["status"] == "enabled"


def test_a_channel_has_so_many_rules_of_a_kind_and_no_more(
    server: Server, cast: Cast, channel_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.engine.noise_rule.PER_CHANNEL_MAX", 2)
    dropping(server, cast.bob, channel_id)
    dropping(server, cast.bob, channel_id)
    silencing(server, cast.bob, channel_id)
    wish = {"channel_id": channel_id, "rule_name": "One more", "filters": DISKS}
    answer = asked(server, cast.bob, "unsubscribe", "create", **wish)
    assert (answer.status, answer.code) == (400, "BadRequest")


def test_rules_go_with_their_channel(
    server: Server, database: Database, cast: Cast, channel_id: int
) -> None:
    for kind in KINDS:
        MAKE[kind](server, cast.bob, channel_id)
    assert server.post("/channel/delete", {"channel_id": channel_id}, cast.bob.key).data == {}
    gone = asked(server, cast.bob, "silence", "list", channel_id=channel_id)
    assert gone.code == "ResourceNotFound"
    with database.read() as tx:
        for shelf in (DROPS, SILENCES, INHIBITS):
            assert rules.count(tx, shelf, cast.account_id, channel_id) == 0
