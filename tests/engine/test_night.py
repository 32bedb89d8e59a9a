"""A whole night over HTTP, in fast forward: 03:12 in Berlin, an hour after its clocks went on."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from tests.cast import Cast, Person
from tests.desk import Desk
from tests.escalation import BY_PREFERENCE, rule
from tests.incidents import timeline
from tests.ops.test_preference import add, prefer, sent
from tests.push import engine
from tests.server import Server
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database
from tocsin.store.tables.platform import account

BERLIN = ZoneInfo("Europe/Berlin")


def seconds(*wall: int) -> int:
    year, month, day, *time = wall
    return int(datetime(year, month, day, *time, tzinfo=BERLIN).timestamp())


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings, phone_provider="twilio", phone_account="AC1", phone_token="secret"
    )


class Night:
    """Alice has the primary week; that night Bob stands in for her. Charlie is the secondary."""

    def __init__(self, server: Server, database: Database, cast: Cast) -> None:
        self.server, self.database, self.cast = server, database, cast
        server.clock.instant = seconds(2026, 3, 28, 18) * 1000
        with database.write() as tx:
            tx.run(account.update().values(time_zone="Europe/Berlin"))
        self.desk = Desk(server, database, cast)
        add(server, database, cast, cast.bob)
        add(server, database, cast, cast.bob, service="voice", target="+4930123456", token="")
        prefer(server, cast.bob, ["push", "voice"], wait_minutes={"voice": 5})
        primary = self._schedule("Primary", [self._week(cast.alice), self._override(cast.bob)])
        secondary = self._schedule("Secondary", [self._week(cast.charlie)])
        rule(
            server,
            cast.bob,
            self.desk.channel_id,
            {"target": self._on_call(primary), "escalate_window": 10},
            {"target": self._on_call(secondary)},
            rule_name="Nights",
            time_filters=[{"start": "22:00", "end": "06:00", "repeat": [0, 6]}],
        )
        server.clock.instant = seconds(2026, 3, 29, 3, 12) * 1000

    def _week(self, who: Person) -> dict[str, Any]:
        group = {"group_name": who.name, "members": [{"role_id": 0, "person_ids": [who.id]}]}
        return {
            "layer_name": f"{who.name}'s week",
            "mode": 0,
            "groups": [group],
            "layer_start": seconds(2026, 3, 23, 9),
            "rotation_unit": "week",
            "rotation_value": 1,
        }

    def _override(self, who: Person) -> dict[str, Any]:
        """From 01:30 to 06:00, which that night are three hours and a half."""
        span = {"layer_start": seconds(2026, 3, 29, 1, 30), "layer_end": seconds(2026, 3, 29, 6)}
        return {**self._week(who), "layer_name": "Swap", "mode": 1, **span}

    def _schedule(self, name: str, layers: list[dict[str, Any]]) -> int:
        teams = self.server.post("/team/list", {}, self.cast.bob.key).data["items"]
        wish = {"schedule_name": name, "team_id": teams[0]["team_id"], "layers": layers}
        made = self.server.post("/schedule/create", wish, self.cast.bob.key).data
        return int(made["schedule_id"])

    def _on_call(self, schedule_id: int) -> dict[str, Any]:
        return {"schedule_to_role_ids": {str(schedule_id): []}, "by": BY_PREFERENCE}

    def minutes(self, count: int) -> None:
        for _ in range(count):
            self.server.clock.advance(60)
            engine(self.server.database)

    def lines(self, incident: str) -> list[tuple[str, str, str, str]]:
        """The wall time of each entry, its kind, by which method whom, and why."""
        names = {one.id: one.name for one in (self.cast.alice, self.cast.bob, self.cast.charlie)}
        found = []
        for one in timeline(self.server, self.cast.alice, incident):
            at = datetime.fromtimestamp(one["created_at"] / 1000, BERLIN)
            detail = one["detail"]
            who = " ".join(names[each["person_id"]] for each in detail.get("persons", []))
            told = f"{detail['by']} {who}" if one["type"] == "i_notify" else ""
            found.append((f"{at:%H:%M}", one["type"], told, one["reason"]))
        return found


def test_the_one_who_stands_in_is_pushed_then_called_and_then_the_secondary_mailed(
    server: Server, database: Database, cast: Cast
) -> None:
    night = Night(server, database, cast)
    night.desk.say("disk")
    (incident,) = [one["incident"]["incident_id"] for one in night.desk.alerts().values()]
    night.minutes(11)
    (mail,) = [one for one in sent(database, cast, incident) if one.method == "email"]
    assert mail.target == cast.charlie.email
    (link,) = re.findall(r"Acknowledge: (\S+?)\\n", mail.payload.decode())
    assert httpx.get(link).status_code == 200
    night.minutes(1)
    assert "Acknowledged by Charlie" in httpx.post(link).text
    night.minutes(60)
    night.desk.say("disk", "Ok")
    night.minutes(60)
    told = night.lines(incident)
    swap, second = "on call by schedule Primary", "on call by schedule Secondary"
    assert told == [
        ("03:12", "i_new", "", told[0][3]),
        ("03:12", "i_assign", "", told[1][3]),
        ("03:12", "i_notify", "push Bob", f"told because it was created; {swap}"),
        ("03:17", "i_notify", "voice Bob", f"told because it was created; {swap}"),
        ("03:22", "i_assign", "", "level 2 of rule Nights is told because it was escalated"),
        ("03:22", "i_notify", "email Charlie", f"told because it was escalated; {second}"),
        ("03:24", "i_ack", "", told[6][3]),
        ("04:24", "i_rslv", "", told[7][3]),
    ]
    assert told[1][3].startswith("level 1 of rule Nights is told because it was created")
    assert all(reason for *_, reason in told)
    assert told[7][3] == "all its alerts recovered"
