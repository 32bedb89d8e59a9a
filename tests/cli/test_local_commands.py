"""What an operator does on the server's own machine, with its database and without a key."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from tests.cli.conftest import Said, Terminal
from tocsin.cli.console import console
from tocsin.cli.opening import open_database
from tocsin.domain.app_key import KeyKind
from tocsin.engine import session
from tocsin.engine.authentication import by_key
from tocsin.engine.session import Opened, SignIn
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import RequestVerifyRequired, Unauthorized
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database
from tocsin.store.tables.platform import audit


@pytest.fixture
def database(installed: Settings) -> Iterator[Database]:
    opened = open_database(installed)
    yield opened
    opened.close()


def caller(database: Database, secret: str, kind: KeyKind = KeyKind.APP) -> Caller:
    with database.read() as tx:
        return by_key(tx, secret.strip(), "", kind)


def sign_in(database: Database, email: str, password: str, new: str = "") -> Opened:
    return session.sign_in(database, SignIn(email, password, new))


def one_time_password(said: Said) -> str:
    found = re.search(r"^  password +(\S+)", said.out, re.MULTILINE)
    assert found, said
    return found[1]


def test_a_created_key_opens_and_a_revoked_one_does_not(here: Terminal, database: Database) -> None:
    made = here("key", "create", "--name", "ci")
    assert re.fullmatch(r"\w{35}\n", made.out), "nothing but the key, so that a script can take it"
    assert caller(database, made.out).is_admin
    listed = here("key", "list").out
    assert made.out.strip() not in listed
    [line] = [line for line in listed.splitlines() if " ci " in line]
    assert here("key", "revoke", line.split()[0]).code == 0
    with pytest.raises(Unauthorized):
        caller(database, made.out)


def test_a_key_for_somebody_has_their_rights(here: Terminal, database: Database) -> None:
    here("member", "create", "--email", "charlie@acme.example", "--role", "viewer")
    made = here("key", "create", "--member", "charlie@acme.example", "--truewatch")
    assert re.fullmatch(r"\w{32}\n", made.out)
    found = caller(database, made.out, KeyKind.TRUEWATCH)
    assert found.member_name == "charlie"
    assert not found.is_admin
    assert here("key", "create", "--member", "nobody@acme.example").code == 1


def test_expiry_is_a_span_or_a_day(here: Terminal) -> None:
    here("key", "create", "--name", "dated", "--expires", "2099-01-31")
    assert "2099-01-31 00:00" in here("key", "list").out
    assert here("key", "create", "--name", "spanned", "--expires", "90d").code == 0
    assert "must lie in the future" in here("key", "create", "--expires", "2020-01-31").err
    refused = here("key", "create", "--expires", "soon")
    assert refused.code == 2
    assert "90d, 12h or 2027-01-31" in refused.err


def test_a_new_member_signs_in_once_with_the_password_shown(
    here: Terminal, database: Database
) -> None:
    said = here("member", "create", "--email", "bob@acme.example", "--name", "Bob")
    assert said.out.startswith("Made Bob, id ")
    password, own = one_time_password(said), "a password of my own"
    with pytest.raises(RequestVerifyRequired):
        sign_in(database, "bob@acme.example", password)
    assert sign_in(database, "bob@acme.example", password, own).secret
    assert sign_in(database, "bob@acme.example", own).secret
    renewed = one_time_password(here("member", "password", "bob@acme.example"))
    with pytest.raises(Unauthorized):
        sign_in(database, "bob@acme.example", own)
    assert sign_in(database, "bob@acme.example", renewed, own).secret


def test_whoever_has_the_machine_can_let_a_member_in(here: Terminal) -> None:
    here("member", "create", "--email", "bob@acme.example")
    said = here("member", "link", "bob@acme.example")
    assert re.fullmatch(r"http://\S+/welcome#[0-9a-f]{64}\n", said.out)
    assert "/setup#" in here("member", "link", "alice@acme.example").out


def test_a_role_that_does_not_exist_names_the_nearest(here: Terminal) -> None:
    said = here("member", "create", "--email", "bob@acme.example", "--role", "Respond")
    assert said.code == 2
    assert "Did you mean Responder?" in said.err
    assert here("member", "password", "bob@acme.example").code == 1, "nobody was made"


def test_what_is_done_here_stands_in_the_audit_log(here: Terminal, database: Database) -> None:
    here("key", "create", "--name", "ci")
    here("member", "create", "--email", "bob@acme.example")
    with database.read() as tx:
        assert tx.values(select(audit.c.operation).order_by(audit.c.created_at)) == [
            "person-app-key:write:create",
            "member:write:invite",
        ]


def test_a_folder_without_a_server_is_told_and_left_alone(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal("key", "list", "--data-dir", str(tmp_path / "none"))
    assert said.code == 1
    assert "There is no Tocsin in the folder" in said.err
    assert not (tmp_path / "none").exists()


def test_migrate_says_what_it_does(terminal: Terminal, tmp_path: Path) -> None:
    words = ("migrate", "--data-dir", str(tmp_path / "data"))
    assert "The database is ready." in terminal(*words).out
    assert terminal(*words).out == "The database is at this version already.\n"


def test_applications_show_what_sdks_are_configured_with(
    here: Terminal, installed: Settings
) -> None:
    with console(installed) as owner:
        team = owner.call("/team/upsert", team_name="Web")
        made = owner.call(
            "/rum/application/create",
            application_name="checkout",
            type="browser",
            team_id=team.team_id,
        )
    public = ("--public-url", "https://tocsin.acme.example")
    listed = here("application", "list", *public).out
    dsn = re.search(r"https://[0-9a-f]{32}@tocsin\.acme\.example/\d+", listed)
    assert dsn, listed
    shown = here("application", "show", "checkout", *public).out
    assert dsn[0] in shown
    assert made.client_token in shown
    assert made.application_id in shown
    assert "Did you mean checkout?" in here("application", "show", "chekout").err


def test_a_database_of_a_newer_version_is_left_alone(here: Terminal, database: Database) -> None:
    with database.write() as tx:
        tx.run(text("UPDATE alembic_version SET version_num = '9999'"))
    for words in (("migrate",), ("key", "list"), ("engine",)):
        said = here(*words)
        assert said.code == 1
        assert "at migration 9999, which this version does not know" in said.err
