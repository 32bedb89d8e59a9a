"""A crash in an unmodified SDK becomes an issue, which people handle in either API."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import tocsin
from tests.e2e.crashing import pages, run_go_program, run_program, visiting
from tests.e2e.product import Product, eventually, today
from tests.tools import need
from tocsin.kernel.clock import SystemClock

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def application(product: Product) -> Any:
    wish = {"application_name": "shop", "type": "browser", "team_id": 0}
    return product.post("/rum/application/create", wish)


def only_issue(product: Product, application: Any, word: str) -> Any:
    """The application's one issue whose error mentions `word`."""

    def look() -> Any:
        known = product.issues(application["application_id"])
        return [each for each in known if word in each["error"]["message"]]

    found = eventually(look, f"an issue about {word}")
    assert len(found) == 1, found
    return found[0]


def curl(*words: str) -> str:
    need("curl")
    done = subprocess.run(["curl", "-sS", *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_python_program_crashes_into_an_issue(product: Product, application: Any) -> None:
    run_program(application["dsn"], "shop@1.0.0")
    issue = only_issue(product, application, "price")
    assert issue["status"] == "for_review"
    assert issue["error"]["type"] == "KeyError"


def test_a_page_with_sentry_crashes_into_an_issue(
    product: Product, application: Any, tmp_path: Path
) -> None:
    with pages(tmp_path) as origin:
        query = {"dsn": application["dsn"], "release": "shop@1.0.0"}
        with visiting(f"{origin}/sentry.html", **query):
            issue = only_issue(product, application, "'length'")
    assert issue["error"]["type"] == "TypeError"


def test_a_page_with_rum_crashes_into_an_issue(
    product: Product, application: Any, tmp_path: Path
) -> None:
    with pages(tmp_path) as origin:
        query = {
            "application_id": application["application_id"],
            "client_token": application["client_token"],
            "release": "1.0.0",
            "proxy": f"{product.url}/rum/proxy",
        }
        with visiting(f"{origin}/rum.html", **query):
            issue = only_issue(product, application, "'amount'")
            session = eventually(lambda: whole_session(product, application, issue), "a session")
    assert issue["error"]["type"] == "TypeError"
    assert len(product.issues(application["application_id"])) == 3
    assert session["session"]["view_count"] == session["session"]["error_count"] == 1
    people = product.post("/rum/issue/user/list", {"issue_id": issue["issue_id"]})
    assert [one["user_id"] for one in people["items"]] == [session["session"]["user_id"]]
    named = {(one["kind"], one["name"]) for one in session["timeline"]}
    assert {("view", "/rum.html"), ("action", "checkout"), ("vital", "pricing")} <= named
    assert {"resource", "long_task"} <= {one["kind"] for one in session["timeline"]}
    (broken,) = [one for one in session["timeline"] if one["kind"] == "error"]
    assert broken["issue_id"] == issue["issue_id"]


def whole_session(product: Product, application: Any, issue: Any) -> Any:
    """The session an issue was seen in, once the SDK has told all of it."""
    now = SystemClock().now()
    span = {"start_time": now - 3_600_000, "end_time": now + 3_600_000}
    of_issue = {"application_id": application["application_id"], "issue_id": issue["issue_id"]}
    found = product.post("/rum/session/list", {**of_issue, **span})["items"]
    if not found:
        return None
    place = {"session_id": found[0]["session_id"], "application_id": application["application_id"]}
    told = product.post("/rum/session/info", place)
    kinds = {one["kind"] for one in told["timeline"]}
    return told if {"long_task", "resource", "vital"} <= kinds else None


def test_resolving_by_curl_stamps_and_audits(product: Product, application: Any) -> None:
    issue = only_issue(product, application, "price")
    answer = curl(
        *("-X", "POST", f"{product.url}/rum/issue/update?app_key={product.key}"),
        *("-H", "Content-Type: application/json"),
        *("-d", f'{{"issue_id":"{issue["issue_id"]}","status":"resolved"}}'),
    )
    assert re.fullmatch(r'\{"request_id":"[0-9A-Z]{26}","data":\{\}\}', answer.strip()), answer
    after = product.issue(issue["issue_id"])
    assert after["status"] == "resolved"
    assert after["resolved_at"] > 0
    assert after["resolved_by"] == product.post("/account/info")["account_id"]
    rows = product.post("/audit/search", {**today(), "limit": 50})["docs"]
    assert any(row["operation"] == "rum-issue:write:update" for row in rows), rows


def test_an_older_version_reopens_nothing_and_a_newer_one_does(
    product: Product, application: Any
) -> None:
    issue_id = only_issue(product, application, "price")["issue_id"]
    seen = product.issue(issue_id)["error_count"]
    run_program(application["dsn"], "shop@0.9.0")
    eventually(lambda: product.issue(issue_id)["error_count"] > seen, "the older crash counted")
    assert product.issue(issue_id)["status"] == "resolved"
    run_program(application["dsn"], "shop@1.1.0")
    eventually(lambda: product.issue(issue_id)["status"] == "for_review", "a regression")
    regression = product.issue(issue_id)["regression"]
    assert regression["regressed_at_version"] == "shop@1.1.0"


def test_the_truewatch_call_resolves_another(product: Product, application: Any) -> None:
    made = tocsin("key", "create", "--truewatch", "--data-dir", str(product.folder))
    assert made.returncode == 0, made.stderr
    key = re.search(r"\b\w{32}\b", made.stdout)
    assert key, made.stdout
    issue = only_issue(product, application, "'length'")
    found = curl(
        *("-X", "POST", f"{product.url}/api/v1/error_track/list"),
        *("-H", f"DF-API-KEY: {key[0]}"),
        *("-H", "Content-Type: application/json;charset=UTF-8", "-d", "{}"),
    )
    assert '"Triage"' in found, found
    listed = re.findall(r'"uuid":"(isset_\w+)"', found)
    assert len(listed) == 3, found
    for uuid in listed:
        curl(
            *("-X", "POST", f"{product.url}/api/v1/error_track/{uuid}/update"),
            *("-H", f"DF-API-KEY: {key[0]}"),
            *("-H", "Content-Type: application/json;charset=UTF-8"),
            *("-d", '{"issueStatus":"Resolved"}'),
        )
        if product.issue(issue["issue_id"])["status"] == "resolved":
            return
    raise AssertionError("no call resolved it")


def test_a_compiled_program_crashes_into_an_issue(product: Product, tmp_path: Path) -> None:
    need("go")
    wish = {"application_name": "go", "type": "browser", "team_id": 0}
    made = product.post("/rum/application/create", wish)
    run_go_program(tmp_path, made["dsn"], "shop@1.0.0")
    issue = only_issue(product, made, "nil pointer")
    shown = product.post("/rum/issue/event/info", {"issue_id": issue["issue_id"]})
    assert (shown["version"], shown["env"]) == ("shop@1.0.0", "production")
    # Behind it stands the function that recovered, which only reports.
    failing = shown["exceptions"][-1]["frames"][-2]
    assert failing["context_line"].strip() == "return *o.Price * 2"
    assert shown["grouping"]["parts"][1].endswith("charge return *o.Price * 2")
