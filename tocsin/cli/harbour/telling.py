"""Doing what a story says: alerts and errors knock at the doors that senders and SDKs use, people
call operations with keys of their own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tocsin.cli.harbour.company import Company
from tocsin.cli.harbour.crashes import Crash, event
from tocsin.cli.harbour.people import TEAMS
from tocsin.cli.harbour.story import Deed
from tocsin.cli.harbour.street import Street
from tocsin.cli.harbour.troubles import Trouble
from tocsin.kernel.units import DAY, SECOND, seconds

_NAP_MINUTES = 240


class Teller:
    """Remembers which incident of the server is which of the story."""

    def __init__(self, street: Street, company: Company) -> None:
        self._street = street
        self._company = company
        self._incidents: dict[str, str] = {}
        self._teams: dict[str, str] = {}

    def tell(self, deed: Deed) -> None:
        """Let time come to a deed, and do it."""
        self._street.until(deed.at)
        getattr(self, f"_{deed.what}")(deed.at, **deed.about)
        self._street.rest()

    def _fires(self, at: int, trouble: Trouble, lasts: int, incident: str) -> None:
        self._push(trouble.team, [_alert(trouble, trouble.labels, at, at + lasts)])
        self._street.rest()
        self._remember(incident, trouble.team, trouble.name)

    def _recovers(self, at: int, trouble: Trouble) -> None:
        self._push(trouble.team, [_alert(trouble, trouble.labels, at, at)])

    def _storms(self, at: int, pods: int, incident: str, lasts: int) -> None:
        for pod in range(pods):
            self._push("Platform", [_of_pod(pod, at, at + lasts)])
        self._street.rest()
        self._remember(incident, "Platform", "PodNotReady")

    def _calms(self, at: int, pods: int) -> None:
        self._push("Platform", [_of_pod(pod, at, at) for pod in range(pods)])

    def _acknowledges(self, at: int, incident: str) -> None:
        self._act("/incident/ack", at, incident)

    def _snoozes(self, at: int, incident: str) -> None:
        self._act("/incident/snooze", at, incident, minutes=_NAP_MINUTES)

    def _comments(self, at: int, incident: str, text: str) -> None:
        self._act("/incident/comment", at, incident, comment=text)

    def _concludes(self, at: int, incident: str, trouble: Trouble) -> None:
        found = {"root_cause": trouble.cause, "resolution": trouble.fix}
        self._act("/incident/resolve", at, incident, **found)

    def _releases(self, at: int, team: str, release: str) -> None:
        key = self._company.senders[team].changes
        body = {
            "title": f"Release {release}",
            "change_key": release,
            "change_status": "Done",
            "event_time": seconds(at),
            "labels": {"service": release.partition("@")[0]},
        }
        self._street.send(f"/event/push/change/standard?integration_key={key}", body)

    def _crashes(self, at: int, crash: Crash, release: str, user: int) -> None:
        address = urlsplit(self._company.dsns[crash.application])
        said = event(crash, release, user, self._street.ids.hex32(), at)
        header = {"event_id": said["event_id"], "dsn": address.geturl()}
        item = msgspec.json.encode(said)
        parts = (header, {"type": "event", "length": len(item)})
        body = b"\n".join([*map(msgspec.json.encode, parts), item])
        auth = f"Sentry sentry_version=7, sentry_client=demo/1, sentry_key={address.username}"
        headers = {"Content-Type": "application/x-sentry-envelope", "X-Sentry-Auth": auth}
        self._street.send(f"/api{address.path}/envelope/", body, headers)

    def _push(self, team: str, alerts: list[dict[str, Any]]) -> None:
        key = self._company.senders[team].alerts
        self._street.send(f"/am/{key}/api/v2/alerts", alerts)

    def _remember(self, incident: str, team: str, title: str) -> None:
        now = self._street.clock.now()
        page = self._street.call(
            "/incident/list",
            self._company.owner_key,
            start_time=seconds(now - DAY),
            end_time=seconds(now) + 1,
            channel_ids=[self._company.channels[team]],
            labels={"alertname": [title]},
            limit=1,
        )
        for one in page["items"]:
            self._incidents[incident] = one["incident_id"]
            self._teams[incident] = team

    def _act(self, path: str, at: int, incident: str, **wish: Any) -> None:
        """Whoever of the team is on call by the week does it."""
        found = self._incidents.get(incident)
        if found:
            people = next(one.people for one in TEAMS if one.name == self._teams[incident])
            key = self._company.keys[people[at // (7 * DAY) % len(people)].name]
            self._street.call(path, key, incident_ids=[found], **wish)


def _alert(trouble: Trouble, labels: Mapping[str, str], at: int, until: int) -> dict[str, Any]:
    named = {"alertname": trouble.name, "severity": trouble.severity, **labels}
    said = {"summary": trouble.summary, "description": trouble.description}
    return _posted(named, said, at, until)


def _of_pod(pod: int, at: int, until: int) -> dict[str, Any]:
    labels = {
        "alertname": "PodNotReady",
        "severity": "warning",
        "cluster": "core",
        "node": "node-7",
        "pod": f"web-{pod:02}",
    }
    said = {"summary": f"web-{pod:02} is not ready", "description": "node-7 does not answer."}
    return _posted(labels, said, at, until)


def _posted(labels: dict[str, str], said: dict[str, str], at: int, until: int) -> dict[str, Any]:
    """As Prometheus posts it."""
    return {
        "labels": labels,
        "annotations": said,
        "startsAt": _written(min(at, until)),
        "endsAt": _written(until),
        "generatorURL": "https://prometheus.harbour.example/graph",
    }


def _written(instant: int) -> str:
    return datetime.fromtimestamp(instant / SECOND, UTC).isoformat(timespec="milliseconds")
