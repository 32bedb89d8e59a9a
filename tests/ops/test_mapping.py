"""Mapping schemas, their rows and mapping APIs through the API, read back after a restart."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.cast import Cast
from tests.factories import make_team
from tests.server import Answer, Server
from tocsin.engine import handlers
from tocsin.store.database import Database
from tocsin.store.tables.integration_rules import mapping_leftover, mapping_row

SCHEMA = "/enrichment/mapping/schema/"
DATA = "/enrichment/mapping/data/"
API = "/enrichment/mapping/api/"
HOSTS = {
    "schema_name": "hosts",
    "description": "Who owns what",
    "source_labels": ["host", "zone"],
    "result_labels": ["owner"],
}
CMDB = {"api_name": "cmdb", "url": "https://cmdb.example/lookup?token=abc"}


def make(server: Server, key: str, **fields: Any) -> str:
    return str(server.post(SCHEMA + "create", {**HOSTS, **fields}, key).data["schema_id"])


def doc(host: str, owner: str = "ops", zone: str = "eu") -> dict[str, str]:
    return {"host": host, "zone": zone, "owner": owner}


def upload(server: Server, key: str, schema: str, text: str, **query: str) -> Answer:
    params = {"app_key": key, "schema_id": schema, **query}
    form = {"file": ("rows.csv", text.encode())}
    server.clock.advance(1)
    answer = Answer(server.request("POST", DATA + "upload", params=params, files=form))
    if answer.status == 200:
        server.journal.append((server.lives, DATA + "upload"))
    return answer


def download(server: Server, key: str, schema: str) -> str:
    answer = server.request(
        "POST", DATA + "download", params={"app_key": key}, json={"schema_id": schema}
    )
    assert answer.headers["content-type"].startswith("text/csv")
    assert schema in answer.headers["content-disposition"]
    server.journal.append((server.lives, DATA + "download"))
    return answer.text


def owners(server: Server, key: str, schema: str) -> dict[str, str]:
    found = server.post(DATA + "list", {"schema_id": schema, "limit": 100}, key).data
    assert found["total"] == len(found["items"])
    return {row["fields"]["host"]: row["fields"]["owner"] for row in found["items"]}


@pytest.mark.effect("/enrichment/mapping/schema/create", seen_by="/enrichment/mapping/schema/info")
@pytest.mark.effect("/enrichment/mapping/schema/info", seen_by="/enrichment/mapping/schema/info")
@pytest.mark.effect("/enrichment/mapping/schema/list", seen_by="/enrichment/mapping/schema/list")
def test_a_schema_comes_back_as_it_was_made(server: Server, cast: Cast) -> None:
    made = server.post(SCHEMA + "create", HOSTS, cast.bob.key).data
    assert made["schema_name"] == "hosts"
    wanted = {"schema_id": made["schema_id"]}
    assert server.post(SCHEMA + "info", wanted, cast.bob.key).data["schema_name"] == "hosts"
    assert server.post(SCHEMA + "list", {}, cast.bob.key).data["total"] == 1
    server.restart()
    now = server.clock.now() // 1000
    found = server.post(SCHEMA + "info", wanted, cast.charlie.key).data
    assert found == {
        **HOSTS,
        **wanted,
        "status": "enabled",
        "team_id": 0,
        "creator_id": cast.bob.id,
        "updated_by": cast.bob.id,
        "created_at": now,
        "updated_at": now,
    }
    assert server.post(SCHEMA + "list", {}, cast.charlie.key).data == {"total": 1, "items": [found]}
    unknown = {"schema_id": "0" * 24}
    assert server.post(SCHEMA + "info", unknown, cast.bob.key).data is None


@pytest.mark.effect("/enrichment/mapping/schema/update", seen_by="/enrichment/mapping/schema/info")
@pytest.mark.effect("/enrichment/mapping/schema/delete", seen_by="/enrichment/mapping/schema/info")
def test_a_schema_is_changed_and_deleted_by_those_who_look_after_it(
    server: Server, cast: Cast, database: Database
) -> None:
    schema, other = make(server, cast.alice.key), make(server, cast.bob.key, schema_name="other")
    wanted = {"schema_id": schema}
    for path in ("schema/update", "schema/delete", "data/truncate"):
        answer = server.post(f"/enrichment/mapping/{path}", wanted, cast.bob.key)
        assert answer.code == "AccessDenied"
    team = make_team(database, cast, "Ops", cast.bob)
    change = {**wanted, "team_id": team, "schema_name": "machines"}
    assert server.post(SCHEMA + "update", change, cast.alice.key).data == {}
    taken = {**wanted, "schema_name": "other"}
    assert "other" in server.post(SCHEMA + "update", taken, cast.bob.key).message
    assert server.post(SCHEMA + "delete", {"schema_id": other}, cast.bob.key).data == {}
    refused = server.post("/team/delete", {"team_id": team}, cast.alice.key)
    assert refused.code == "ReferenceExist"
    server.restart()
    found = server.post(SCHEMA + "info", wanted, cast.bob.key).data
    assert (found["schema_name"], found["team_id"]) == ("machines", team)
    assert found["description"] == HOSTS["description"]
    assert server.post(SCHEMA + "info", {"schema_id": other}, cast.bob.key).data is None


@pytest.mark.parametrize(
    "fields",
    [
        {"schema_name": ""},
        {"schema_name": "x" * 40},
        {"source_labels": []},
        {"source_labels": ["a", "b", "c", "d"]},
        {"source_labels": ["A"]},
        {"source_labels": ["host", "host"]},
        {"result_labels": ["host"]},
        {"result_labels": [f"r{number}" for number in range(11)]},
        {"team_id": 5},
    ],
)
def test_a_schema_that_cannot_be_meant_is_refused(
    server: Server, cast: Cast, fields: dict[str, Any]
) -> None:
    answer = server.post(SCHEMA + "create", {**HOSTS, **fields}, cast.bob.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")


def test_an_account_has_twenty_schemas_at_most(server: Server, cast: Cast) -> None:
    for number in range(20):
        make(server, cast.bob.key, schema_name=f"s{number}")
    assert server.post(SCHEMA + "create", HOSTS, cast.bob.key).code == "BadRequest"


@pytest.mark.effect("/enrichment/mapping/data/upsert", seen_by="/enrichment/mapping/data/list")
@pytest.mark.effect("/enrichment/mapping/data/delete", seen_by="/enrichment/mapping/data/list")
@pytest.mark.effect("/enrichment/mapping/data/list", seen_by="/enrichment/mapping/data/list")
def test_rows_are_kept_by_their_source_labels(server: Server, cast: Cast) -> None:
    schema = make(server, cast.bob.key)
    wanted = {"schema_id": schema}
    docs = [{**doc("db1"), "floor": "2"}, doc("db2"), doc("db3")]
    first = server.post(DATA + "upsert", {**wanted, "docs": docs}, cast.bob.key).data["keys"]
    again = [doc("db2", "storage"), doc("db2", "search", zone="us")]
    second = server.post(DATA + "upsert", {**wanted, "docs": again}, cast.bob.key).data["keys"]
    assert second[0] == first[1]
    assert owners(server, cast.bob.key, schema)["db1"] == "ops"
    gone = {**wanted, "keys": [first[2], "unknown"]}
    assert server.post(DATA + "delete", gone, cast.bob.key).data == {}
    server.restart()
    found = server.post(DATA + "list", {**wanted, "asc": True}, cast.charlie.key).data
    assert found["total"] == 3
    by_key = {row["key"]: row["fields"] for row in found["items"]}
    assert by_key == {first[0]: doc("db1"), first[1]: again[0], second[1]: again[1]}
    query = {"host": "db2", "zone": "us"}
    one = server.post(DATA + "list", {**wanted, "query": query}, cast.bob.key).data
    assert [row["key"] for row in one["items"]] == [second[1]]
    assert one["total"] == 1
    partly = server.post(DATA + "list", {**wanted, "query": {"host": "db2"}}, cast.bob.key)
    assert "host, zone" in partly.message


def test_rows_are_paged_by_number_and_by_cursor(server: Server, cast: Cast) -> None:
    schema = make(server, cast.bob.key)
    for number in range(5):
        server.clock.advance(1)
        body = {"schema_id": schema, "docs": [doc(f"db{number}")]}
        server.post(DATA + "upsert", body, cast.bob.key)
    for ascending in (True, False):
        seen, cursor = [], ""
        while True:
            body = {"schema_id": schema, "limit": 2, "asc": ascending, "search_after_ctx": cursor}
            page = server.post(DATA + "list", body, cast.bob.key).data
            seen += [row["fields"]["host"] for row in page["items"]]
            cursor = page["search_after_ctx"]
            if not page["has_next_page"]:
                break
        hosts = [f"db{number}" for number in range(5)]
        assert seen == (hosts if ascending else hosts[::-1])
    body = {"schema_id": schema, "limit": 2, "p": 3, "asc": True}
    (last,) = server.post(DATA + "list", body, cast.bob.key).data["items"]
    assert last["fields"]["host"] == "db4"


@pytest.mark.parametrize(
    "docs",
    [[{"host": "db1", "owner": "x"}], [doc("x" * 2049)], [doc(f"d{n}") for n in range(1001)]],
)
def test_rows_that_do_not_fit_are_refused(
    server: Server, cast: Cast, docs: list[dict[str, str]]
) -> None:
    schema = make(server, cast.bob.key)
    answer = server.post(DATA + "upsert", {"schema_id": schema, "docs": docs}, cast.bob.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")


@pytest.mark.effect("/enrichment/mapping/data/upload", seen_by="/enrichment/mapping/data/list")
@pytest.mark.effect("/enrichment/mapping/data/truncate", seen_by="/enrichment/mapping/data/list")
@pytest.mark.effect(
    "/enrichment/mapping/data/download", seen_by="/enrichment/mapping/data/download"
)
def test_a_file_takes_the_rows_place_or_lies_on_top_of_them(server: Server, cast: Cast) -> None:
    schema = make(server, cast.bob.key)
    wanted = {"schema_id": schema}
    assert upload(server, cast.bob.key, schema, "zone,host,owner\neu,a,1\neu,b,1\n").data == {}
    text = '\ufeffhost,floor,owner,zone\r\n"b",,"2, or ""3""",eu\r\n\r\nc,,2,eu\r\n'
    keeping = upload(server, cast.bob.key, schema, text, do_not_truncate_first="TRUE")
    assert keeping.status == 200
    before = download(server, cast.bob.key, schema)
    server.restart()
    assert owners(server, cast.charlie.key, schema) == {"a": "1", "b": '2, or "3"', "c": "2"}
    assert download(server, cast.charlie.key, schema) == before
    lines = before.splitlines()
    assert lines[0] == "host,zone,owner"
    assert sorted(lines[1:]) == ["a,eu,1", 'b,eu,"2, or ""3"""', "c,eu,2"]
    upload(server, cast.bob.key, schema, before)
    assert owners(server, cast.charlie.key, schema) == {"a": "1", "b": '2, or "3"', "c": "2"}
    assert server.post(DATA + "truncate", wanted, cast.bob.key).data == {}
    server.restart()
    assert owners(server, cast.charlie.key, schema) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "label host"),
        ("host,zone\na,eu\n", "label owner"),
        ("host,zone,owner,host\n", "label host"),
        ("host,zone,owner\na,eu,1\na,eu\n", "line 3"),
        ("host,zone,owner\na,eu,1\nb,eu,1\na,eu,2\n", "line 4"),
        ("host,zone,owner\na,eu," + "x" * 2049, "owner"),
        ("host,zone,owner\na,eu," + "x" * 200_000, "line 2"),
        ("host,zone,owner\n" + "".join(f"h{n},eu,1\n" for n in range(10_001)), "10000"),
    ],
)
def test_a_file_with_a_mistake_changes_nothing(
    server: Server, cast: Cast, text: str, said: str, database: Database
) -> None:
    schema = make(server, cast.bob.key)
    upload(server, cast.bob.key, schema, "host,zone,owner\nold,eu,1\n")
    for query in ({}, {"do_not_truncate_first": "TRUE"}):
        answer = upload(server, cast.bob.key, schema, text, **query)
        assert answer.status == 400
        assert said in answer.message
        assert owners(server, cast.bob.key, schema) == {"old": "1"}
    swept(database)
    with database.read() as tx:
        assert len(tx.tuples(mapping_row.select())) == 1


def swept(database: Database) -> None:
    """Let the engine clear away what is nobody's any more."""
    for _ in range(200):
        with database.write() as tx:
            for sweep in handlers.SWEEPERS:
                sweep(tx, 500)
            if not tx.tuples(mapping_leftover.select()):
                return
    raise AssertionError("something is left")


def test_a_full_table_takes_no_row_more_and_a_deleted_one_leaves_none(
    server: Server, cast: Cast, database: Database
) -> None:
    schema = make(server, cast.bob.key)
    text = "host,zone,owner\n" + "".join(f"h{n},eu,1\n" for n in range(10_000))
    assert upload(server, cast.bob.key, schema, text).status == 200
    wanted = {"schema_id": schema}
    more = server.post(DATA + "upsert", {**wanted, "docs": [doc("new")]}, cast.bob.key)
    assert more.code == "BadRequest"
    known = server.post(DATA + "upsert", {**wanted, "docs": [doc("h1", "2")]}, cast.bob.key)
    assert known.status == 200
    over = upload(
        server, cast.bob.key, schema, "host,zone,owner\nnew,eu,1", do_not_truncate_first="TRUE"
    )
    assert over.code == "BadRequest"
    assert server.post(SCHEMA + "delete", wanted, cast.bob.key).status == 200
    swept(database)
    with database.read() as tx:
        assert tx.tuples(mapping_row.select()) == []


@pytest.mark.effect("/enrichment/mapping/api/create", seen_by="/enrichment/mapping/api/info")
@pytest.mark.effect("/enrichment/mapping/api/info", seen_by="/enrichment/mapping/api/info")
@pytest.mark.effect("/enrichment/mapping/api/list", seen_by="/enrichment/mapping/api/list")
def test_an_api_comes_back_and_its_secrets_only_to_those_who_manage(
    server: Server, cast: Cast
) -> None:
    body = {**CMDB, "headers": {"X-Env": "prod"}, "timeout": 3, "retry_count": 1}
    made = server.post(API + "create", body, cast.bob.key).data
    wanted = {"api_id": made["api_id"]}
    server.post(API + "info", wanted, cast.bob.key)
    server.post(API + "list", {}, cast.bob.key)
    server.restart()
    now = server.clock.now() // 1000
    found = server.post(API + "info", wanted, cast.bob.key).data
    assert found == {
        **body,
        **wanted,
        "description": "",
        "insecure_skip_verify": False,
        "status": "enabled",
        "team_id": 0,
        "creator_id": cast.bob.id,
        "updated_by": cast.bob.id,
        "created_at": now,
        "updated_at": now,
    }
    hidden = {**found, "url": "https://cmdb.example/lookup?***", "headers": {"X-Env": "***"}}
    assert server.post(API + "info", wanted, cast.charlie.key).data == hidden
    assert server.post(API + "list", {}, cast.charlie.key).data == {"total": 1, "items": [hidden]}
    assert server.post(API + "info", {"api_id": "0" * 24}, cast.bob.key).data is None
    start = {"start_time": now - 60, "end_time": now + 60}
    rows = server.post("/audit/search", start, cast.alice.key).data["docs"]
    (row,) = [row for row in rows if row["operation"] == "enrichment-mapping-api:write:create"]
    assert "prod" not in row["body"]
    assert "abc" not in row["body"]
    with server.database.read() as tx:
        kept = str(tx.tuples(text("SELECT * FROM mapping_api")))
    assert "cmdb.example" in kept
    assert "prod" not in kept
    assert "abc" not in kept


@pytest.mark.effect("/enrichment/mapping/api/update", seen_by="/enrichment/mapping/api/info")
@pytest.mark.effect("/enrichment/mapping/api/delete", seen_by="/enrichment/mapping/api/info")
def test_an_api_is_changed_and_deleted_by_those_who_look_after_it(
    server: Server, cast: Cast
) -> None:
    body = {**CMDB, "headers": {"X-Env": "prod"}}
    api = server.post(API + "create", body, cast.alice.key).data["api_id"]
    other = server.post(API + "create", {**CMDB, "api_name": "x"}, cast.bob.key).data["api_id"]
    for path in ("update", "delete"):
        assert server.post(API + path, {"api_id": api}, cast.bob.key).code == "AccessDenied"
    change = {"api_id": api, "headers": {}, "timeout": 1}
    assert server.post(API + "update", change, cast.alice.key).data == {}
    assert server.post(API + "delete", {"api_id": other}, cast.bob.key).data == {}
    server.restart()
    found = server.post(API + "info", {"api_id": api}, cast.bob.key).data
    assert (found["headers"], found["timeout"], found["url"]) == ({}, 1, CMDB["url"])
    assert server.post(API + "info", {"api_id": other}, cast.bob.key).data is None


@pytest.mark.parametrize(
    "fields",
    [
        {"api_name": ""},
        {"url": "ftp://cmdb.example/"},
        {"url": "https://a:b@cmdb.example/"},
        {"url": "https://cmdb.example/" + "x" * 500},
        {"timeout": 0},
        {"timeout": 4},
        {"retry_count": 2},
        {"headers": {"Authorization": "x"}},
        {"headers": {"X-API-Key": "x"}},
        {"headers": {"X-A": "x\r\ny"}},
        {"headers": {"X-A": "x" * 1025}},
        {"team_id": 5},
    ],
)
def test_an_api_that_could_not_be_asked_is_refused(
    server: Server, cast: Cast, fields: dict[str, Any]
) -> None:
    answer = server.post(API + "create", {**CMDB, **fields}, cast.bob.key)
    assert (answer.status, answer.code) == (400, "InvalidParameter")


def test_an_api_that_rules_ask_stays_and_names_are_unique(server: Server, cast: Cast) -> None:
    api = server.post(API + "create", CMDB, cast.bob.key).data["api_id"]
    assert "cmdb" in server.post(API + "create", CMDB, cast.bob.key).message
    sender = server.post("/datasource/upsert", {"plugin_id": 1}, cast.bob.key).data
    lookup = {"mapping_type": "api", "api_id": api, "result_labels": ["owner"]}
    rules = {
        "integration_id": sender["integration_id"],
        "rules": [{"kind": "mapping", "settings": lookup}],
    }
    assert server.post("/enrichment/upsert", rules, cast.bob.key).status == 200
    answer = server.post(API + "delete", {"api_id": api}, cast.bob.key)
    assert answer.code == "ReferenceExist"
    assert len(answer.body["data"]["refs"]) == 1
