"""The same pushes and silences given to Debian's Alertmanager and to us make the same groups and
hide the same alerts: random alerts, matchers and routes without time windows, from seeds."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any

import httpx
import pytest
from msgspec import Struct

from tests.cast import Cast
from tests.e2e.product import eventually
from tests.e2e.software import free_port, running
from tests.e2e.test_alertmanager import ready
from tests.push import engine
from tests.server import Server
from tests.sources.watching import Watch
from tests.tools import need
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.label_silence import filters_of
from tocsin.kernel.clock import SystemClock
from tocsin.store.database import Database

EXAMPLES = 32
PUSHES = 4
VALUES = {
    "alertname": ("Down", "Slow", "Full"),
    "job": ("db", "web", "web*"),
    "rack": ("r1", "r2", "/r/", "num:gt:1"),
    "zone": ("eu", "us"),
}
PATTERNS = (".*", ".+", "d.*|Down", "r1|", "[a-z]+", "(?i)WEB.*", "/r/", "e")
EVERY_LABEL = ("...",)
Labels = frozenset[tuple[str, str]]


class Case(Struct, frozen=True):
    """A route below the root, and what it groups by."""

    matchers: tuple[LabelMatcher, ...]
    group_by: tuple[str, ...]


class Example(Struct, frozen=True):
    """What is said to both: the first `early` silences before any alert, the rest after."""

    run: str
    group_by: tuple[str, ...]
    cases: tuple[Case, ...]
    silences: tuple[tuple[LabelMatcher, ...], ...]
    early: int
    pushes: tuple[tuple[tuple[dict[str, str], bool], ...], ...]


def example(number: int) -> Example:
    chance = Random(number)
    run = str(number)
    mine = LabelMatcher("run", run)
    groupings = [("alertname",), ("job",), ("alertname", "rack"), ("zone", "job"), EVERY_LABEL]
    chance.shuffle(groupings)
    cases = [
        Case(_for_route(chance), groupings[place + 1]) for place in range(chance.randint(0, 2))
    ]
    silences = [(mine, *_matchers(chance)) for _ in range(chance.randint(1, 3))]
    known = [_labels(chance, run) for _ in range(8)]
    pushes = [
        tuple((chance.choice(known), chance.random() < 0.75) for _ in range(chance.randint(1, 6)))
        for _ in range(PUSHES)
    ]
    early = chance.randint(0, len(silences))
    return Example(run, groupings[0], tuple(cases), tuple(silences), early, tuple(pushes))


def _matchers(chance: Random) -> list[LabelMatcher]:
    return [_matcher(chance) for _ in range(chance.randint(1, 2))]


def _matcher(chance: Random) -> LabelMatcher:
    name, is_regex = chance.choice(list(VALUES)), chance.random() < 0.5
    value = chance.choice(PATTERNS if is_regex else (*VALUES[name], ""))
    return LabelMatcher(name, value, is_regex, chance.random() < 0.7)


def _for_route(chance: Random) -> tuple[LabelMatcher, ...]:
    """Matchers that one group of conditions can say, as a case of a grouping is one."""
    while len(filters_of(found := tuple(_matchers(chance)))) != 1:
        pass
    return found


def _labels(chance: Random, run: str) -> dict[str, str]:
    names = [name for name in VALUES if name == "alertname" or chance.random() < 0.7]
    return {"run": run, **{name: chance.choice(VALUES[name]) for name in names}}


def configuration(examples: Iterable[Example]) -> str:
    routes = [
        {
            "matchers": [f'run="{one.run}"'],
            "group_by": one.group_by,
            "routes": [
                {"matchers": list(map(str, case.matchers)), "group_by": case.group_by}
                for case in one.cases
            ],
        }
        for one in examples
    ]
    route = {"receiver": "all", "group_wait": "0s", "routes": routes}
    return json.dumps({"route": route, "receivers": [{"name": "all"}]})


class Side:
    """One of the two, at its address."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self.url = url
        self.client = client
        self.places: dict[str, int] = {}

    def push(self, batch: Iterable[tuple[dict[str, str], bool]]) -> None:
        now = datetime.fromtimestamp(SystemClock().now() / 1000, UTC).isoformat()
        alerts = [
            {"labels": labels} if fires else {"labels": labels, "endsAt": now}
            for labels, fires in batch
        ]
        assert self.client.post(f"{self.url}/api/v2/alerts", json=alerts).status_code == 200

    def silence(self, place: int, matchers: Iterable[LabelMatcher]) -> bool:
        """Whether there is such a silence now; one that would hide everything is refused."""
        at = SystemClock().now() / 1000
        start, end = (datetime.fromtimestamp(at + more, UTC).isoformat() for more in (0, 3600))
        wanted = [
            {"name": m.name, "value": m.value, "isRegex": m.is_regex, "isEqual": m.is_equal}
            for m in matchers
        ]
        body = {"matchers": wanted, "startsAt": start, "endsAt": end}
        body |= {"createdBy": "test", "comment": "test"}
        answer = self.client.post(f"{self.url}/api/v2/silences", json=body)
        if answer.status_code == 200:
            self.places[answer.json()["silenceID"]] = place
        return answer.status_code == 200

    def get(self, path: str, run: str, **query: str) -> list[Any]:
        asked = {"filter": f'run="{run}"', **query}
        answer = self.client.get(f"{self.url}/api/v2/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def alerts(self, run: str) -> dict[str, tuple[Labels, str, tuple[int, ...]]]:
        """By fingerprint: labels, state, and which silences hide it."""
        return {
            one["fingerprint"]: (
                labels_of(one),
                one["status"]["state"],
                tuple(sorted(self.places[id_] for id_ in one["status"]["silencedBy"])),
            )
            for one in self.get("alerts", run)
        }

    def groups(self, run: str, **query: str) -> Counter[tuple[Labels, frozenset[Labels]]]:
        return Counter(
            (labels_of(group), frozenset(map(labels_of, group["alerts"])))
            for group in self.get("alerts/groups", run, **query)
        )

    def is_settled(self, run: str) -> bool:
        """Whether every alert has come into its group."""
        grouped = sum(len(group["alerts"]) for group in self.get("alerts/groups", run))
        return grouped == len(self.get("alerts", run))


def labels_of(one: Any) -> Labels:
    return frozenset(one["labels"].items())


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Side]:
    need("prometheus-alertmanager")
    (tmp_path / "alertmanager.yml").write_text(configuration(map(example, range(EXAMPLES))))
    port = free_port()
    words = [
        "prometheus-alertmanager",
        f"--config.file={tmp_path}/alertmanager.yml",
        f"--storage.path={tmp_path}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(words, tmp_path / "log") as process, httpx.Client(timeout=20) as client:
        eventually(lambda: ready(process, url), "Alertmanager is up")
        yield Side(url, client)


def keys(group_by: tuple[str, ...]) -> list[list[str]]:
    return [] if group_by == EVERY_LABEL else [[f"labels.{name}" for name in group_by]]


def grouping(one: Example) -> dict[str, Any]:
    """The example's routes as the grouping of a channel."""
    cases = [
        {
            "if": [
                {"key": each.key, "oper": each.oper, "vals": each.vals}
                for each in filters_of(case.matchers)[0]
            ],
            "equals": keys(case.group_by),
        }
        for case in one.cases
    ]
    return {"method": "p", "equals": keys(one.group_by), "cases": cases}


def incidents(watch: Watch, fingers: Iterable[Labels]) -> set[frozenset[Labels]]:
    """The alerts of each incident, of those that are looked for."""
    wanted, found = set(fingers), dict[str, set[Labels]]()
    for one in watch.listed("/alert/list"):
        if labels_of(one) in wanted and one["alert_status"] != "Ok":
            found.setdefault(one["incident"]["incident_id"], set()).add(labels_of(one))
    return {frozenset(labels) for labels in found.values()}


@pytest.mark.slow
def test_groups_and_silenced_alerts_are_those_of_alertmanager(
    server: Server, database: Database, cast: Cast, theirs: Side
) -> None:
    seen: Counter[str] = Counter()
    for one in map(example, range(EXAMPLES)):
        watch = Watch(server, database, cast, "prometheus", f"Run {one.run}")
        change = {"channel_id": watch.channel_id, "group": grouping(one)}
        assert server.post("/channel/update", change, watch.person.key).status == 200
        ours = Side(f"{server.base}/am/{watch.key}", theirs.client)
        replay(one, ours, theirs, watch)
        compare(one, ours, theirs, watch)
        seen.update(state for _, state, _ in theirs.alerts(one.run).values())
        seen.update("shared" for _, alerts in theirs.groups(one.run) if len(alerts) > 1)
    assert min(seen["active"], seen["suppressed"]) >= EXAMPLES, seen
    assert seen["shared"], seen


def compare(one: Example, ours: Side, theirs: Side, watch: Watch) -> None:
    eventually(lambda: theirs.is_settled(one.run), "every alert is in its group")
    assert ours.alerts(one.run) == theirs.alerts(one.run), one
    assert ours.groups(one.run) == theirs.groups(one.run), one
    loud = theirs.groups(one.run, silenced="false")
    assert ours.groups(one.run, silenced="false") == loud, one
    apart = {alerts for _, alerts in loud}
    assert incidents(watch, frozenset().union(*apart)) == apart, one


def replay(one: Example, ours: Side, theirs: Side, watch: Watch) -> None:
    for place, matchers in enumerate(one.silences[: one.early]):
        assert ours.silence(place, matchers) == theirs.silence(place, matchers)
    for batch in one.pushes:
        for side in (ours, theirs):
            side.push(batch)
        engine(watch.database)
    for place, matchers in enumerate(one.silences[one.early :], one.early):
        assert ours.silence(place, matchers) == theirs.silence(place, matchers)
