"""What the dispatcher promises of every call, whichever the operation."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from msgspec import Meta, Struct
from sqlalchemy import select

from tests.cast import Cast
from tests.server import Server
from tocsin.domain.access import Permission
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import Ref, ReferenceExist
from tocsin.kernel.operation import OPERATIONS, Empty, Kind, Rate, operation
from tocsin.store.database import Database, Tx
from tocsin.store.tables.platform import app_key, audit


class Probe(Struct, frozen=True):
    count: Annotated[int, Meta(ge=1, le=10)] = 1
    name: str = ""
    inner: list[dict[str, int]] = []
    anything: object = None
    password: Annotated[str, Meta(max_length=5)] = ""


class Seen(Struct, frozen=True):
    member_name: str
    count: int


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    @operation("/probe/read", None, Kind.READ, tag="Probe", rate=Rate(1000, 50))
    def read(tx: Tx, caller: Caller, request: Probe) -> Seen:
        """Answer who calls."""
        return Seen(caller.member_name, request.count)

    @operation("/probe/write", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag="Probe")
    def write(tx: Tx, caller: Caller, request: Probe) -> Empty:
        """Change something, or fail to."""
        if request.name == "held":
            raise ReferenceExist("{kind} is held", [Ref("team", "Ops")], kind="it")
        if request.name == "broken":
            raise ZeroDivisionError
        return Empty()

    yield
    for path in [path for path in OPERATIONS if path.startswith("/probe/")]:
        del OPERATIONS[path]


def test_a_call_answers_in_the_envelope(server: Server, cast: Cast) -> None:
    answer = server.post("/probe/read", {"count": 3, "unknown": 1}, cast.alice.key)
    assert answer.data == {"member_name": "Alice", "count": 3}
    assert len(answer.body["request_id"]) == 26
    assert answer.response.headers["Flashcat-Request-Id"] == answer.body["request_id"]
    assert answer.response.headers["X-RateLimit-Remaining"] == "49"


def test_an_empty_result_is_an_empty_object(server: Server, cast: Cast) -> None:
    assert server.post("/probe/write", {}, cast.bob.key).data == {}


@pytest.mark.parametrize(
    ("key", "message"),
    [("", "no app_key"), ("0" * 35, "not a valid one")],
)
def test_a_bad_key_is_unauthorized(server: Server, key: str, message: str) -> None:
    answer = server.post("/probe/read", {}, key)
    assert (answer.status, answer.code) == (401, "Unauthorized")
    assert message in answer.message


def test_the_checks_come_in_order(server: Server, cast: Cast) -> None:
    for method, path, options, status, code in [
        ("GET", "/probe/none", {}, 404, "RouteNotFound"),
        ("GET", "/probe/write", {}, 400, "MethodNotAllowed"),
        ("POST", "/probe/write", {"content": "x"}, 400, "InvalidContentType"),
        ("POST", "/probe/write", {"json": {"count": 0}}, 401, "Unauthorized"),
    ]:
        response = server.request(method, path, **options)  # type: ignore[arg-type]
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    denied = server.post("/probe/write", {"count": 0}, cast.charlie.key)
    assert (denied.status, denied.code) == (403, "AccessDenied")
    assert "Incidents Manage" in denied.message
    assert server.post("/probe/write", {"count": 0}, cast.bob.key).code == "InvalidParameter"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"count": 11}', "InvalidParameter", "count must be int <= 10, not 11"),
        (b'{"count": "x"}', "InvalidParameter", 'count must be int, not "x"'),
        (b'{"inner": [{"a": "b"}]}', "InvalidParameter", "inner"),
        (b"[]", "InvalidParameter", "body must be object, not []"),
        (b'{"count": 1', "BadRequest", "not valid JSON"),
        (b'{"count": NaN}', "BadRequest", "not valid JSON"),
        (b'{"name": "\xff"}', "BadRequest", "the body is not UTF-8; send"),
        (b'{"anything":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "BadRequest", "nested"),
        (b'{"password": "too long"}', "InvalidParameter", "not ***"),
        (b'{"name": "' + b"x" * 11_000_000 + b'"}', "EntityTooLarge", "at most"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_a_bad_body_is_refused_by_name(
    server: Server, cast: Cast, body: bytes, code: str, message: str
) -> None:
    response = server.request(
        "POST",
        "/probe/read",
        params={"app_key": cast.alice.key},
        content=body,
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    error = response.json()["error"]
    assert error["code"] == code
    assert message in error["message"]


def test_messages_come_in_chinese_where_asked(server: Server) -> None:
    answer = server.post("/probe/read", headers={"Accept-Language": "fr, zh-CN;q=0.9, en;q=0.5"})
    assert "缺少 app_key" in answer.message


def test_the_51st_call_of_a_second_waits(server: Server, cast: Cast) -> None:
    for _ in range(50):
        assert server.post("/probe/read", {}, cast.alice.key).status == 200
    late = server.post("/probe/read", {}, cast.bob.key)
    assert (late.status, late.code) == (429, "RequestTooFrequently")
    assert late.response.headers["Retry-After"] == "1"
    assert late.response.headers["X-RateLimit-Remaining"] == "0"
    assert server.post("/probe/write", {}, cast.bob.key).status == 200
    server.clock.advance(1)
    assert server.post("/probe/read", {}, cast.alice.key).status == 200


def test_what_still_refers_is_named(server: Server, cast: Cast) -> None:
    answer = server.post("/probe/write", {"name": "held"}, cast.bob.key)
    assert (answer.status, answer.code) == (400, "ReferenceExist")
    assert answer.body["data"]["refs"] == [{"kind": "team", "name": "Ops", "href": ""}]


def test_every_audited_call_leaves_a_row(server: Server, cast: Cast) -> None:
    server.post("/probe/write", {"name": "fine", "password": "x"}, cast.bob.key)
    server.post("/probe/write", {"name": "held"}, cast.bob.key)
    server.post("/probe/write", {"name": "broken"}, cast.bob.key)
    server.post("/probe/write", {}, cast.charlie.key)
    server.post("/probe/write", {"count": "x"}, cast.bob.key)
    server.post("/probe/read", {}, cast.bob.key)
    server.restart()
    with server.database.read() as tx:
        rows = tx.tuples(
            select(audit.c.member_name, audit.c.code, audit.c.operation, audit.c.body).order_by(
                audit.c.id
            )
        )
    assert [row[:3] for row in rows] == [
        ("Bob", "", "probe:write:write"),
        ("Bob", "ReferenceExist", "probe:write:write"),
        ("Bob", "InternalError", "probe:write:write"),
        ("Charlie", "AccessDenied", "probe:write:write"),
        ("Bob", "InvalidParameter", "probe:write:write"),
    ]
    assert rows[0][3] == '{"name":"fine","password":"***"}'


def test_a_fault_names_the_request_and_nothing_else(server: Server, cast: Cast) -> None:
    answer = server.post("/probe/write", {"name": "broken"}, cast.bob.key)
    assert (answer.status, answer.code) == (500, "InternalError")
    assert answer.body["request_id"] in answer.message
    assert "ZeroDivision" not in answer.message


def test_last_use_of_a_key_is_written_down_without_a_write_per_call(
    server: Server, database: Database, cast: Cast
) -> None:
    server.post("/probe/read", {}, cast.bob.key)
    used = select(app_key.c.last_used_at).where(app_key.c.member_id == cast.bob.id)
    with database.read() as tx:
        assert tx.value(used) == 0
        at = tx.now
    server.restart()
    with database.read() as tx:
        assert tx.value(used) == at
