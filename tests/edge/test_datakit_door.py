"""Points as TrueWatch's SDKs and DataKit write them, over a real socket.

Neither is on a public registry: the lines are built from their documentation.
"""

import gzip
import json
import struct
import time
from typing import Any

import pytest

from tests.cast import Cast
from tests.edge.doors import Keys, application, digest, issues, waiting
from tests.server import Server
from tocsin.sources.datakit import Category, read
from tocsin.sources.point import Form, Point, points
from tocsin.sources.source import Unreadable

TRACE = "0af7651916cd43dd8448eb211c80319c"
STACK = "TypeError: no total\\n  at total (http://shop.example/app.js:8:29)"
COMMON = {
    "app_id": "shop_web",
    "sdk_name": "df_web_rum_sdk",
    "sdk_version": "3.2.27",
    "env": "prod",
    "service": "shop",
    "version": "1.4",
    "session_id": "s-1",
    "view_id": "0123",
    "view_path": "/cart",
    "view_url": "http://shop.example/cart",
    "userid": "u-1",
}


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def point(name: str, at: int, tags: dict[str, str], fields: dict[str, Any]) -> dict[str, Any]:
    return {"measurement": name, "tags": {**COMMON, **tags}, "fields": fields, "time": at}


def visit(at: int) -> list[dict[str, Any]]:
    """What a browser tells of a page that breaks; the view is told of twice."""
    broken = {"error_id": "e" * 32, "error_type": "TypeError", "error_source": "source"}
    said = {"error_message": "no total", "error_stack": STACK.replace("\\n", "\n")}
    fetched = {"resource_url": "/api/pay", "resource_type": "fetch", "resource_status": "500"}
    return [
        point("view", at, {}, {"time_spent": 9_000_000_000}),
        point("view", at, {}, {"time_spent": 1_000_000}),
        point("error", at + 30, broken, said),
        point("resource", at + 20, fetched, {"duration": 4_000_000}),
        point(
            "action", at + 10, {"action_id": "a1", "action_type": "click"}, {"action_name": "Pay"}
        ),
        point("long_task", at + 40, {}, {"duration": 60_000_000}),
        point("telemetry", at, {}, {"x": 1}),
    ]


def as_lines(said: list[dict[str, Any]]) -> bytes:
    lines = []
    for one in said:
        tags = ",".join(f"{key}={value}" for key, value in one["tags"].items())
        fields = ",".join(
            f"{key}={value}i" if isinstance(value, int) else f"{key}={json.dumps(value)}"
            for key, value in one["fields"].items()
        )
        fields = fields.replace("\\n", "\n")
        lines.append(f"{one['measurement']},{tags} {fields} {one['time']}")
    return "\n".join(["# by hand", *lines]).encode()


def as_pbjson(said: list[dict[str, Any]]) -> bytes:
    letters = {int: "i", str: "s", float: "f"}
    arr = [
        {
            "name": one["measurement"],
            "time": str(one["time"]),
            "fields": [
                *({"key": key, "s": value, "is_tag": True} for key, value in one["tags"].items()),
                *(
                    {"key": key, letters[type(value)]: str(value)}
                    for key, value in one["fields"].items()
                ),
            ],
        }
        for one in said
    ]
    return json.dumps({"arr": arr}).encode()


def as_protobuf(said: list[dict[str, Any]]) -> bytes:
    """The message that the same JSON is of, in the names of its fields."""

    def sized(number: int, content: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(content)) + content

    def varint(value: int) -> bytes:
        value &= 2**64 - 1
        found = bytearray()
        while value > 127:
            found.append(value & 127 | 128)
            value >>= 7
        return bytes([*found, value])

    def field(key: str, value: Any, *, is_tag: bool) -> bytes:
        plain = value.encode() if isinstance(value, str) else b""
        held = sized(11, plain) if isinstance(value, str) else b"\x10" + varint(value)
        return sized(2, sized(1, key.encode()) + held + b"\x40" + varint(is_tag))

    return b"".join(
        sized(
            1,
            sized(1, one["measurement"].encode())
            + b"".join(field(*pair, is_tag=True) for pair in one["tags"].items())
            + b"".join(field(*pair, is_tag=False) for pair in one["fields"].items())
            + b"\x18"
            + varint(one["time"]),
        )
        for one in said
    )


FORMS = {
    "application/protobuf; proto=com.guance.Point": as_protobuf,
    "text/plain;charset=UTF-8": as_lines,
    "application/json": lambda said: json.dumps(said).encode(),
    "application/pbjson; proto=com.guance.Point": as_pbjson,
}


def send(server: Server, keys: Keys, category: str, body: bytes, kind: str, more: str = "") -> Any:
    path = f"/v1/write/{category}?token={keys.client_token}&precision=ms{more}"
    return server.request("POST", path, content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize("kind", FORMS)
def test_a_visit_in_any_form_becomes_a_session_and_an_issue(
    server: Server, cast: Cast, keys: Keys, kind: str
) -> None:
    body = FORMS[kind](visit(server.clock.now() - 60_000))
    for sent, more in ((body, "&to_headless=true"), (gzip.compress(body), "&encoding=gzip")):
        answer = send(server, keys, "rum", sent, kind, more)
        assert (answer.status_code, answer.content) == (200, b"")
    digest(server)
    (issue,) = issues(server, cast, keys)
    assert (issue["error"], issue["error_count"], issue["session_count"]) == (
        {"type": "TypeError", "message": "no total"},
        *(1, 1),
    )
    wish = {"application_id": keys.application_id, "session_id": "s-1"}
    told = server.post("/rum/session/info", wish, cast.alice.key).data
    assert told["session"]["view_count"] == told["session"]["error_count"] == 1
    assert [(one["kind"], one["name"], one["issue_id"]) for one in told["timeline"]] == [
        ("view", "/cart", ""),
        ("action", "Pay", ""),
        ("resource", "/api/pay", ""),
        ("error", "no total", issue["issue_id"]),
        ("long_task", "", ""),
    ]
    assert told["timeline"][0]["duration_ns"] == 9_000_000_000


def test_logs_and_spans_with_errors_become_issues_and_others_do_not(
    server: Server, cast: Cast, keys: Keys
) -> None:
    at = server.clock.now()
    stack = "java.lang.IllegalStateException: no price\n\tat shop.Cart.total(Cart.java:12)"
    failed = {
        "error_type": "IllegalStateException",
        "error_message": "no price",
        "error_stack": stack,
    }
    logs = [
        point("app", at, {"status": "error"}, {"message": "x", "exception.type": "KeyError"}),
        point("app", at, {"status": "info"}, {"message": "paying", "trace_id": TRACE}),
    ]
    spans = [
        point("otel", at, {"status": "error"}, {**failed, "trace_id": TRACE, "span_id": "1"}),
        point("otel", at, {"status": "ok"}, failed),
    ]
    assert send(server, keys, "logging", as_pbjson(logs), "application/pbjson").status_code == 200
    assert send(server, keys, "tracing", as_pbjson(spans), "application/pbjson").status_code == 200
    digest(server)
    found = {one["error"]["type"]: one for one in issues(server, cast, keys)}
    assert set(found) == {"KeyError", "IllegalStateException"}
    wish = {"issue_id": found["IllegalStateException"]["issue_id"]}
    event = server.post("/rum/issue/event/info", wish, cast.alice.key).data
    assert event["exceptions"][0]["frames"][0]["module"] == "shop.Cart"
    said = server.post("/rum/issue/event/log/list", wish, cast.alice.key).data
    assert [one["body"] for one in said["items"]] == ["paying"]


@pytest.mark.effect("/rum/error-delivery/info", seen_by="/rum/error-delivery/info")
@pytest.mark.effect("/rum/error-delivery/update", seen_by="/rum/error-delivery/info")
def test_delivery_rules_say_what_becomes_an_issue(server: Server, cast: Cast, keys: Keys) -> None:
    filters = [[{"key": "error.env", "oper": "IN", "vals": ["prod"]}]]
    wish = {"application_id": keys.application_id}
    rules = {"logging": {"filters": filters}, "tracing": {"enabled": False}}
    server.post("/rum/error-delivery/update", {**wish, **rules}, cast.alice.key)
    before = server.post("/rum/error-delivery/info", wish, cast.alice.key).data
    server.restart()
    assert server.post("/rum/error-delivery/info", wish, cast.alice.key).data == before
    assert before["rum"] == {"enabled": True, "filters": []}
    at = server.clock.now()
    said = {"error_type": "E", "error_message": "m"}
    staged = point("app", at, {"env": "staging", "status": "error"}, said)
    live = point("app", at, {"status": "error"}, {**said, "error_type": "F"})
    send(server, keys, "logging", json.dumps([staged, live]).encode(), "application/json")
    send(server, keys, "tracing", json.dumps([live]).encode(), "application/json")
    digest(server)
    assert [one["error"]["type"] for one in issues(server, cast, keys)] == ["F"]
    assert issues(server, cast, keys)[0]["error_count"] == 1
    tallies = server.post("/rum/error-tally/list", wish, cast.alice.key).data["items"]
    assert ("untracked", "delivery rule", 2) in [
        (one["kind"], one["name"], one["count"]) for one in tallies
    ]
    unmeant = {"rum": {"filters": [[{"key": "shoe", "oper": "IN", "vals": ["x"]}]]}}
    answer = server.post("/rum/error-delivery/update", {**wish, **unmeant}, cast.alice.key)
    assert answer.code == "InvalidParameter"


def test_what_cannot_be_admitted_is_told_apart(server: Server, keys: Keys) -> None:
    line = b"error,a=b c=1i"
    refusals = {
        403: [("rum", line, "text/plain", "x"), ("rum", line, "text/plain", "&token=")],
        400: [
            ("metric", line, "text/plain", ""),
            ("rum", b"no line", "text/plain", ""),
            ("rum", b"{", "application/json", ""),
            ("rum", b"\x0a\x7f", "application/protobuf; proto=com.guance.Point", ""),
            ("rum", line, "text/plain", "&encoding=gzip"),
        ],
        413: [("rum", bytes(5_000_000), "text/plain", "")],
    }
    for status, requests in refusals.items():
        for category, body, kind, more in requests:
            path = f"/v1/write/{category}?token={'' if status == 403 else keys.client_token}{more}"
            answer = server.request("POST", path, content=body, headers={"Content-Type": kind})
            assert answer.status_code == status, (body, answer.text)
            assert answer.json()["error_code"].startswith("datakit.")
    assert send(server, keys, "rum", line, "text/plain", "").status_code == 200
    prefixed = f"/v1/write/rum?token=tkn_{keys.client_token}"
    assert server.request("POST", prefixed, content=line).status_code == 200
    assert [bool(entry.refused) for entry in waiting(server)] == [True] * 4 + [False] * 2


def test_every_value_of_protobuf_is_read() -> None:
    held = (
        b"\x10" + b"\xff" * 9 + b"\x01",
        b"\x18\x07",
        b"\x21" + struct.pack("<d", 0.25),
        b"\x28\x01",
        b"\x32\x01r",
    )
    fields = b"".join(
        b"\x12" + bytes([len(one) + 3]) + b"\x0a\x01" + b"abcde"[at : at + 1] + one
        for at, one in enumerate(held)
    )
    message = b"\x0a\x01m\x18\x64" + fields
    (found,) = points(b"\x0a" + bytes([len(message)]) + message, Form.PROTOBUF, "s")
    assert found == Point("m", {"a": -1, "b": 7, "c": 0.25, "d": True, "e": "r"}, 100_000)


def test_what_datakit_asks_besides_is_answered(server: Server, keys: Keys) -> None:
    def asked(path: str) -> tuple[int, Any]:
        answer = server.request("GET", f"/v1/{path}")
        return answer.status_code, answer.json()

    token = f"tkn_{keys.client_token}"
    assert asked(f"check/token/{token}")[1]["success"] is True
    assert asked("check/token/tkn_x")[0] == 403
    assert asked("ntp") == (200, {"timestamp_sec": server.clock.now() // 1000})
    assert asked(f"datakit/pull?token={token}&filters=true")[1]["filters"] == {}
    assert asked("datakit/pull?token=x")[0] == 403
    for path in ("election?token=x", "election/heartbeat", "query/raw", "workspace"):
        status, said = asked(path)
        assert (status, said["error_code"]) == (404, "datakit.notFound")
    assert waiting(server) == []


def test_lines_are_read_as_the_protocol_writes_them() -> None:
    body = (
        b'my\\ app,host=a\\,b,k.e\\=y=v f=1.5,i=42i,u=7u,b=T,s="two \\"lines\\"\nhere",x=[1,2] 1700\n'
        b"broken\n"
        b'last s=""'
    )
    first, second, third = points(body, Form.LINES, "s")
    values = {"f": 1.5, "i": 42, "u": 7, "b": True, "s": 'two "lines"\nhere', "x": "[1,2]"}
    assert first == Point("my app", {**values, "host": "a,b", "k_e=y": "v"}, 1_700_000)
    assert isinstance(second, Unreadable)
    assert third == Point("last", {"s": ""}, 0)


def test_no_number_and_no_depth_breaks_a_reader() -> None:
    deep = b'[{"measurement":"error","fields":{"a":' + b'{"a":' * 900 + b"1" + b"}" * 902 + b"]"
    huge = (
        b"error f=99999999999999999999i,g=-99999999999999999999i,h=1e999,i=nan 9999999999999999999"
    )
    for body, form in ((deep, Form.JSON), (huge, Form.LINES)):
        found = read(body, Category.RUM, form, "", 1)
        assert len(found.rum) + len(found.rejected) == 1


def test_hostile_lines_take_no_long() -> None:
    started = time.process_time()
    for piece in (b'm f="', b'm f="\\', b"m f=[", b"m," * 9, b"\\", b'm f="a"b,'):
        whole = piece * (400_000 // len(piece))
        with_lines = (piece + b"\n") * 4_000
        for body in (whole, with_lines):
            list(points(body, Form.LINES, ""))
    assert time.process_time() - started < 20
