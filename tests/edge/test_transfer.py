"""Files into operations and out of them."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct
from sqlalchemy import select

from tests.cast import Cast
from tests.server import Answer, Server
from tocsin.domain.access import Permission
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import OPERATIONS, Empty, File, Kind, Upload, operation
from tocsin.store.database import Database, Tx
from tocsin.store.tables.platform import audit

PATH = "/probe/upload"


class Named(Struct, frozen=True):
    name: str
    mode: str = ""


class Counted(Struct, frozen=True):
    name: str
    size: int


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    @operation(PATH, Permission.INCIDENTS_MANAGE, Kind.CALL_OUT, tag="Probe")
    def count(database: Database, caller: Caller, request: Upload[Named]) -> Counted:
        """Count what was sent."""
        with database.read() as tx:
            assert tx.now
        return Counted(request.query.name, len(request.file.read()))

    @operation("/probe/download", None, Kind.READ, tag="Probe")
    def give(tx: Tx, caller: Caller, request: Empty) -> File:
        """Give a file away."""
        return File("rows.csv", "text/csv", io.BytesIO(b"a,b\r\n"))

    yield
    for path in [path for path in OPERATIONS if path.startswith("/probe/")]:
        del OPERATIONS[path]


def upload(server: Server, key: str, query: str = "&name=x", **options: Any) -> Answer:
    form = options or {"files": {"file": ("rows.csv", b"a,b\n" * 100_000)}}
    return Answer(server.request("POST", f"{PATH}?app_key={key}{query}", **form))


def test_a_file_arrives_whole_with_what_the_query_says(server: Server, cast: Cast) -> None:
    assert upload(server, cast.bob.key).data == {"name": "x", "size": 400_000}


def test_an_upload_is_judged_before_its_file_is_read(server: Server, cast: Cast) -> None:
    assert upload(server, "no such key").code == "Unauthorized"
    assert upload(server, cast.charlie.key).code == "AccessDenied"
    assert upload(server, cast.bob.key, query="").message == "name is required; send it"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"json": {}}, "InvalidContentType"),
        ({"files": {"other": ("x", b"1")}}, "InvalidParameter"),
        ({"files": [("file", ("x", b"1")), ("more", ("y", b"2"))]}, "BadRequest"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, "BadRequest"),
        (
            {"content": b"", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            "InvalidParameter",
        ),
    ],
)
def test_what_is_no_form_with_a_file_is_refused(
    server: Server, cast: Cast, options: dict[str, Any], code: str
) -> None:
    answer = upload(server, cast.bob.key, **options)
    assert (answer.status, answer.code) == (400, code)


def test_a_file_over_the_bound_is_refused(server: Server, cast: Cast) -> None:
    answer = upload(server, cast.bob.key, files={"file": ("big", b"0" * (100 * 1024 * 1024 + 1))})
    assert (answer.status, answer.code) == (413, "EntityTooLarge")


def test_a_file_given_away_has_a_name_and_no_envelope(server: Server, cast: Cast) -> None:
    answer = server.request("POST", f"/probe/download?app_key={cast.bob.key}", json={})
    assert answer.content == b"a,b\r\n"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    assert len(answer.headers["flashcat-request-id"]) == 26


def test_a_call_out_is_audited_after_it(server: Server, cast: Cast, database: Database) -> None:
    upload(server, cast.bob.key)
    upload(server, cast.charlie.key)
    with database.read() as tx:
        found = tx.tuples(select(audit.c.operation, audit.c.code).order_by(audit.c.id))
    assert found == [("probe:write:upload", ""), ("probe:write:upload", "AccessDenied")]
