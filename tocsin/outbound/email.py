"""Mail over SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain.mail_rule import OUR_HEADER
from tocsin.domain.retry import PATIENT
from tocsin.kernel.sealing import Seal
from tocsin.outbound.deadline import Deadline
from tocsin.outbound.sealed import Seals, opened
from tocsin.outbound.transport import SEND_SECONDS_MAX, Message, Receipt, SendFailed
from tocsin.outbound.trust import machine_trust

METHOD: Final = "email"
_STEP_SECONDS_MAX: Final = 5
MAY_REPEAT_HEADER: Final = "X-Tocsin-May-Repeat"
MAY_REPEAT_LINE: Final = "This message may be a repeat: an earlier copy may have reached you."


class SmtpSecurity(StrEnum):
    """How the connection to the mail relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class SmtpSettings(Struct, frozen=True):
    """The relay that mail goes out by. An empty `username` sends without logging in."""

    host: str
    port: int = 25
    security: SmtpSecurity = SmtpSecurity.NONE
    username: str = ""
    password: str = ""
    sender: str = "tocsin@localhost"
    sender_name: str = "Tocsin"


class Mail(Struct, frozen=True):
    """A mail delivery's payload; the target is the recipient's address.

    Mails of one `thread` (an incident's id, say) are shown together by mail programs. `sealed_text`
    takes the place of `text` where that is for the reader's eyes only.
    """

    subject: str
    text: str
    html: str = ""
    recipient_name: str = ""
    thread: str = ""
    sealed_text: str = ""


class EmailTransport:
    """Sends mail through one relay. `trust` replaces the system's certificate authorities."""

    retry = PATIENT
    senders = 4

    def __init__(
        self,
        settings: SmtpSettings,
        trust: ssl.SSLContext | None = None,
        seal: Seals = lambda: Seal(tuple),
    ) -> None:
        self._settings = settings
        self._seal = seal
        self._trust = trust

    def send(self, message: Message) -> Receipt:
        try:
            mail = compose(message, self._settings, self._seal)
        except ValueError as failure:
            raise SendFailed(f"not a mail that can be sent: {failure}", retryable=False) from None
        handing_over = False
        try:
            with self._relay() as relay:
                self._log_in(relay)
                handing_over = True
                return _hand_over(relay, mail, self._settings.sender, message.target)
        except smtplib.SMTPResponseException as failure:
            raise _refused(failure.smtp_code, failure.smtp_error) from None
        except (OSError, smtplib.SMTPException) as failure:
            raise self._failed(failure, handing_over) from None

    def probe(self) -> None:
        """Reach the relay and log in, sending nothing; SendFailed says what keeps it from that."""
        try:
            with self._relay() as relay:
                relay.ehlo_or_helo_if_needed()
                self._log_in(relay)
        except (OSError, smtplib.SMTPException) as failure:
            raise self._failed(failure, False) from None

    def _failed(self, failure: Exception, handing_over: bool) -> SendFailed:
        return SendFailed(
            f"the mail relay {self._settings.host}:{self._settings.port} failed: {failure}",
            retryable=True,
            may_have_arrived=handing_over,
        )

    @contextmanager
    def _relay(self) -> Iterator[smtplib.SMTP]:
        """A protected conversation with the relay, cut off when its time is up."""
        settings = self._settings
        deadline = Deadline(SEND_SECONDS_MAX)
        name = _domain(settings.sender)
        relay = (
            smtplib.SMTP_SSL(
                settings.host,
                settings.port,
                name,
                timeout=_STEP_SECONDS_MAX,
                context=self._trust or machine_trust(),
            )
            if settings.security is SmtpSecurity.IMPLICIT
            else smtplib.SMTP(settings.host, settings.port, name, timeout=_STEP_SECONDS_MAX)
        )
        try:
            with deadline.cutting(lambda: relay.sock):
                if settings.security is SmtpSecurity.STARTTLS:
                    relay.starttls(context=self._trust or machine_trust())
                yield relay
                with suppress(OSError, smtplib.SMTPException):
                    # A poor farewell takes nothing back.
                    relay.quit()
        finally:
            relay.close()

    def _log_in(self, relay: smtplib.SMTP) -> None:
        if not self._settings.username:
            return
        try:
            relay.login(self._settings.username, self._settings.password)
        except smtplib.SMTPResponseException as failure:
            # An operator can mend this; the mail waits for it.
            raise SendFailed(
                f"the mail relay refused the login: {_line(failure.smtp_code, failure.smtp_error)}",
                retryable=True,
            ) from None


def compose(message: Message, settings: SmtpSettings, seal: Seals) -> EmailMessage:
    """The mail as it goes out. Its Message-ID is the delivery's, over every try."""
    mail = msgspec.json.decode(message.payload, type=Mail)
    domain = _domain(settings.sender)
    composed = EmailMessage()
    composed["Subject"] = " ".join(mail.subject.split())
    composed["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    composed["To"] = Address(mail.recipient_name, addr_spec=message.target)
    composed["Message-ID"] = f"<{message.id}@{domain}>"
    composed["Auto-Submitted"] = "auto-generated"
    composed[OUR_HEADER] = "notification"
    if mail.thread:
        root = f"<thread.{mail.thread}@{domain}>"
        composed["In-Reply-To"] = root
        composed["References"] = root
    text, html = opened(seal, mail.sealed_text) if mail.sealed_text else mail.text, mail.html
    if message.may_repeat:
        composed[MAY_REPEAT_HEADER] = "yes"
        text = f"{MAY_REPEAT_LINE}\n\n{text}"
        html = f"<p>{MAY_REPEAT_LINE}</p>{html}" if html else ""
    composed.set_content(text)
    if html:
        composed.add_alternative(html, subtype="html")
    return composed


def _hand_over(relay: smtplib.SMTP, mail: EmailMessage, sender: str, recipient: str) -> Receipt:
    """Raises what smtplib raises, with a refused recipient as its own answer."""
    try:
        relay.send_message(mail, sender, [recipient])
    except smtplib.SMTPRecipientsRefused as failure:
        code, answer = next(iter(failure.recipients.values()))
        raise smtplib.SMTPResponseException(code, answer) from None
    return Receipt("accepted by the relay")


def _refused(code: int, answer: bytes | str) -> SendFailed:
    # 4xx is "not now", 5xx is "never" (RFC 5321 §4.2.1); below that the relay speaks no SMTP.
    return SendFailed(f"the mail relay refused: {_line(code, answer)}", retryable=code < 500)


def _line(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"


def _domain(address: str) -> str:
    return address.rpartition("@")[2] or "localhost"
