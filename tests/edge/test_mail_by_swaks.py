"""swaks, as an administrator tries a mail server with it, at the mail door."""

import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.edge.mailing import DOMAIN, Post, taking_mail
from tests.server import Server
from tests.tools import need
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database

pytestmark = pytest.mark.slow
DOWN = [[{"key": "title", "oper": "IN", "vals": ["/DOWN/"]}]]
UP = [[{"key": "title", "oper": "IN", "vals": ["/UP/"]}]]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Doors know no database: one engine is enough for all of them."""
    return sqlite_database(tmp_path)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return taking_mail(settings, tmp_path)


@pytest.fixture
def post(server: Server, database: Database, cast: Cast) -> Post:
    return Post(
        server,
        database,
        cast,
        mode="rules",
        triggers=DOWN,
        closes=UP,
        key_pattern="host (?P<key>\\S+)",
    )


def swaks(post: Post, *words: str, to: str = "") -> "subprocess.CompletedProcess[str]":
    """One mail, and all that was said about it."""
    need("swaks")
    place = post.server.settings.mail_listener
    assert place is not None
    command = ["swaks", "--server", place[0], "--port", str(place[1])]
    command += ["--from", "root@db1.example", "--to", to or post.address, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def subject(text: str) -> tuple[str, str]:
    return "--header", f"Subject: {text}"


def progress(post: Post) -> list[str]:
    return [one["progress"] for one in post.listed("/incident/list")]


@pytest.mark.door("/event/push/alert/email", "fire", "resolve", sender="swaks, by SMTP over TLS")
def test_a_mail_over_tls_opens_an_incident_and_another_closes_it(post: Post) -> None:
    done = swaks(post, "--tls", *subject("DOWN: host db1"), "--body", "91 %")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (post.alert()["title"], post.alert()["description"]) == ("DOWN: host db1", "91 %")
    assert progress(post) == ["Triggered"]
    assert swaks(post, "--tls", *subject("UP: host db1")).returncode == 0
    assert progress(post) == ["Closed"]


def test_an_unknown_address_is_refused_before_the_mail_is_sent(post: Post) -> None:
    done = swaks(post, to=f"nobody@{DOMAIN}")
    assert "550 5.1.1 no such address here" in done.stdout
    assert "DATA" not in done.stdout


def test_a_mail_that_is_too_large_is_refused(post: Post, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_text("Subject: big\n\n" + ("x" * 70 + "\n") * 80_000)
    done = swaks(post, "--data", f"@{large}")
    assert " 552 " in done.stdout, done.stdout[-500:]
    assert post.listed("/alert/list") == []


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("X-Tocsin-Mail: notification", "the mail is a notification of a Tocsin server"),
        ("Auto-Submitted: auto-replied", "the mail is an automatic answer (auto-replied)"),
    ],
)
def test_a_mail_that_goes_in_circles_is_refused_and_shown(
    post: Post, header: str, reason: str
) -> None:
    done = swaks(post, *subject("DOWN: host db1"), "--header", header)
    assert f"554 5.7.1 refused: {reason}" in done.stdout
    assert post.reasons() == [reason]


class TestWithoutRoom:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """The inbox holds nothing."""
        return replace(settings, inbox_entries_max=0)

    def test_the_sender_is_told_to_try_again(self, post: Post) -> None:
        assert "451 4.3.0" in swaks(post, *subject("DOWN: host db1")).stdout
