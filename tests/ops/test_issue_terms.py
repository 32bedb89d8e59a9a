"""Resolving in releases and ignoring for a while, over HTTP."""

from typing import Any

import httpx
import pytest

from tests.cast import Cast
from tests.errors import crash, register, send
from tests.push import engine
from tests.server import Server
from tocsin.domain.application import Application

HOUR = 3600


class Broken:
    """An application with one issue, first seen in 1.0."""

    def __init__(self, server: Server, cast: Cast) -> None:
        self.server, self.cast, self.count = server, cast, 0
        with server.database.write() as tx:
            self.application: Application = register(tx, cast.account_id)
        self.errs("1.0")
        now = server.clock.now()
        (item,) = self.call("/rum/issue/list", start_time=now - 1000, end_time=now)["items"]
        self.id = item["issue_id"]

    def call(self, path: str, **body: Any) -> Any:
        return self.server.post(path, body, self.cast.bob.key).data

    def errs(self, version: str = "", times: int = 1, **more: Any) -> None:
        for _ in range(times):
            self.count += 1
            at = self.server.clock.now()
            event = crash(f"e{self.count}", at, version=version, **more)
            send(self.server.database, self.application, event)

    def passes(self, seconds: int) -> None:
        self.server.clock.advance(seconds)
        engine(self.server.database)

    def resolve(self, **how: Any) -> None:
        self.server.clock.advance(1)
        self.call("/rum/issue/resolve", issue_ids=[self.id], **how)
        self.server.clock.advance(1)

    def ignore(self, **how: Any) -> None:
        self.call("/rum/issue/ignore", issue_ids=[self.id], **how)
        assert self.status == "ignored"

    @property
    def status(self) -> str:
        return str(self.call("/rum/issue/info", issue_id=self.id)["status"])

    @property
    def standing(self) -> Any:
        return self.call("/rum/issue/standing", issue_id=self.id)


@pytest.fixture
def broken(server: Server, cast: Cast) -> Broken:
    return Broken(server, cast)


@pytest.mark.effect("/rum/issue/resolve", "/rum/issue/standing", seen_by="/rum/issue/standing")
def test_what_is_fixed_in_a_release_comes_back_in_that_or_a_newer_one_only(
    server: Server, broken: Broken
) -> None:
    broken.resolve(**{"in": "release", "release": "2.0"})
    shown = broken.standing
    server.restart()
    assert broken.standing == shown
    assert shown["resolution"] == {"in": "release", "release": "2.0", "commit": ""}
    assert shown["suspect_release"]["version"] == "1.0"
    for old in ("0.9", "1.0", "1.5"):
        broken.errs(old)
        assert broken.status == "resolved"
    broken.errs("2.0")
    assert broken.status == "for_review"
    assert broken.standing["suspect_release"]["reason"] == "It came back in this release."
    assert "resolution" not in broken.standing

    broken.resolve(**{"in": "next_release"})
    broken.errs("2.0")
    assert broken.status == "resolved"
    broken.errs("2.0.1")
    assert broken.status == "for_review"
    refused = {"issue_ids": [broken.id], "in": "release"}
    assert server.post("/rum/issue/resolve", refused, broken.cast.bob.key).code == (
        "InvalidParameter"
    )


def test_a_commit_fixes_it_in_the_release_that_tells_of_it(server: Server, broken: Broken) -> None:
    key = {"Authorization": f"Bearer {broken.cast.alice.key}"}

    def told(version: str, commit: str) -> None:
        body = {
            "version": version,
            "projects": [broken.application.id],
            "commits": [{"id": commit, "author_name": "Ann", "message": "Mend the cart"}],
        }
        org = httpx.get(f"{server.base}/api/0/organizations/", headers=key).json()[0]["slug"]
        address = f"{server.base}/api/0/organizations/{org}/releases/"
        assert httpx.post(address, json=body, headers=key).status_code < 300

    broken.resolve(**{"in": "commit", "commit": "ABCDEF12"})
    broken.errs("3.0")
    assert broken.status == "resolved"
    told("3.1", "abcdef1234567890")
    broken.errs("3.0")
    assert broken.status == "resolved"
    broken.errs("3.1")
    assert broken.status == "for_review"
    (commit,) = broken.standing["suspect_release"]["commits"]
    assert (commit["author"], commit["message"]) == ("Ann", "Mend the cart")


@pytest.mark.effect("/rum/issue/ignore", seen_by="/rum/issue/standing")
def test_an_ignored_issue_comes_back_when_it_was_said_to(server: Server, broken: Broken) -> None:
    broken.ignore(more_events=3, until_time=server.clock.now() + 5 * HOUR * 1000)
    server.restart()
    assert broken.standing["ignorance"]["until_error_count"] == 4
    broken.errs("9.0", 2)
    assert broken.status == "ignored"
    broken.errs("9.0")
    assert broken.status == "for_review"

    broken.ignore(more_users=1, until_time=server.clock.now() + 5 * HOUR * 1000)
    broken.errs("1.0", user_id="ann")
    assert broken.status == "for_review"

    broken.ignore(until_time=server.clock.now() + 5 * HOUR * 1000)
    broken.errs("1.0", 5)
    broken.passes(5 * HOUR - 1)
    assert broken.status == "ignored"
    broken.passes(1)
    assert broken.status == "for_review"

    broken.passes(25 * HOUR)
    broken.ignore(until_spike=True)
    broken.errs("1.0", 19)
    broken.passes(HOUR)
    assert broken.status == "ignored"
    broken.errs("1.0", 60)
    broken.passes(61)
    assert broken.status == "for_review"
    (latest, *_) = broken.call("/rum/issue/activity/list", issue_id=broken.id)["items"]
    assert latest["reason"].startswith("60 times in this hour (1.0 in production)")


@pytest.mark.effect("/rum/issue/assign", seen_by="/rum/issue/standing")
def test_assigning_moves_an_issue_on(server: Server, broken: Broken) -> None:
    people = [broken.cast.alice.id, broken.cast.bob.id]
    broken.call("/rum/issue/assign", issue_ids=[broken.id], assignee_ids=people)
    server.restart()
    assert broken.standing["assignee_ids"] == people
    assert broken.status == "reviewed"
    strange = {"issue_ids": [broken.id], "assignee_ids": [7]}
    refused = server.post("/rum/issue/assign", strange, broken.cast.bob.key)
    assert refused.code == "InvalidParameter"
