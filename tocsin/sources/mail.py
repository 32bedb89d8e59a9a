"""Mails, by SMTP where the server takes mail, or whole as the body of a request, as a mail system
can pipe them. The subject is the title, the body the description, every one a Warning unless
`settings.status_rules` say otherwise. Answers of machines and our own mails are not taken."""

import hashlib
import re
from collections.abc import Mapping
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

from msgspec.structs import replace

from tocsin.domain import mail_rule
from tocsin.domain.integration import Integration
from tocsin.domain.mail_rule import OUR_HEADER, MailSettings
from tocsin.domain.plugin import EMAIL
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources import payload
from tocsin.sources.answer import accepted, address_or_header_key, refused
from tocsin.sources.door import Door, Kept, Knock, Report
from tocsin.sources.mail_text import header, parsed, parts
from tocsin.sources.source import Unreadable, happened_at, text

SIZE_MAX: Final = 5 * 1024 * 1024
HOPS_MAX: Final = 30
HEAD_MAX: Final = 256 * 1024
_DEFAULT: Final = MailSettings()
_FIELD: Final = re.compile(rb"^[A-Za-z][A-Za-z0-9-]*[ \t]*:")
_MACHINE_SPEAKS: Final = ("", "no", "auto-generated")
_MASS: Final = ("bulk", "junk", "list", "auto_reply")


def check(raw: bytes) -> None:
    """Raise InvalidParameter for what is no mail, or goes round in circles.

    What a machine wrote of its own accord (`auto-generated`) is what monitoring systems send; what
    it wrote as an answer, or sends to everybody, is not.
    """
    if not _FIELD.match(raw):
        raise InvalidParameter("the body is no mail; it must begin with a header")
    mail = parsed(raw[: _head_size(raw)])
    spoken = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if spoken not in _MACHINE_SPEAKS:
        raise InvalidParameter("the mail is an automatic answer ({value})", value=spoken)
    precedence = header(mail, "Precedence").lower()
    if precedence in _MASS and spoken != "auto-generated":
        raise InvalidParameter("the mail is sent to many (Precedence {value})", value=precedence)
    if header(mail, OUR_HEADER):
        raise InvalidParameter("the mail is a notification of a Tocsin server")
    if len(mail.get_all("Received", [])) > HOPS_MAX:
        raise InvalidParameter(
            "the mail went through more than {maximum} servers; it goes round in circles",
            maximum=HOPS_MAX,
        )


def _head_size(raw: bytes) -> int:
    ends = [found for mark in (b"\r\n\r\n", b"\n\n") if (found := raw.find(mark, 0, HEAD_MAX)) > 0]
    return min(ends, default=HEAD_MAX)


def _check(knock: Knock, integration: Integration) -> dict[str, str]:
    check(knock.body)
    return {}


def _read(kept: Kept, integration: Integration) -> list[Report]:
    try:
        mail = parsed(kept.body)
        body = parts(mail)
    except (Unreadable, RecursionError):
        raise InvalidParameter("the mail cannot be taken apart") from None
    subject = header(mail, "Subject")
    labels = payload.labels(
        _addresses(mail, kept.meta),
        {
            "body_cut": "true" if body.is_cut else "",
            "attachment_stripped": "true" if body.has_attachment else "",
        },
    )
    found = mail_rule.meaning(integration.settings.mail or _DEFAULT, subject, body.text, labels)
    if found is None:
        return []
    message_id = header(mail, "Message-ID") or hashlib.sha256(kept.body).hexdigest()
    event = payload.event(
        payload.key(found.alert_key or message_id),
        found.status,
        subject or body.text.partition("\n")[0],
        _sent_at(mail, kept.received_at),
        labels=labels,
        message_id=payload.key(message_id),
    )
    return [replace(event, description=body.text)]


def _addresses(mail: Message, meta: Mapping[str, str]) -> dict[str, str]:
    name, address = parseaddr(header(mail, "From"))
    return {
        "from": text(address or meta.get("from", "")),
        "from_name": text(name),
        "to": text(meta.get("to", "") or parseaddr(header(mail, "To"))[1]),
    }


def _sent_at(mail: Message, received_at: int) -> int:
    try:
        stamp = int(parsedate_to_datetime(header(mail, "Date")).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        stamp = 0
    return happened_at(stamp, 0, received_at)


DOORS: Final = (
    Door(
        plugin=EMAIL,
        path="/event/push/alert/email",
        key=address_or_header_key,
        check=_check,
        read=_read,
        accepted=accepted,
        refused=refused,
        body_bytes_max=SIZE_MAX,
    ),
)
"""The one door; mail by SMTP is kept as if it had come through it."""
