"""What `tocsin doctor` finds, and what it says to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.cli.conftest import Said, Terminal
from tests.outbound.servers import Mailbox, mail_server
from tocsin.cli.opening import open_database
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import SECOND
from tocsin.store import engine_beat


def line(said: Said, subject: str) -> str:
    [found] = [each for each in said.out.splitlines() if each[6:].startswith(f"{subject} ")]
    return found


def step(said: Said, subject: str) -> str:
    lines = said.out.splitlines()
    return lines[lines.index(line(said, subject)) + 1].strip()


def test_a_server_in_good_health(here: Terminal, installed: Settings) -> None:
    database = open_database(installed)
    with database.write() as tx:
        engine_beat.beat(tx, "engine", tx.now)
    database.close()
    said = here("doctor")
    for subject in ("python", "data folder", "address", "migrations", "engine"):
        assert line(said, subject).startswith("ok "), said.out
    assert line(said, "mail").startswith("warn")
    if installed.is_postgresql:
        # The tests' own PostgreSQL is fast and careless.
        assert "fsync" in said.out
        assert line(said, "clock").startswith("ok ")
        assert said.code == 1
    else:
        assert line(said, "durability").startswith("ok ")
        assert said.code == 0


def test_without_an_engine_it_says_how_to_start_one(here: Terminal) -> None:
    said = here("doctor")
    assert line(said, "engine").startswith("warn")
    assert "tocsin engine" in step(said, "engine")


def test_on_an_empty_machine_it_makes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("doctor", "--data-dir", str(tmp_path / "none"))
    assert said.code == 0
    assert "none yet; `tocsin serve` will make it" in line(said, "database")
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_comes_with_the_next_step(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    said = terminal(
        *("doctor", "--data-dir", str(folder), "--host", "0.0.0.0"),
        *("--database-url", "postgresql://somebody:hunter2@127.0.0.1:1/x"),
        *("--smtp-host", "127.0.0.1", "--smtp-port", "1", "--disk-free-mb-min", "999999999"),
    )
    assert said.code == 1
    assert step(said, "data folder") == f"-> chmod 700 {folder}"
    for subject in ("disk", "address", "mail", "database"):
        assert line(said, subject).startswith("fail"), said.out
        assert step(said, subject).startswith("-> ")
    assert "hunter2" not in said.out + said.err


def test_an_address_that_leads_nowhere_asks_for_a_public_one(
    terminal: Terminal, tmp_path: Path
) -> None:
    words = ("doctor", "--data-dir", str(tmp_path), "--host", "0.0.0.0", "--tls-self-signed")
    said = terminal(*words)
    assert line(said, "address").startswith("warn")
    assert "--public-url" in step(said, "address")
    said = terminal(*words, "--public-url", "https://tocsin.acme.example")
    assert line(said, "address").startswith("ok ")


def test_a_database_behind_this_version_names_migrate(terminal: Terminal, tmp_path: Path) -> None:
    open_database(Settings(data_dir=str(tmp_path))).close()
    said = terminal("doctor", "--data-dir", str(tmp_path))
    assert said.code == 1
    assert step(said, "migrations") == "-> run `tocsin migrate`"


def test_a_mail_server_is_asked_in(terminal: Terminal, tmp_path: Path) -> None:
    mailbox = Mailbox()
    words = ("doctor", "--data-dir", str(tmp_path), "--smtp-host", "127.0.0.1")
    with mail_server(mailbox) as port:
        said = terminal(*words, "--smtp-port", str(port))
        assert line(said, "mail").startswith("ok ")
        login = ("--smtp-username", "tocsin", "--smtp-password")
        said = terminal(*words, "--smtp-port", str(port), *login, "right")
        assert line(said, "mail").startswith("ok ")
        said = terminal(*words, "--smtp-port", str(port), *login, "wrong-secret")
        assert line(said, "mail").startswith("fail")
        assert "wrong-secret" not in said.out
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("days", "level"), [(100, "ok "), (5, "warn"), (-1, "fail")], ids=["good", "ending", "expired"]
)
def test_a_certificate_is_read_for_its_end(
    days: int, level: str, terminal: Terminal, tmp_path: Path
) -> None:
    end = datetime.fromtimestamp(SystemClock().now() / SECOND, UTC) + timedelta(days=days)
    made = trustme.CA().issue_cert("tocsin.acme.example", not_after=end)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    made.cert_chain_pems[0].write_to_path(str(chain))
    made.private_key_pem.write_to_path(str(key))
    words = ("doctor", "--data-dir", str(tmp_path / "data"))
    said = terminal(*words, "--tls-cert", str(chain), "--tls-key", str(key))
    assert line(said, "certificate").startswith(level)
    said = terminal(*words, "--tls-cert", str(chain), "--tls-key", str(chain))
    assert line(said, "certificate").startswith("fail")


def test_it_asks_who_would_hear_that_the_server_is_dead(terminal: Terminal, tmp_path: Path) -> None:
    for words, level in (
        ((), "warn"),
        (("--heartbeat-url", "https://hc.example/x"), "ok "),
        (("--watch-secret", "w" * 32), "ok "),
        (("--watch-secret", "short"), "fail"),
    ):
        said = terminal("doctor", "--data-dir", str(tmp_path), *words)
        assert line(said, "watchman").startswith(level)
