"""From many alerts to few incidents, over HTTP and on both databases."""

from typing import Any

import msgspec
import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import info, listed, timeline, types
from tests.push import engine, make_integration, push
from tests.server import Server
from tocsin.store import delivery
from tocsin.store.database import Database

SERVICE = {"method": "p", "equals": [["labels.service"]]}


class Desk:
    """A channel that groups, a sender, and a webhook that hears of everything."""

    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server, self.database, self.cast = server, database, cast
        self.team_id = make_team(database, cast, "Operations", cast.bob)
        hook = {"endpoint": "https://chat.example/hook"}
        wish = {"plugin_id": 302, "name": "Chat", "settings": hook}
        assert server.post("/datasource/upsert", wish, cast.alice.key).status == 200

    def channel(self, group: dict[str, Any], **more: Any) -> int:
        wish = {"team_id": self.team_id, "channel_name": "Payments", "group": group, **more}
        made = self.server.post("/channel/create", wish, self.cast.bob.key)
        channel_id = int(made.data["channel_id"])
        sender = make_integration(self.server, self.cast, channel_id=channel_id)
        self.integration_id, self.key = sender["integration_id"], sender["integration_key"]
        return channel_id

    def push(self, alert_key: str, status: str = "Warning", **fields: Any) -> None:
        labels = {"service": "api"}
        event = {"alert_key": alert_key, "event_status": status, "labels": labels, **fields}
        assert push(self.server, self.key, **event).status == 200

    def send(self, alert_key: str, status: str = "Warning", **fields: Any) -> None:
        self.push(alert_key, status, **fields)
        engine(self.database)

    @property
    def incidents(self) -> list[Any]:
        """All of them, oldest first."""
        ids = listed(self.server, self.cast.alice, asc=True, limit=100)
        return sorted(
            (info(self.server, self.cast.alice, one) for one in ids),
            key=lambda one: one["incident_id"],
        )

    def counts(self) -> list[int]:
        return [one["alert_cnt"] for one in self.incidents]

    def entries(self, incident_id: str) -> list[str]:
        return types(timeline(self.server, self.cast.alice, incident_id))

    def heard(self, incident_id: str) -> list[str]:
        """What the webhook was told of an incident."""
        with self.database.read() as tx:
            owed = delivery.of(tx, self.cast.account_id, incident_id)
        calls = [msgspec.json.decode(one.payload) for one in owed if one.method == "webhook"]
        return [call["body"]["event_type"] for call in calls]

    def mails(self, incident_id: str) -> list[str]:
        """The subjects of the mails about an incident."""
        with self.database.read() as tx:
            owed = delivery.of(tx, self.cast.account_id, incident_id)
        calls = [msgspec.json.decode(one.payload) for one in owed if one.method == "email"]
        return [call["subject"] for call in calls]


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Desk:
    return Desk(server, database, cast)


def test_500_alerts_of_one_bucket_are_one_incident_one_notification_and_one_close(
    desk: Desk,
) -> None:
    desk.channel({**SERVICE, "storm_thresholds": [100, 400]})
    for number in range(500):
        desk.push(f"host-{number}", "Critical" if number == 77 else "Warning")
        desk.server.clock.advance(0.02)
    engine(desk.database)
    [found] = desk.incidents
    assert (found["alert_cnt"], found["active_alert_cnt"]) == (500, 500)
    assert (found["group_method"], len(found["equals_md5"])) == ("p", 32)
    assert (found["incident_severity"], found["dedup_key"]) == ("Critical", "host-0")
    incident = found["incident_id"]
    storms = [
        entry["detail"]["threshold"]
        for entry in timeline(desk.server, desk.cast.alice, incident, types=["i_storm"])
    ]
    assert storms == [100, 400]
    for number in range(500):
        desk.push(f"host-{number}", "Ok")
        desk.server.clock.advance(0.02)
    engine(desk.database)
    [over] = desk.incidents
    assert (over["progress"], over["active_alert_cnt"]) == ("Closed", 0)
    heard = desk.heard(incident)
    assert heard == ["i_new", "i_r_severity", "i_storm", "i_storm", "i_rslv"]
    # Webhooks hear no "nobody is told".
    assert [one for one in desk.entries(incident) if one != "i_notify"] == heard


def test_a_storm_warns_those_who_have_the_incident_once(desk: Desk) -> None:
    desk.channel({**SERVICE, "storm_threshold": 2})
    desk.send("a")
    [found] = desk.incidents
    bob = {"person_ids": [desk.cast.bob.id]}
    wish = {"incident_ids": [found["incident_id"]], "assigned_to": bob}
    desk.server.post("/incident/assign", wish, desk.cast.alice.key)
    for key in ("b", "c"):
        desk.send(key)
    told = sorted(desk.mails(found["incident_id"]), key=len)
    assert [one[:8] for one in told] == ["[Warning", "[STORM] "]


def test_buckets_keep_alerts_apart_and_a_closed_incident_takes_none(desk: Desk) -> None:
    desk.channel({"method": "p", "equals": [["labels.service", "severity"]]})
    desk.send("a")
    desk.send("b", "Critical")
    desk.send("c", labels={"service": "web"})
    desk.send("d")
    assert desk.counts() == [2, 1, 1]
    first = desk.incidents[0]["incident_id"]
    desk.server.post("/incident/resolve", {"incident_ids": [first]}, desk.cast.bob.key)
    desk.send("e")
    assert desk.counts() == [2, 1, 1, 1]
    desk.server.post("/incident/reopen", {"incident_ids": [first]}, desk.cast.bob.key)
    desk.send("f")
    assert desk.counts() == [2, 1, 1, 2], "the newest takes it"


def test_an_exempt_incident_takes_no_more(desk: Desk) -> None:
    desk.channel(SERVICE)
    desk.send("a")
    [found] = desk.incidents
    exempt = {"incident_ids": [found["incident_id"]]}
    desk.server.post("/incident/disable-merge", exempt, desk.cast.bob.key)
    desk.send("b")
    desk.send("c")
    assert desk.counts() == [1, 2]


@pytest.mark.parametrize(
    ("kind", "minutes", "counts"),
    [("tumbling", (0, 20, 30, 59), [2, 2]), ("sliding", (0, 20, 49, 79), [3, 1])],
)
def test_a_window_ends_an_incidents_taking(
    desk: Desk, kind: str, minutes: tuple[int, ...], counts: list[int]
) -> None:
    desk.channel({**SERVICE, "time_window": 30, "window_type": kind})
    past = 0
    for minute in minutes:
        desk.server.clock.advance((minute - past) * 60)
        desk.send(f"at {minute}")
        past = minute
    assert desk.counts() == counts


def test_flat_and_nested_keys_of_cases_come_back_as_sent_and_group(desk: Desk) -> None:
    critical = [{"key": "severity", "oper": "IN", "vals": ["Critical"]}]
    cases = [
        {"if": critical, "equals": ["labels.service"]},
        {
            "if": [{"key": "labels.zone", "oper": "IN", "vals": ["*"]}],
            "equals": [["labels.zone"]],
        },
    ]
    group = {"method": "p", "equals": [["title"]], "cases": cases, "all_equals_required": True}
    channel_id = desk.channel(group)
    shown = desk.server.post("/channel/info", {"channel_id": channel_id}, desk.cast.bob.key).data
    assert shown["group"] == group
    desk.send("a", "Critical", title_rule="one")
    desk.send("b", "Critical", title_rule="two")
    desk.send("c", title_rule="three", labels={"zone": "eu"})
    desk.send("d", title_rule="four", labels={"zone": "eu"})
    desk.send("e", "Critical", title_rule="five", labels={})
    desk.send("f", "Critical", title_rule="five", labels={})
    assert desk.counts() == [2, 2, 1, 1], "what is missing equals nothing"


def test_likeness_groups_what_says_the_same_and_the_trace_says_why(desk: Desk) -> None:
    desk.channel({"method": "i"})
    desk.send("a", title_rule="Disk 91% full on db-7")
    desk.send("b", title_rule="Payment API is slow")
    desk.send("c", title_rule="disk 97% full on db-12")
    desk.send("d", title_rule="Disk 97% full on db-12", labels={"service": "search"})
    assert desk.counts() == [2, 1, 1]
    assert {one["group_method"] for one in desk.incidents} == {"i"}
    now = desk.server.clock.now() // 1000
    span = {"start_time": now - 86_400, "end_time": now + 1}
    found = desk.server.post("/event/trace/list", span, desk.cast.bob.key).data["items"]
    merged = next(one for one in found if one["outcome"] == "merged")
    group = next(step for step in merged["steps"] if step["stage"] == "group")
    assert group["verdict"] == "matched"
    assert group["detail"]["alike in title"] == group["detail"]["score"] == "1.00"
    assert merged["steps"][-1]["verdict"] == "merged"
    assert merged["incident_id"] == desk.incidents[0]["incident_id"]


def test_a_preview_says_which_incident_an_event_would_join_and_moves_nothing(desk: Desk) -> None:
    desk.channel(SERVICE)
    desk.send("a")
    [found] = desk.incidents
    event = {"title_rule": "x", "event_status": "Warning", "labels": {"service": "api"}}
    wish = {"integration_id": desk.integration_id, "event": {**event, "alert_key": "b"}}
    asked = desk.server.post("/event/preview", wish, desk.cast.bob.key).data
    [told] = asked["items"]
    assert (told["outcome"], told["incident_id"]) == ("merged", found["incident_id"])
    assert desk.counts() == [1]


def flap(desk: Desk, times: int) -> None:
    for number in range(times):
        desk.send("cpu", "Ok" if number % 2 else "Critical")
        desk.server.clock.advance(60)


def test_flapping_is_counted_over_incidents_and_survives_a_restart(desk: Desk) -> None:
    desk.channel({"method": "n"}, flapping={"max_changes": 4, "in_mins": 60, "mute_mins": 30})
    flap(desk, 2)
    desk.server.restart()
    flap(desk, 3)
    first, second, third = desk.incidents
    assert "i_m_flapping" not in desk.entries(first["incident_id"])
    assert desk.entries(second["incident_id"])[-1] == "i_m_flapping"
    muted = timeline(desk.server, desk.cast.alice, third["incident_id"], types=["i_m_flapping"])
    assert [one["detail"] for one in muted] == [{"max_changes": 4, "in_mins": 60, "mute_mins": 30}]


def test_a_muted_incident_that_is_still_open_is_told_of_when_the_mute_ends(desk: Desk) -> None:
    desk.channel({"method": "n"}, flapping={"max_changes": 2, "in_mins": 60, "mute_mins": 30})
    flap(desk, 3)
    incident = desk.incidents[-1]["incident_id"]
    bob = {"person_ids": [desk.cast.bob.id]}
    wish = {"incident_ids": [incident], "assigned_to": bob}
    desk.server.post("/incident/assign", wish, desk.cast.alice.key)
    snooze = {"incident_ids": [incident], "minutes": 1}
    desk.server.post("/incident/snooze", snooze, desk.cast.bob.key)
    desk.server.clock.advance(120)
    engine(desk.database)
    assert len(desk.mails(incident)) == 1, "only the assigning was told"
    desk.server.restart()
    desk.server.clock.advance(30 * 60)
    engine(desk.database)
    first, second = sorted(desk.mails(incident), key=len)
    assert second == f"[REFIRE] {first}"


def test_without_a_mute_flapping_is_only_marked(desk: Desk) -> None:
    desk.channel({"method": "n"}, flapping={"max_changes": 2, "in_mins": 60, "mute_mins": 0})
    flap(desk, 5)
    assert all("i_m_flapping" not in desk.entries(one["incident_id"]) for one in desk.incidents)
