"""Debian's amtool, unmodified, against our Alertmanager API."""

import json
import os
import subprocess
from typing import Any

import pytest

from tests.cast import Cast
from tests.noise_rules import asked, listed
from tests.push import engine
from tests.server import Server
from tests.sources.watching import Watch
from tests.tools import need
from tocsin.store.database import Database


class Amtool(Watch):
    """amtool, set up for a channel."""

    def run(self, *words: str) -> str:
        url = f"--alertmanager.url={self.server.base}/am/{self.key}"
        done = subprocess.run(
            ["amtool", url, *words],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "HOME": "/nonexistent"},
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        engine(self.database)
        return done.stdout

    def shown(self, *words: str) -> list[Any]:
        return list(json.loads(self.run("-o", "json", *words)))

    def jobs(self, *words: str) -> list[str]:
        return sorted(one["labels"]["job"] for one in self.shown("alert", "query", *words))


@pytest.fixture
def amtool(server: Server, database: Database, cast: Cast) -> Amtool:
    need("amtool")
    return Amtool(server, database, cast, "prometheus")


@pytest.mark.door(
    "/am/{key}/api/v2/alerts", "fire", "resolve", sender="Debian's amtool, unmodified"
)
def test_amtool_adds_queries_and_ends_alerts(amtool: Amtool) -> None:
    amtool.run("alert", "add", "Down", "job=db", "--annotation=summary=db is down")
    amtool.run("alert", "add", "Slow", "job=web", "--generator-url=http://prometheus/graph")
    assert amtool.jobs() == ["db", "web"]
    assert amtool.jobs("Down") == amtool.jobs("alertname=~D.*", "job!=web") == ["db"]
    amtool.server.restart()
    [alert] = amtool.shown("alert", "query", "job=db")
    assert alert["annotations"] == {"summary": "db is down"}
    [slow] = amtool.shown("alert", "query", "Slow")
    assert slow["generatorURL"] == "http://prometheus/graph"
    assert "db is down" in amtool.run("alert", "query", "Down")
    over = alert["startsAt"]
    amtool.run("alert", "add", "Down", "job=db", f"--start={over}", f"--end={over}")
    assert amtool.jobs() == ["web"]
    assert {one["title"]: one["progress"] for one in amtool.listed("/incident/list")} == {
        "db is down": "Closed",
        "Slow": "Triggered",
    }


def test_amtool_adds_updates_and_expires_silences_that_hide(amtool: Amtool) -> None:
    words = ("--comment=planned", "--author=ann", "--duration=2h", "job=db", "alertname=~D.*")
    id_ = amtool.run("silence", "add", *words).strip()
    [rule] = listed(amtool.server, amtool.person, "silence", amtool.channel_id)
    assert (rule["description"], rule["is_effective"]) == ("planned", True)
    amtool.run("alert", "add", "Down", "job=db")
    amtool.run("alert", "add", "Down", "job=web")
    assert amtool.incident["labels"]["job"] == "web"
    assert (amtool.jobs(), amtool.jobs("--silenced")) == (["web"], ["db"])
    amtool.server.restart()
    [silence] = amtool.shown("silence", "query", "job=db")
    assert (silence["id"], silence["createdBy"], silence["comment"]) == (id_, "ann", "planned")
    amtool.run("silence", "update", "--duration=3h", "--comment=longer", id_)
    [updated] = amtool.shown("silence", "query")
    assert (updated["id"], updated["comment"]) == (id_, "longer")
    assert updated["endsAt"] > silence["endsAt"]
    assert id_ in amtool.run("silence", "query", "--within=4h")
    amtool.run("silence", "expire", id_)
    assert amtool.shown("silence", "query") == []
    assert [one["id"] for one in amtool.shown("silence", "query", "--expired")] == [id_]
    assert amtool.jobs() == ["db", "web"]


def test_amtool_moves_silences_from_one_channel_to_another(amtool: Amtool, cast: Cast) -> None:
    made = amtool.run("silence", "add", "-c", "planned", 'job=~"d.|"', "rack=r1").strip()
    kept = amtool.run("-o", "json", "silence", "query")
    other = Amtool(amtool.server, amtool.database, cast, "prometheus", "Search")
    file = amtool.server.settings.data_dir + "/silences.json"
    with open(file, "w") as output:
        output.write(kept)
    other.run("silence", "import", "--force", file)
    [before], [after] = json.loads(kept), other.shown("silence", "query")
    assert after["id"] != made == before["id"]
    for name in ("matchers", "endsAt", "createdBy", "comment"):
        assert after[name] == before[name]


def test_amtool_shows_what_the_channel_is_and_what_it_cannot_say(amtool: Amtool) -> None:
    hours = [{"start": "01:00", "end": "04:30", "repeat": [1]}]
    wish = {"channel_id": amtool.channel_id, "rule_name": "Nightly", "time_filters": hours}
    filters = [[{"key": "labels.job", "oper": "IN", "vals": ["db"]}]]
    made = asked(amtool.server, amtool.person, "silence", "create", **wish, filters=filters)
    assert made.status == 200
    group = {"method": "p", "equals": [["labels.job"]]}
    change = {"channel_id": amtool.channel_id, "group": group}
    assert amtool.server.post("/channel/update", change, amtool.person.key).status == 200
    assert "it repeats in windows" in amtool.run("config", "show")
    assert "receiver: Payments" in amtool.run("config", "routes")
    assert "Payments" in amtool.run("config", "routes", "test", "job=db")
    assert amtool.shown("silence", "query") == []
    amtool.run("cluster", "show")
