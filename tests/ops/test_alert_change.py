"""Moving alerts between incidents and closing them, and what their logs say of it."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import make_team
from tests.incidents import info, make_channel, report, sends, timeline, types
from tests.server import Server
from tocsin.domain.severity import EventStatus
from tocsin.store.database import Database


def alerts_of(server: Server, cast: Cast, incident: str) -> list[str]:
    wish = {"incident_id": incident}
    items = server.post("/incident/alert/list", wish, cast.alice.key).data["items"]
    return [item["alert_id"] for item in items]


def log(server: Server, cast: Cast, alert: str, **more: Any) -> list[Any]:
    """Entries of an alert's log, oldest first."""
    wish = {"alert_id": alert, "asc": True, **more}
    return list(server.post("/alert/feed", wish, cast.charlie.key).data["items"])


@pytest.fixture
def channel(server: Server, cast: Cast, database: Database) -> int:
    return make_channel(server, database, cast)


@pytest.mark.effect("/alert/merge", seen_by="/incident/alert/list")
@pytest.mark.effect("/alert/feed", seen_by="/alert/feed")
def test_moved_alerts_live_on_in_the_other_incident(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    source = sends(database, cast, channel, "disk", EventStatus.CRITICAL)
    target = sends(database, cast, channel, "cpu")
    (alert,) = alerts_of(server, cast, source)
    wish = {
        "alert_ids": [alert],
        "incident_id": target,
        "comment": "same cause",
        "title": "Database down",
        "owner_id": cast.bob.id,
    }
    assert server.post("/alert/merge", wish, cast.charlie.key).code == "AccessDenied"
    assert server.post("/alert/merge", wish, cast.bob.key).status == 200
    server.restart()
    assert alert in alerts_of(server, cast, target)
    assert alerts_of(server, cast, source) == []
    (entry,) = log(server, cast, alert, types=["a_merge"])
    assert entry["creator_id"] == cast.bob.id
    assert entry["reason"] == "moved by hand"
    assert entry["detail"]["source_incident"]["incident_id"] == source
    assert entry["detail"]["target_incident"]["incident_id"] == target
    assert entry["detail"]["comment"] == "same cause"
    server.restart()
    assert log(server, cast, alert, types=["a_merge"]) == [entry]
    now, before = info(server, cast.bob, target), info(server, cast.bob, source)
    assert (now["title"], now["owner_id"]) == ("Database down", cast.bob.id)
    assert (now["alert_cnt"], now["incident_severity"]) == (2, "Critical")
    assert (before["progress"], before["alert_cnt"]) == ("Closed", 0)
    for incident in (source, target):
        moved = [one for one in timeline(server, cast.bob, incident) if one["type"] == "a_merge"]
        assert [one["detail"]["alerts"][0]["alert_id"] for one in moved] == [alert]
    sends(database, cast, channel, "disk", EventStatus.OK)
    assert info(server, cast.bob, target)["active_alert_cnt"] == 1


def test_an_incident_that_keeps_alerts_stays_open(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    first, second = (sends(database, cast, channel, key) for key in ("a", "b"))
    third = sends(database, cast, channel, "c")
    (a,), (b,) = alerts_of(server, cast, first), alerts_of(server, cast, second)
    wish = {"alert_ids": [b], "incident_id": first}
    assert server.post("/alert/merge", wish, cast.bob.key).status == 200
    wish = {"alert_ids": [b.upper()], "incident_id": third.upper()}
    assert server.post("/alert/merge", wish, cast.bob.key).status == 200
    assert alerts_of(server, cast, first) == [a]
    shown = info(server, cast.bob, first)
    assert (shown["progress"], shown["alert_cnt"], shown["title"]) == ("Triggered", 1, "a high")
    again = server.post("/alert/merge", wish, cast.bob.key)
    assert again.message.startswith("alert_ids must name an alert that is not in the incident")


def test_moving_is_refused_as_a_whole(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    source, target = (sends(database, cast, channel, key) for key in ("a", "b"))
    (alert,) = alerts_of(server, cast, source)
    gone = "0" * 24
    for wish, code in (
        ({"alert_ids": [alert, gone]}, "ResourceNotFound"),
        ({"incident_id": gone}, "ResourceNotFound"),
        ({"incident_id": "\0"}, "InvalidParameter"),
        ({"owner_id": 5}, "InvalidParameter"),
        ({"title": "x" * 513}, "InvalidParameter"),
        ({"alert_ids": []}, "InvalidParameter"),
    ):
        body = {"alert_ids": [alert], "incident_id": target, **wish}
        assert server.post("/alert/merge", body, cast.bob.key).code == code, wish
    server.post("/incident/resolve", {"incident_ids": [target]}, cast.bob.key)
    body = {"alert_ids": [alert], "incident_id": target}
    assert server.post("/alert/merge", body, cast.bob.key).code == "BadRequest"
    assert alerts_of(server, cast, source) == [alert]
    assert log(server, cast, alert, types=["a_merge"]) == []


@pytest.mark.effect("/alert/close", seen_by="/alert/info")
def test_a_closed_alert_is_over_and_its_incident_with_it(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    incident = sends(database, cast, channel)
    (alert,) = alerts_of(server, cast, incident)
    for _ in range(2):
        assert server.post("/alert/close", {"alert_ids": [alert]}, cast.bob.key).status == 200
        server.clock.advance(5)
    server.restart()
    shown = server.post("/alert/info", {"alert_id": alert}, cast.bob.key).data
    assert shown["end_time"] == shown["updated_at"] > 0
    assert shown["incident"]["progress"] == "Closed"
    (entry,) = log(server, cast, alert, types=["a_close"])
    assert (entry["detail"], entry["creator_id"]) == ({}, cast.bob.id)
    assert sends(database, cast, channel) != incident


def test_closing_needs_the_right_to_manage_incidents(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    (alert,) = alerts_of(server, cast, sends(database, cast, channel))
    assert server.post("/alert/close", {"alert_ids": [alert]}, cast.charlie.key).code == (
        "AccessDenied"
    )


def test_alerts_and_incidents_of_a_private_channel_are_not_moved_by_others(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    team = make_team(database, cast, "Secret", cast.charlie)
    wish = {"team_id": team, "channel_name": "Hush", "is_private": True}
    private = server.post("/channel/create", wish, cast.alice.key).data["channel_id"]
    hidden, shown = sends(database, cast, private, "h"), sends(database, cast, channel, "s")
    (secret,), (known,) = alerts_of(server, cast, hidden), alerts_of(server, cast, shown)
    for path, body in (
        ("/alert/merge", {"alert_ids": [secret], "incident_id": shown}),
        ("/alert/merge", {"alert_ids": [known], "incident_id": hidden}),
        ("/alert/close", {"alert_ids": [secret]}),
        ("/alert/feed", {"alert_id": secret}),
    ):
        assert server.post(path, body, cast.bob.key).code == "ResourceNotFound", path


def test_an_erased_incident_takes_the_logs_of_its_alerts_along(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    target, source = report(server, cast.bob), sends(database, cast, channel)
    (alert,) = alerts_of(server, cast, source)
    server.post("/alert/merge", {"alert_ids": [alert], "incident_id": target}, cast.bob.key)
    assert "a_merge" in types(timeline(server, cast.bob, target))
    server.post("/incident/remove", {"incident_ids": [target]}, cast.bob.key)
    assert server.post("/alert/feed", {"alert_id": alert}, cast.bob.key).code == "ResourceNotFound"


def test_closing_an_incident_closes_what_still_fires_and_says_so(
    server: Server, cast: Cast, database: Database, channel: int
) -> None:
    incident = sends(database, cast, channel)
    (alert,) = alerts_of(server, cast, incident)
    server.post("/incident/resolve", {"incident_ids": [incident]}, cast.bob.key)
    (entry,) = log(server, cast, alert, types=["a_close"])
    assert (entry["creator_id"], entry["reason"]) == (cast.bob.id, "its incident was closed")
