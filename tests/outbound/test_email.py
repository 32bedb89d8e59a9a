import socket
import ssl

import msgspec
import pytest
from msgspec.structs import replace

from tests.outbound.servers import Certificates, Mailbox, mail_server
from tocsin.outbound.email import EmailTransport, Mail, SmtpSecurity, SmtpSettings
from tocsin.outbound.transport import Message, SendFailed

MAIL = Mail("Disk full · db1", "It is full.", "<p>It is full.</p>", "Bob Ümlaut", "inc1")
MESSAGE = Message("d1", "bob@example.com", msgspec.json.encode(MAIL))
PLAIN = SmtpSettings("localhost", 0, SmtpSecurity.NONE, sender="tocsin@ops.example.com")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def send(mailbox: Mailbox, message: Message = MESSAGE, settings: SmtpSettings = PLAIN) -> None:
    with mail_server(mailbox) as port:
        EmailTransport(replace(settings, port=port)).send(message)


def test_a_mail_arrives_as_text_and_html(mailbox: Mailbox) -> None:
    send(mailbox)
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Disk full · db1"
    assert mail["From"] == "Tocsin <tocsin@ops.example.com>"
    assert mail["To"] == "Bob Ümlaut <bob@example.com>"
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert "X-Tocsin-May-Repeat" not in mail


def test_every_try_carries_the_same_id_and_a_repeat_its_mark(mailbox: Mailbox) -> None:
    send(mailbox)
    send(mailbox, replace(MESSAGE, may_repeat=True))
    first, again = mailbox.mails
    assert first["Message-ID"] == again["Message-ID"] == "<d1@ops.example.com>"
    assert again["X-Tocsin-May-Repeat"] == "yes"
    for part in again.walk():
        if not part.is_multipart():
            assert "may be a repeat" in str(part.get_payload())


def test_mails_of_one_incident_are_one_thread(mailbox: Mailbox) -> None:
    send(mailbox)
    send(mailbox, replace(MESSAGE, id="d2"))
    first, second = mailbox.mails
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]


def test_a_line_break_in_a_title_cannot_add_a_header(mailbox: Mailbox) -> None:
    nasty = msgspec.json.encode(replace(MAIL, subject="Down\r\nBcc: eve@example.com"))
    send(mailbox, replace(MESSAGE, payload=nasty))
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Down Bcc: eve@example.com"


@pytest.mark.parametrize("implicit", [False, True])
def test_mail_travels_under_tls_after_a_login(mailbox: Mailbox, implicit: bool) -> None:
    certificates = Certificates("localhost")
    security = SmtpSecurity.IMPLICIT if implicit else SmtpSecurity.STARTTLS
    with mail_server(mailbox, certificates.server, implicit=implicit) as port:
        settings = replace(PLAIN, port=port, security=security, username="relay", password="right")
        EmailTransport(settings, certificates.client).send(MESSAGE)
        with pytest.raises(SendFailed, match="certificate"):
            EmailTransport(settings, ssl.create_default_context()).send(MESSAGE)
    assert mailbox.logins == ["relay"]
    assert len(mailbox.mails) == 1


def test_a_refused_login_waits_for_the_operator(mailbox: Mailbox) -> None:
    with pytest.raises(SendFailed, match="login") as failure:
        send(mailbox, settings=replace(PLAIN, username="relay", password="wrong"))
    assert failure.value.retryable


def test_not_now_is_tried_again_and_never_is_not(mailbox: Mailbox) -> None:
    mailbox.answer = "451 not now"
    with pytest.raises(SendFailed, match="451 not now") as failure:
        send(mailbox)
    assert failure.value.retryable
    mailbox.answer, mailbox.to = "250 kept", "550 nobody here"
    with pytest.raises(SendFailed, match="550 nobody here") as failure:
        send(mailbox)
    assert not failure.value.retryable


def test_an_address_that_is_none_is_refused_for_good(mailbox: Mailbox) -> None:
    with pytest.raises(SendFailed) as failure:
        send(mailbox, replace(MESSAGE, target="not an address"))
    assert not failure.value.retryable


def test_a_relay_that_is_down_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SendFailed) as failure:
        EmailTransport(replace(PLAIN, port=port)).send(MESSAGE)
    assert failure.value.retryable
    assert not failure.value.may_have_arrived
