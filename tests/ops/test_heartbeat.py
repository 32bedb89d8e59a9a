"""Heartbeats over HTTP: pinged as by cron jobs, missed on the virtual clock, told to a channel."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.push import engine
from tests.senders.sending import Sending
from tests.server import Server
from tocsin.engine import handlers, loop
from tocsin.engine.heartbeat import METHOD, HeartbeatTransport
from tocsin.engine.inquiry import Inquiries
from tocsin.outbound.address import Reach
from tocsin.store import delivery
from tocsin.store import heartbeat as heartbeats
from tocsin.store.database import Database

HOUR = 3600


class Job:
    """A job with a heartbeat, expected every hour with five minutes of grace."""

    def __init__(self, server: Server, database: Database, cast: Cast, **fields: Any) -> None:
        self.server, self.database, self.cast = server, database, cast
        self.sender = Sending(server, database, cast, "heartbeat", "")
        body = {
            "integration_id": self.sender.id,
            "heartbeat_name": "Backup",
            "period": HOUR,
            **fields,
        }
        made = server.post("/heartbeat/create", body, cast.bob.key).data
        self.id, self.key = made["heartbeat_id"], made["ping_key"]
        assert made["ping_url"] == f"{server.base}/ping/{self.key}"

    def ping(self, said: str = "", method: str = "GET", **options: Any) -> int:
        path = f"/ping/{self.key}" + (f"/{said}" if said else "")
        status = self.server.request(method, path, **options).status_code
        engine(self.database)
        return status

    def passes(self, seconds: int) -> None:
        self.server.clock.advance(seconds)
        engine(self.database)

    def call(self, verb: str, **fields: Any) -> Any:
        body = {"heartbeat_id": self.id, **fields}
        answer = self.server.post(f"/heartbeat/{verb}", body, self.cast.bob.key).data
        engine(self.database)
        return answer

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(one["title"], one["progress"]) for one in self.sender.incidents()]


@pytest.fixture
def job(server: Server, database: Database, cast: Cast) -> Job:
    return Job(server, database, cast)


def test_a_job_that_falls_silent_opens_one_incident_and_its_next_ping_ends_it(job: Job) -> None:
    job.passes(5 * HOUR)
    assert job.incidents == []
    assert job.ping() == 200
    job.passes(HOUR + 299)
    assert job.incidents == []
    job.passes(1)
    assert job.incidents == [("Backup: no ping when one was due", "Triggered")]
    job.passes(10 * HOUR)
    assert len(job.incidents) == 1
    job.ping()
    assert job.incidents == [("Backup: no ping when one was due", "Closed")]
    job.passes(2 * HOUR)
    assert [progress for _, progress in job.incidents] == ["Closed", "Triggered"]


@pytest.mark.effect("/heartbeat/create", "/heartbeat/info", seen_by="/heartbeat/info")
def test_what_was_promised_is_kept_over_a_restart(job: Job) -> None:
    job.ping()
    before = job.call("info")
    job.server.restart()
    after = job.call("info")
    assert {**after, "ping_url": ""} == {**before, "ping_url": ""}
    assert (before["status"], before["due_at"] - before["last_ping_at"]) == ("up", HOUR + 300)
    job.passes(2 * HOUR)
    assert len(job.incidents) == 1
    job.server.restart()
    job.ping()
    assert job.incidents[0][1] == "Closed"


def test_an_engine_that_dies_at_any_point_loses_no_missed_heartbeat(job: Job) -> None:
    job.ping()
    job.server.clock.advance(2 * HOUR)
    for steps in range(6):
        for turn in (
            loop.fire_one(job.database, handlers.TIMERS),
            loop.send_one(
                job.database, METHOD, HeartbeatTransport(job.database, Inquiries(Reach()))
            ),
        ):
            for _, _ in zip(range(steps), turn, strict=False):
                pass
            turn.close()
        job.server.clock.advance(delivery.LEASE_MS // 1000 + 1)
    engine(job.database)
    assert job.incidents == [("Backup: no ping when one was due", "Triggered")]


@pytest.mark.parametrize(
    ("said", "title"),
    [("fail", "reported a failure"), ("7", "reported a failure"), ("255", "reported a failure")],
)
def test_a_failure_is_told_at_once(job: Job, said: str, title: str) -> None:
    assert job.ping(said, "POST", content=b"disk full\x00") == 200
    assert job.incidents == [(f"Backup: {title}", "Triggered")]
    job.ping("0")
    assert job.incidents[0][1] == "Closed"


def test_a_failure_that_a_success_follows_at_once_leaves_one_alert_that_recovered(job: Job) -> None:
    for said in ("fail", "success", "log"):
        job.server.request("GET", f"/ping/{job.key}/{said}")
    job.passes(1)
    assert job.incidents == [("Backup: reported a failure", "Closed")]
    job.passes(60)
    job.ping()
    assert len(job.incidents) == 1


def test_work_that_starts_must_end_within_the_grace(job: Job) -> None:
    job.ping("start")
    job.passes(301)
    assert job.incidents == [("Backup: started and did not finish in time", "Triggered")]
    job.ping()
    job.ping("start")
    job.passes(200)
    job.ping("success", "HEAD")
    job.passes(200)
    assert [progress for _, progress in job.incidents] == ["Closed"]


def test_a_cron_line_is_meant_in_its_time_zone(
    server: Server, database: Database, cast: Cast
) -> None:
    # The clock starts at midnight in UTC, which is 5:30 in Kolkata.
    job = Job(server, database, cast, cron="0 6 * * *", time_zone="Asia/Kolkata", grace=60)
    job.ping()
    job.passes(30 * 60 + 59)
    assert job.incidents == []
    job.passes(1)
    assert len(job.incidents) == 1


@pytest.mark.effect("/heartbeat/ping/list", seen_by="/heartbeat/ping/list")
def test_pings_are_kept_with_what_the_job_said(job: Job) -> None:
    job.ping("2", "POST", content="no space left", headers={"User-Agent": "curl/8"})
    job.ping("log", "POST", content="trying again")
    job.call("ping/list")
    job.server.restart()
    newest, oldest = job.call("ping/list")["items"]
    assert (newest["kind"], newest["body"], newest["exit_code"]) == ("log", "trying again", -1)
    assert (oldest["kind"], oldest["exit_code"], oldest["agent"]) == ("fail", 2, "curl/8")
    assert oldest["received_at"] == job.server.clock.now()
    for _ in range(101):
        job.server.request("GET", f"/ping/{job.key}")
    assert len(job.call("ping/list", limit=100)["items"]) == 100


@pytest.mark.effect("/heartbeat/disable", "/heartbeat/enable", seen_by="/heartbeat/info")
def test_switched_off_it_is_not_expected_and_what_it_opened_ends(job: Job) -> None:
    job.ping("fail")
    job.call("disable")
    assert job.incidents[0][1] == "Closed"
    job.server.restart()
    assert job.call("info")["status"] == "paused"
    job.ping()
    job.passes(5 * HOUR)
    job.call("enable")
    job.server.restart()
    assert job.call("info")["status"] == "new"
    job.passes(5 * HOUR)
    assert len(job.incidents) == 1


@pytest.mark.effect("/heartbeat/update", seen_by="/heartbeat/info")
def test_a_changed_schedule_counts_from_the_last_ping(job: Job) -> None:
    job.ping()
    job.call("update", period=60, grace=0, severity="Info", heartbeat_name="Probe")
    job.server.restart()
    found = job.call("info")
    assert (found["period"], found["due_at"] - found["last_ping_at"]) == (60, 60)
    job.passes(60)
    assert job.incidents == [("Probe: no ping when one was due", "Triggered")]
    assert job.sender.alert()["alert_severity"] == "Info"


@pytest.mark.effect("/heartbeat/delete", "/heartbeat/list", seen_by="/heartbeat/list")
def test_deleted_it_is_gone_with_what_it_opened(job: Job) -> None:
    job.ping("fail")
    bob = job.cast.bob.key
    listed = job.server.post("/heartbeat/list", {"query": "back"}, bob).data
    assert [one["heartbeat_id"] for one in listed["items"]] == [job.id]
    job.call("delete")
    assert job.incidents[0][1] == "Closed"
    job.server.restart()
    assert job.server.post("/heartbeat/list", {}, bob).data["items"] == []
    assert job.ping() == 404
    assert job.server.post("/heartbeat/info", {"heartbeat_id": job.id}, bob).code == (
        "ResourceNotFound"
    )


def test_addresses_of_other_services_keep_working(
    server: Server, database: Database, cast: Cast
) -> None:
    job = Job(server, database, cast, ping_key="b5a4a3c0-1b3f-4f3e-9d0a-2f8f4b1c7a10")
    for path, method, status in (
        (f"/api/v2/heartbeat/{job.key}", "POST", 204),
        (f"/integrations/v1/formatted_webhook/{job.key}/heartbeat/", "GET", 200),
        (f"/integrations/v1/webhook/{job.key}/heartbeat", "POST", 200),
    ):
        assert server.request(method, path).status_code == status
    genie = {"Authorization": f"GenieKey {job.sender.key}"}
    found = server.request("GET", "/v2/heartbeats/Backup/ping", headers=genie)
    assert (found.status_code, found.json()["result"]) == (202, "PONG - Heartbeat received")
    assert server.request("GET", "/v2/heartbeats/Other/ping", headers=genie).status_code == 404
    assert server.request("GET", "/v2/heartbeats/Backup/ping").status_code == 401
    assert job.call("info")["ping_count"] == 4


def test_a_key_nobody_has_pings_nothing(job: Job) -> None:
    assert job.server.request("GET", f"/ping/{'x' * 22}").status_code == 404
    assert job.server.request("DELETE", f"/ping/{job.key}").status_code == 405
    too_much = job.server.request("POST", f"/ping/{job.key}", content=b"x" * 200_000)
    assert too_much.status_code == 413


def test_a_heartbeat_belongs_to_an_integration_of_its_kind_that_one_may_manage(
    server: Server, database: Database, cast: Cast, job: Job
) -> None:
    other = Sending(server, database, cast, "standard.alert", "")
    body = {"integration_id": other.id, "heartbeat_name": "x"}
    assert "type heartbeat" in server.post("/heartbeat/create", body, cast.bob.key).message
    body["integration_id"] = job.sender.id
    assert server.post("/heartbeat/create", body, cast.charlie.key).code == "AccessDenied"
    body["ping_key"] = job.key
    assert "ping_key" in server.post("/heartbeat/create", body, cast.bob.key).message
    found = server.post("/heartbeat/info", {"heartbeat_id": job.id}, cast.charlie.key).data
    assert found["ping_key"] == found["ping_url"] == ""


def test_those_of_a_private_channel_are_its_members_business(
    server: Server, database: Database, cast: Cast, job: Job
) -> None:
    private = {"channel_id": job.sender.channel_id, "is_private": True}
    server.post("/channel/update", private, cast.bob.key)
    body = {"heartbeat_id": job.id}
    assert server.post("/heartbeat/list", {}, cast.charlie.key).data["items"] == []
    assert server.post("/heartbeat/info", body, cast.charlie.key).code == "AccessDenied"
    assert server.post("/heartbeat/ping/list", body, cast.charlie.key).code == "AccessDenied"
    assert len(server.post("/heartbeat/list", {}, cast.bob.key).data["items"]) == 1


def test_a_deleted_one_is_forgotten_with_its_pings(job: Job) -> None:
    job.ping()
    job.call("delete")
    job.server.clock.advance(90_000)
    with job.database.write() as tx:
        assert heartbeats.sweep(tx, 10) == 1
        assert heartbeats.get(tx, job.cast.account_id, job.id) is None
        assert heartbeats.pings(tx, job.cast.account_id, job.id, 10) == []


def test_one_whose_integration_is_off_hears_nothing(job: Job) -> None:
    off = {"integration_id": job.sender.id, "status": "disabled"}
    job.server.post("/datasource/upsert", off, job.cast.bob.key)
    assert job.ping() == 404
