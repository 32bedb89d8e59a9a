"""Operations as commands, against a real server."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cli.conftest import Said, Terminal
from tests.server import Server
from tocsin import ops
from tocsin.cli.field import options_of
from tocsin.cli.request import parser_of
from tocsin.kernel.operation import OPERATIONS

ops.load()
Client = Callable[..., Said]


@pytest.fixture
def client(
    server: Server, cast: Cast, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> Client:
    monkeypatch.setenv("TOCSIN_URL", server.base)
    monkeypatch.setenv("TOCSIN_APP_KEY", cast.alice.key)
    return terminal


def test_a_list_is_a_table_and_json_on_demand(client: Client, cast: Cast) -> None:
    said = client("member", "list", "--limit", "2")
    assert said.code == 0
    head, *rows, count = said.out.splitlines()
    assert head.split()[:3] == ["MEMBER_ID", "MEMBER_NAME", "STATUS"]
    assert len(rows) == 2
    assert count.startswith("(2 of 3")
    assert '"total": 3' in client("member", "list", "--json").out


def test_a_thing_is_names_and_values(client: Client) -> None:
    assert "account_name" in client("account", "info").out
    made = client("team", "upsert", "--team-name", "Web").out
    assert made.splitlines()[1] == "team_name  Web"


def test_what_is_asked_by_its_address_is_a_command_too(client: Client) -> None:
    assert "Backup" in client("oncall", "roles").out


def test_lists_are_repeated_or_json_and_a_body_lies_beneath(
    client: Client, cast: Cast, tmp_path: Path
) -> None:
    bob, charlie = str(cast.bob.id), str(cast.charlie.id)
    words = ("team", "upsert", "--team-name", "Web", "--reset-if-name-exist")
    client(*words, "--person-ids", bob, "--person-ids", charlie)
    assert sorted(map(str, team_members(client))) == sorted([bob, charlie])
    client(*words, "--person-ids", f"[{bob}]", "--person-ids", charlie)
    assert len(team_members(client)) == 2
    file = tmp_path / "team.json"
    file.write_text(f'{{"team_name": "No", "person_ids": [{bob}]}}')
    client(*words, "--body", f"@{file}")
    assert list(map(str, team_members(client))) == [bob]


def team_members(client: Client) -> list[int]:
    found = client("team", "info", "--team-name", "Web", "--json").out
    return list(json.loads(found)["person_ids"])


def test_a_refusal_shows_code_message_and_request_id(client: Client) -> None:
    said = client("team", "info", "--team-id", "12")
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("ResourceNotFound: ")
    assert "request id 0" in said.err


def test_a_wrong_key_and_a_silent_server_are_told_without_the_key(
    client: Client, terminal: Terminal
) -> None:
    said = client("team", "list", "--key", "secret-key")
    assert said.err.startswith("Unauthorized: ")
    said = client("team", "list", "--url", "http://127.0.0.1:1", "--key", "secret-key")
    assert said.code == 1
    assert "http://127.0.0.1:1 cannot be reached" in said.err
    assert "secret-key" not in said.err
    said = client("team", "list", "--url", "nonsense://x", "--key", "secret-key")
    assert said.code == 1
    assert "secret-key" not in said.err


def test_without_a_key_it_says_where_to_get_one(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_APP_KEY", raising=False)
    said = terminal("member", "list")
    assert said.code == 2
    assert "tocsin key create" in said.err


def test_wrong_words_name_the_nearest(client: Client) -> None:
    assert "Did you mean member list?" in client("member", "lst").err
    assert "Did you mean --limit?" in client("member", "list", "--limt", "3").err
    assert "--limit must be a whole number, not 'x'" in client("member", "list", "--limit", "x").err
    assert "--issue-id must be given" in client("rum", "issue", "update").err
    assert "Did you mean member?" in client("membr").err


def test_a_noun_alone_lists_its_operations(terminal: Terminal) -> None:
    said = terminal("team")
    assert said.code == 0
    assert "tocsin team upsert" in said.out
    assert "--help" in said.out


@pytest.mark.parametrize("path", sorted(OPERATIONS))
def test_every_operation_has_a_help_page(path: str) -> None:
    operation = OPERATIONS[path]
    page = parser_of(operation, options_of(operation.request)).format_help()
    assert operation.summary in " ".join(page.split())
    assert "Permission: " in page
    assert f"tocsin {path.strip('/').replace('/', ' ')}" in page
