"""Questions about what applications sent, over HTTP on both databases."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.edge.doors import Keys, application
from tests.errors import crash, register, send
from tests.ops.test_rum_session import lines
from tests.ops.test_rum_session import send as visit
from tests.server import Server
from tocsin.kernel.units import DAY, HOUR

POINTS = 4


class Asking:
    """An application with three visits and a few errors, and who asks about them."""

    def __init__(self, server: Server, cast: Cast) -> None:
        self.server, self.cast = server, cast
        self.keys: Keys = application(server, cast)
        self.at = server.clock.now() - 60_000
        visit(server, self.keys, lines(self.at))
        visit(server, self.keys, lines(self.at + 1000, "s-2", "u-2"))
        visit(server, self.keys, lines(self.at + 2000, "s-3", "u-2"))
        with server.database.write() as tx:
            other = register(tx, cast.account_id, "Api")
        now = server.clock.now()
        events = [crash(f"e{n}", now - n * HOUR, version=f"1.{n % 2}") for n in range(3)]
        events = [*events, crash("x", now, "OSError", env="staging", is_crash=True)]
        send(server.database, other, *events)
        self.span = {"start_time": now - DAY, "end_time": now + 1}

    def call(self, path: str, **body: Any) -> Any:
        return self.server.post(path, self.span | body, self.cast.charlie.key)

    def ask(self, sql: str, **more: Any) -> Any:
        query = {"id": "a", "sql": sql, **more}
        return self.call("/rum/data/query", queries=[query]).data["a"]

    def rows(self, sql: str, **more: Any) -> list[list[Any]]:
        found = self.ask(sql, **more)
        assert "error" not in found, found
        return list(found["rows"])


@pytest.fixture
def asking(server: Server, cast: Cast) -> Asking:
    return Asking(server, cast)


@pytest.mark.effect("/rum/data/query", seen_by="/rum/data/query")
def test_tables_answer_over_every_scope(server: Server, asking: Asking) -> None:
    counted = "SELECT env, count(*) AS n FROM errors WHERE env != '' GROUP BY env ORDER BY n DESC"
    before = asking.rows(counted)
    server.restart()
    assert asking.rows(counted) == before == [["production", 6], ["staging", 1]]
    assert asking.rows("SELECT version, error_type FROM errors WHERE is_crash = true") == [
        ["", "OSError"]
    ]
    people = "SELECT count(distinct usr.id) AS people, sum(view_count) AS views FROM sessions"
    assert asking.rows(people) == [[2, 3]]
    slow = "SELECT max(duration) AS slowest, count(*) AS n FROM resources WHERE status >= 500"
    assert asking.rows(slow) == [[4000, 3]]
    assert asking.rows("SELECT name FROM actions LIMIT 1", dql="duration:<1s") == [["Pay"]]
    assert asking.rows("SELECT name FROM actions", dql="-action.name:P*") == []
    assert asking.rows("SELECT count(*) AS n FROM views WHERE duration > 8000") == [[3]]
    assert asking.rows("SELECT status, count(*) AS n FROM issues GROUP BY status") == [
        ["for_review", 3]
    ]
    whole = asking.ask("SELECT * FROM issues WHERE error_type = 'OSError'")
    named = dict(zip(whole["columns"], whole["rows"][0], strict=True))
    assert (named["env"], named["is_crash"], named["status"]) == ("staging", True, "for_review")
    first = asking.ask("SELECT event_id FROM errors ORDER BY event_id LIMIT 4")
    rest = asking.ask(
        "SELECT event_id FROM errors ORDER BY event_id LIMIT 4",
        search_after_ctx=first["search_after_ctx"],
    )
    assert (len(first["rows"]), len(rest["rows"]), rest["has_next_page"]) == (4, 3, False)


def test_a_series_has_points_in_steps_that_people_read(asking: Asking) -> None:
    asked = {"format": "time_series", "interval": 50 * 60_000, "dql": "service:shop"}
    found = asking.ask("SELECT version, count(*) AS n FROM errors GROUP BY version", **asked)
    assert (found["interval"], found["columns"]) == (HOUR, ["time", "version", "n"])
    assert sum(n for *_, n in found["rows"]) == 7
    assert all(time % HOUR == 0 for time, *_ in found["rows"])
    few = asking.ask("SELECT count(*) AS n FROM errors", format="time_series", max_points=POINTS)
    assert few["interval"] == 12 * HOUR
    days = {"format": "time_series", "interval": DAY, "time_zone": "Asia/Shanghai"}
    (point, *_) = asking.rows("SELECT count(*) AS n FROM errors", **days)
    assert (point[0] + 8 * HOUR) % DAY == 0


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"sql": "SELECT secret FROM errors"}, "secret"),
        ({"sql": "SELECT * FROM member"}, "member"),
        ({"sql": "SELECT env, count(*) AS n FROM errors"}, "GROUP BY"),
        ({"sql": "SELECT env FROM errors ORDER BY version"}, "ORDER BY"),
        ({"sql": "SELECT sum(env) AS n FROM errors"}, "number"),
        ({"sql": "SELECT env FROM errors LIMIT 9999 OFFSET 9999"}, "10000"),
        ({"sql": "SELECT env FROM errors", "format": "time_series"}, "count"),
        ({"sql": "SELECT env FROM errors", "search_after_ctx": "?"}, "cursor"),
        ({"dql": "env:("}, "parenthesis"),
    ],
)
def test_what_is_wrong_with_one_question_spoils_no_other(
    asking: Asking, query: dict[str, str], word: str
) -> None:
    good = {"id": "good", "sql": "SELECT count(*) AS n FROM issues"}
    found = asking.call("/rum/data/query", queries=[{"id": "bad", **query}, good]).data
    assert found["bad"]["error"]["code"] == "InvalidParameter"
    assert word in found["bad"]["error"]["message"]
    assert found["good"]["rows"] == [[3]]


@pytest.mark.effect("/rum/facet/count", seen_by="/rum/facet/count")
@pytest.mark.effect("/rum/field/list", seen_by="/rum/field/list")
def test_facets_are_counted_and_fields_are_listed(server: Server, asking: Asking) -> None:
    def counts(scope: str, facet: str, **more: Any) -> list[tuple[Any, int]]:
        found = asking.call("/rum/facet/count", scope=scope, facet=facet, **more).data["items"]
        return [(one["value"], one["count"]) for one in found]

    def names(**more: Any) -> set[str]:
        items = asking.call("/rum/field/list", **more).data["items"]
        return {f"{one['scope']}.{one['name']}" for one in items}

    seen = counts("error", "@error.type"), names(is_facet=True)
    server.restart()
    assert (counts("error", "@error.type"), names(is_facet=True)) == seen
    assert sorted(seen[0]) == [("KeyError", 3), ("OSError", 1), ("TypeError", 3)]
    assert counts("error", "error.type", query="key") == [("KeyError", 3)]
    assert counts("error", "env", dql="is_crash:true") == [("staging", 1)]
    assert counts("error", "env", sql="version = '1.1'") == [("production", 1)]
    assert counts("resource", "status") == [(500, 3)]
    assert counts("session", "service", application_ids=["none"]) == []
    refused = asking.call("/rum/facet/count", scope="session", facet="usr.email")
    assert refused.code == "InvalidParameter"
    assert "view.url" not in names(scopes=["view"], is_facet=True)
    assert {"view.url", "view.duration"} <= names(scopes=["view"])


@pytest.mark.effect("/rum/issue/trend", seen_by="/rum/issue/trend")
@pytest.mark.effect("/rum/issue/tag/list", seen_by="/rum/issue/tag/list")
@pytest.mark.effect("/rum/release/compare", seen_by="/rum/release/compare")
def test_trends_tags_and_releases_tell_how_issues_develop(server: Server, asking: Asking) -> None:
    now = server.clock.now()
    with server.database.write() as tx:
        shop = register(tx, asking.cast.account_id, "Another")
    told = [crash(f"a{n}", now - 2 * HOUR, version="1.0", tags={"os": "Linux"}) for n in range(3)]
    told += [crash("b", now, version="1.1", tags={"os": "Mac"}, user_id="ann")]
    told += [crash("c", now, "OSError", version="1.1")]
    send(server.database, shop, *told)
    rows = "SELECT issue_id FROM issues WHERE error_type = 'KeyError' ORDER BY issue_id"
    ((issue_id,),) = asking.rows(rows, dql=f"application_id:{shop.id}")

    def trend(**more: Any) -> list[tuple[str, list[int]]]:
        items = asking.call("/rum/issue/trend", **more).data["items"]
        return [(one["name"], [point["count"] for point in one["points"]]) for one in items]

    def tags() -> dict[str, list[tuple[str, int]]]:
        items = asking.call("/rum/issue/tag/list", issue_id=issue_id).data["items"]
        return {
            one["name"]: [(each["value"], each["count"]) for each in one["values"]] for one in items
        }

    def compared(*versions: str) -> Any:
        wish = {"application_id": shop.id, "versions": list(versions)}
        return asking.call("/rum/release/compare", **wish).data

    before = trend(issue_id=issue_id), tags(), compared("1.0", "1.1")
    server.restart()
    assert (trend(issue_id=issue_id), tags(), compared("1.0", "1.1")) == before
    assert before[0] == [("", [3, 1])]
    by_version = {"application_id": shop.id, "group_by": "version", "interval": DAY}
    assert trend(**by_version) == [("1.0", [3]), ("1.1", [2])]
    assert before[1]["os"] == [("Linux", 3), ("Mac", 1)]
    assert before[1]["user"] == [("ann", 1)]
    assert before[2]["items"] == [
        {
            "version": "1.0",
            "error_count": 3,
            "issue_count": 1,
            "new_issue_count": 1,
            "regressed_issue_count": 0,
        },
        {
            "version": "1.1",
            "error_count": 2,
            "issue_count": 2,
            "new_issue_count": 1,
            "regressed_issue_count": 0,
        },
    ]
    assert [one["error_type"] for one in before[2]["only_in_last"]] == ["OSError"]


def test_a_private_application_answers_its_own_people_only(
    server: Server, cast: Cast, asking: Asking
) -> None:
    private = {"application_id": asking.keys.application_id, "is_private": True}
    assert server.post("/rum/application/update", private, cast.alice.key).data == {}
    assert asking.rows("SELECT count(*) AS n FROM sessions") == [[0]]
    assert asking.call("/rum/facet/count", scope="view", facet="service").data["items"] == []
