"""Mail by SMTP, sent by real clients: an alert, an incident, and everything that is turned away."""

import smtplib
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.edge.mailing import AUTHORITY, DOMAIN, Post, taking_mail
from tests.push import make_integration
from tests.server import Server
from tocsin.edge import mail_door, mail_session
from tocsin.edge.mail_session import Guests
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Doors know no database: one engine is enough for all of them."""
    return sqlite_database(tmp_path)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A server that takes mail, with a certificate."""
    return taking_mail(settings, tmp_path)


@pytest.fixture
def post(server: Server, database: Database, cast: Cast) -> Post:
    return Post(server, database, cast)


def test_a_mail_becomes_an_alert_and_an_incident(post: Post) -> None:
    post.send("Backup of db1 failed – żółw", "No space left\non /var\n")
    alert = post.alert()
    assert (alert["title"], alert["alert_severity"]) == ("Backup of db1 failed – żółw", "Warning")
    assert alert["description"] == "No space left\non /var"
    assert alert["labels"] == {
        "from": "backup@db1.example",
        "from_name": "Backup",
        "to": f"***@{DOMAIN}",
    }
    [incident] = post.listed("/incident/list")
    assert incident["title"] == alert["title"]


def test_every_mail_is_an_alert_but_the_same_one_is_one(post: Post) -> None:
    for _ in range(2):
        post.send("Full", "1", Message_ID="<a@db1>")
    post.send("Full", "2", Message_ID="<b@db1>")
    assert len(post.listed("/alert/list")) == 2


def test_html_becomes_text_and_attachments_are_left_out(post: Post) -> None:
    mail = post.mail("Report")
    mail.set_content(
        "<html><head><style>p{}</style></head><body><p>CPU &gt; 90&nbsp;%</p><p>on <b>db1</b>"
        "<script>alert(1)</script></p></body></html>",
        subtype="html",
    )
    mail.add_attachment(b"\0" * 100, maintype="application", subtype="pdf", filename="a.pdf")
    with post.client() as client:
        client.send_message(mail)
    alert = post.alert()
    assert alert["description"] == "CPU > 90 %\non db1"
    assert alert["labels"]["attachment_stripped"] == "true"


def test_a_long_text_is_cut(post: Post) -> None:
    post.send("Long", "0123456789\n" * 5000)
    alert = post.alert()
    assert len(alert["description"].encode()) == 32 * 1024
    assert alert["labels"]["body_cut"] == "true"


def test_mails_of_one_subject_are_one_alert(server: Server, database: Database, cast: Cast) -> None:
    post = Post(server, database, cast, mode="subject")
    post.send("Disk full", "91 %")
    post.send("Re: disk  FULL", "95 %")
    assert post.alert()["alert_key"] == "DISK FULL"
    assert post.alert()["event_cnt"] == 2


def test_rules_say_what_opens_and_closes(server: Server, database: Database, cast: Cast) -> None:
    post = Post(
        server,
        database,
        cast,
        mode="rules",
        triggers=[[{"key": "title", "oper": "IN", "vals": ["/DOWN/"]}]],
        closes=[[{"key": "title", "oper": "IN", "vals": ["/UP|OK/"]}]],
        key_pattern="host (?P<key>\\S+)",
        drop_unmatched=True,
    )
    post.send("Weekly report", "all fine")
    post.send("DOWN: host db1", "no ping")
    assert (post.alert()["alert_key"], post.alert()["alert_status"]) == ("db1", "Warning")
    post.send("UP: host db1 after 3 minutes", "ping")
    assert post.alert()["alert_status"] == "Ok"
    assert [one["progress"] for one in post.listed("/incident/list")] == ["Closed"]


def test_a_name_of_ones_own_is_an_address_too(
    server: Server, database: Database, cast: Cast
) -> None:
    post = Post(server, database, cast, prefix="backup-team")
    with post.client() as client:
        client.sendmail("a@b.example", f"Backup-Team@{DOMAIN.upper()}", "Subject: hello\r\n\r\nx")
    assert post.alert()["title"] == "hello"
    one = {"integration_id": post.integration_id}
    for who, shown in ((cast.bob, "backup-team"), (cast.charlie, "***")):
        settings = server.post("/datasource/desc", one, who.key).data["settings"]
        assert settings["mail"]["prefix"] == shown
    wish = {
        "plugin_type": "email",
        "name": "Other",
        "settings": {"mail": {"prefix": "backup-team"}},
    }
    refused = server.post("/datasource/upsert", wish, cast.bob.key)
    assert refused.message == "another integration takes mail to backup-team; choose another name"
    gone = {"integration_id": post.integration_id, "status": "deleted"}
    assert server.post("/datasource/upsert", gone, cast.bob.key).status == 200
    assert server.post("/datasource/upsert", wish, cast.bob.key).status == 200


@pytest.mark.parametrize(
    "address", ["nobody@alerts.example", "KEY@elsewhere.example", "KEY", "x" * 300 + "@y.example"]
)
def test_mail_to_an_unknown_address_is_refused_at_once(post: Post, address: str) -> None:
    key = post.address.partition("@")[0]
    with post.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        code, _ = client.rcpt(address.replace("KEY", key))
    assert code in (550, 553, 501)


def test_a_disabled_integration_takes_no_mail(post: Post) -> None:
    wish = {"integration_id": post.integration_id, "status": "disabled"}
    post.server.post("/datasource/upsert", wish, post.person.key)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="disabled"):
        post.send("hello")


def test_a_mail_that_is_too_large_is_refused(post: Post) -> None:
    with post.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(5 * 1024 * 1024)
        assert client.mail("a@b.example", [f"size={6 * 1024 * 1024}"])[0] == 552
        client.rset()
        client.mail("a@b.example")
        client.rcpt(post.address)
        assert client.data(b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" * 3_000_000)[0] == 552
    assert post.listed("/alert/list") == []


def test_lines_may_be_as_long_as_a_mail(post: Post) -> None:
    text = b"x" * 300_000
    with post.client() as client:
        client.sendmail("a@b.example", [post.address], b"Subject: minified\r\n\r\n" + text)
    assert post.alert()["title"] == "minified"


def test_a_line_without_end_is_cut_off(post: Post) -> None:
    with post.client() as client, suppress(ConnectionError, smtplib.SMTPException):
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt(post.address)
        client.docmd("DATA")
        assert client.sock is not None
        client.sock.settimeout(10)
        for _ in range(400):
            client.sock.sendall(b"x" * 64 * 1024)
        pytest.fail("26 MB without a line's end were taken")


def test_mail_is_encrypted_where_the_client_wants_it(post: Post) -> None:
    trust = ssl.create_default_context()
    AUTHORITY.configure_trust(trust)
    place = post.server.settings.mail_listener
    assert place is not None
    with smtplib.SMTP("localhost", place[1], timeout=20) as client:
        client.starttls(context=trust)
        client.send_message(post.mail("Sealed"))
    assert post.alert()["title"] == "Sealed"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "the mail is an automatic answer (auto-replied)"),
        ({"Precedence": "bulk"}, "the mail is sent to many (Precedence bulk)"),
        ({"X_Tocsin_Mail": "notification"}, "the mail is a notification of a Tocsin server"),
    ],
)
def test_a_mail_that_would_go_in_circles_is_refused_and_shown(
    post: Post, headers: dict[str, str], reason: str
) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        post.send("Out of office", **headers)
    assert refusal.value.smtp_code == 554
    assert post.reasons() == [reason]


def test_what_a_machine_writes_of_its_own_accord_is_taken(post: Post) -> None:
    post.send("Cron <root@db1> backup", Auto_Submitted="auto-generated", Precedence="bulk")
    assert post.alert()["title"] == "Cron <root@db1> backup"


def test_mail_goes_to_each_integration_it_names(
    server: Server, database: Database, cast: Cast
) -> None:
    one = Post(server, database, cast)
    made = make_integration(server, cast, plugin_type="email", channel_id=one.channel_id)
    other = f"{made['integration_key']}@{DOMAIN}"
    with one.client() as client:
        client.send_message(one.mail("Both"), to_addrs=[one.address, other])
    assert len(one.listed("/alert/list")) == 2


def test_too_many_recipients_are_told_to_come_later(post: Post) -> None:
    with post.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        codes = [client.rcpt(post.address)[0] for _ in range(mail_door.RECIPIENTS_MAX + 1)]
    assert codes == [250] * mail_door.RECIPIENTS_MAX + [452]


class TestWithoutRoom:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """The inbox holds nothing."""
        return replace(settings, inbox_entries_max=0)

    def test_the_sender_is_told_to_try_again(self, post: Post) -> None:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            post.send("hello")
        assert refusal.value.smtp_code == 451


def test_one_address_holds_so_many_connections(post: Post) -> None:
    place = post.server.settings.mail_listener
    assert place is not None
    open_ones = [smtplib.SMTP(*place) for _ in range(mail_session.CONNECTIONS_OF_ONE_MAX)]
    with pytest.raises(smtplib.SMTPConnectError) as refusal:
        smtplib.SMTP(*place)
    assert refusal.value.smtp_code == 421
    for each in open_ones:
        each.quit()
    post.send("There is room again")
    assert post.alert()["title"] == "There is room again"


def test_all_addresses_together_hold_so_many_connections() -> None:
    guests = Guests()
    for number in range(mail_session.CONNECTIONS_MAX):
        assert guests.enter(f"10.0.0.{number % 50}")
    assert not guests.enter("10.0.1.1")
    guests.leave("10.0.0.1")
    assert guests.enter("10.0.1.1")


def test_what_was_answered_is_there_after_a_restart(post: Post) -> None:
    post.send("Kept")
    post.server.restart()
    assert post.alert()["title"] == "Kept"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: =?utf-8?b?//8=?= =?nope?q?x?=\r\n\r\nx",
        b"Subject: a\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff\xfe",
        b"Subject: a\r\nContent-Type: multipart/mixed\r\n\r\nx",
        b"Subject: a\r\nContent-Type: text/html\r\n\r\n" + b"<" * 60_000,
        b"Subject: a\r\nContent-Type: text/html\r\n\r\n" + b"<script" * 8_000,
        b"Subject: a\r\nDate: nonsense\r\nFrom: <<<>>>\r\n\r\nx",
        b"Subject: a\r\n"
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
            for n in range(2000)
        ),
        b"Subject: \r\n\r\nfirst line\r\nsecond",
        b"X: y\r\n\r\n",
    ],
)
def test_an_odd_mail_is_an_alert_or_shown_as_unreadable(post: Post, raw: bytes) -> None:
    with post.client() as client:
        client.sendmail("a@b.example", post.address, raw)
    assert post.listed("/alert/list") or post.reasons() == ["the mail cannot be taken apart"]
