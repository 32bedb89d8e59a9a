"""Mapping APIs that answer, fail, dawdle, redirect and babble, asked by a real engine."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import Any

import pytest

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.ops.test_routed import Desk
from tests.outbound.servers import LOOPBACK, http_server, reply
from tests.push import engine
from tests.server import Server
from tocsin.engine import digesting, handlers
from tocsin.engine.inquiry import Inquiries
from tocsin.outbound.address import Reach
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox


class Service:
    """A mapping API that is told what to answer, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.answer: Any = {"result_labels": {"owner": "ops", "unasked": "x"}}
        self.more: dict[str, str] = {}
        self.release = threading.Event()
        self.release.set()
        self.fails_first = 0

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.asked.append(json.loads(body))
        self.headers.append(dict(handler.headers))
        self.release.wait(10)
        if len(self.asked) <= self.fails_first:
            reply(handler, 500)
            return
        said = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        reply(handler, self.status, said, **self.more)


@pytest.fixture
def service() -> Iterator[tuple[Service, str]]:
    told = Service()
    with http_server(told) as port:
        yield told, f"http://127.0.0.1:{port}/lookup"
        told.release.set()


class Asking(Desk):
    """A desk whose integration asks a mapping API for `owner`."""

    def ask_for(self, url: str, *labels: str, name: str = "cmdb", **fields: Any) -> dict[str, Any]:
        body = {"api_name": name, "url": url, "timeout": 1, **fields}
        api_id = self.call("/enrichment/mapping/api/create", **body)["api_id"]
        settings = {"mapping_type": "api", "api_id": api_id, "result_labels": list(labels)}
        return {"kind": "mapping", "settings": settings}

    def labels(self, alert_key: str = "disk") -> dict[str, str]:
        (alert,) = [one for one in self.alerts() if one["alert_key"] == alert_key]
        return dict(alert["labels"])

    def why(self) -> str:
        (step,) = self.step("enrichment")
        assert step[0] == "failed"
        return step[2]["why"]


@pytest.fixture
def desk(server: Server, database: Database, cast: Cast) -> Asking:
    asking = Asking(server, database, cast)
    # The engine opens what the edge sealed.
    database.site = server.database.site
    asking.route(default=("Rest",))
    return asking


def test_a_service_is_told_of_the_event_and_its_labels_are_taken(
    desk: Asking, service: tuple[Service, str]
) -> None:
    told, url = service
    desk.enrich(desk.ask_for(url, "owner", "floor", headers={"X-Env": "prod"}))
    desk.send(labels={"host": "db1"}, description="Nearly")
    assert desk.labels() == {"host": "db1", "owner": "ops"}
    (asked,) = told.asked
    assert asked["result_label_keys"] == ["owner", "floor"]
    assert asked["event"] == {
        "account_id": desk.cast.account_id,
        "channel_id": 0,
        "data_source_id": desk.sender,
        "data_source_type": "standard.alert",
        "title": "Disk full",
        "title_rule": "Disk full",
        "description": "Nearly",
        "alert_key": "disk",
        "alert_id": "",
        "event_severity": "Critical",
        "event_status": "Critical",
        "event_time": desk.server.clock.now() // 1000,
        "labels": {"host": "db1"},
        "images": [],
    }
    assert told.headers[0]["X-Env"] == "prod"
    assert desk.step("enrichment") == [("changed", "1 mapping", {"owner": "ops"})]


def test_the_same_question_is_asked_once_in_a_while(
    desk: Asking, service: tuple[Service, str]
) -> None:
    told, url = service
    desk.enrich(desk.ask_for(url, "owner"))
    for _ in range(5):
        desk.push()
    desk.push("other")
    engine(desk.database, LOOPBACK)
    assert len(told.asked) == 2


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (404, b"", "not_found"),
        (200, b"", "not_found"),
        (200, {"result_labels": {}}, "not_found"),
        (200, {}, "not_found"),
        (200, {"result_labels": {"owner": 7}}, "changed"),
        (403, b"", "failed"),
        (500, b"", "failed"),
        (200, b"{", "failed"),
        (200, b"\xff", "failed"),
        (200, b"[" * 50_000, "failed"),
        (200, {"result_labels": "owner"}, "failed"),
        (200, {"result_labels": {"owner": "x" * 70_000}}, "failed"),
    ],
)
def test_whatever_a_service_answers_the_alert_goes_on(
    desk: Asking, service: tuple[Service, str], status: int, answer: Any, verdict: str
) -> None:
    told, url = service
    told.status, told.answer = status, answer
    desk.enrich(desk.ask_for(url, "owner"))
    desk.send(labels={"host": "db1"})
    (step,) = desk.step("enrichment")
    assert step[0] == verdict
    assert desk.labels().get("owner") == ("7" if verdict == "changed" else None)


def test_a_service_is_asked_again_once_if_it_is_set_so(
    desk: Asking, service: tuple[Service, str]
) -> None:
    told, url = service
    told.fails_first = 1
    desk.enrich(desk.ask_for(url, "owner", retry_count=1))
    desk.send()
    assert (desk.labels(), len(told.asked)) == ({"owner": "ops"}, 2)


def test_a_redirect_is_not_followed(desk: Asking, service: tuple[Service, str]) -> None:
    told, url = service
    inside = Service()
    with http_server(inside) as port:
        told.status, told.more = 302, {"Location": f"http://127.0.0.1:{port}/secret"}
        desk.enrich(desk.ask_for(url, "owner"))
        desk.send()
        assert "302" in desk.why()
        assert inside.asked == []


def test_internal_addresses_are_not_asked_unless_the_operator_allows_it(
    desk: Asking, service: tuple[Service, str]
) -> None:
    told, url = service
    desk.enrich(desk.ask_for(url, "owner"))
    desk.push()
    engine(desk.database, Reach())
    assert "outbound_allowed_networks" in desk.why()
    assert told.asked == []
    assert desk.where() == ["Rest"]


def test_a_service_that_dawdles_holds_a_batch_up_once_and_is_then_left_alone(
    desk: Asking, service: tuple[Service, str], clock: VirtualClock
) -> None:
    told, url = service
    told.release.clear()
    desk.enrich(desk.ask_for(url, "owner"))
    inquiries = Inquiries(LOOPBACK)
    for number in range(30):
        desk.push(f"a{number}")
    started = monotonic()
    digest(desk.database, inquiries)
    assert monotonic() - started < 8
    assert len(desk.alerts(limit=100)) == 30
    asked = len(told.asked)
    assert asked <= 16
    told.release.set()
    desk.push("b")
    digest(desk.database, inquiries)
    assert "left alone" in desk.why()
    assert len(told.asked) == asked
    clock.advance(31)
    desk.push("c")
    digest(desk.database, inquiries)
    assert desk.labels("c") == {"owner": "ops"}


def test_one_service_that_fails_leaves_the_others_be(
    desk: Asking, service: tuple[Service, str]
) -> None:
    _, url = service
    with ExitStack() as stack:
        broken = Service()
        broken.status = 500
        port = stack.enter_context(http_server(broken))
        first = desk.ask_for(f"http://127.0.0.1:{port}/", "rack", name="broken")
        desk.enrich(first, desk.ask_for(url, "owner"))
        # A batch each: on a slow machine, ten refusals at once may outlast the time a batch has.
        for number in range(6):
            desk.push(f"a{number}")
            engine(desk.database, LOOPBACK)
    assert all(one["labels"] == {"owner": "ops"} for one in desk.alerts())


def test_no_write_transaction_is_open_while_a_service_is_asked(
    desk: Asking, service: tuple[Service, str]
) -> None:
    told, url = service
    told.release.clear()
    desk.enrich(desk.ask_for(url, "owner", timeout=3))
    desk.push()
    digesting = threading.Thread(target=digest, args=(desk.database, Inquiries(LOOPBACK)))
    digesting.start()
    while not told.asked:
        told.release.wait(0.01)
    desk.call("/team/upsert", team_name="Written meanwhile")
    assert digesting.is_alive()
    told.release.set()
    digesting.join(10)
    assert desk.labels() == {"owner": "ops"}


def digest(database: Database, inquiries: Inquiries) -> None:
    """One turn of digestion with what these inquiries remember."""
    inbox = open_inbox(database)
    try:
        for _ in digesting.digest_some(database, inbox, handlers.digesters(inquiries)):
            pass
    finally:
        inbox.close()
