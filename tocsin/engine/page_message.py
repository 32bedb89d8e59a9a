"""A page as one message: its words, and how they are handed to what carries them."""

from functools import partial
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.contact import BY_APP, Address, Contact, Service
from tocsin.domain.contact import label as label_of
from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import IncidentView, view
from tocsin.domain.member import Member
from tocsin.domain.message.data import Subject
from tocsin.domain.message.rendering import message
from tocsin.domain.message.template import PRESET_IDS, Style, Template
from tocsin.domain.notification import write
from tocsin.domain.page import Step
from tocsin.engine import chat_app, incident_names, push_key
from tocsin.outbound import email, post
from tocsin.outbound.email import Mail
from tocsin.outbound.post import Post
from tocsin.outbound.sealed import closed
from tocsin.store import alert as alerts
from tocsin.store import delivery
from tocsin.store import template as templates
from tocsin.store.database import Tx

ALERTS_MAX: Final = 100
STYLES: Final = {
    Service.EMAIL: Style.EMAIL,
    Service.SMS: Style.SMS,
    Service.VOICE: Style.VOICE,
    Service.NTFY: Style.SMS,
    Service.GOTIFY: Style.SMS,
    Service.UNIFIED_PUSH: Style.SMS,
    Service.WEB_PUSH: Style.SMS,
    Service.SLACK: Style.SLACK,
    Service.TEAMS: Style.TEAMS_APP,
    Service.FEISHU: Style.FEISHU,
    Service.DINGTALK: Style.DINGTALK,
    Service.WECOM: Style.WECOM,
    Service.TELEGRAM: Style.TELEGRAM,
    Service.ZOOM: Style.ZOOM,
    Service.APPRISE: Style.ZOOM,
    Service.SLACK_APP: Style.SLACK_APP,
    Service.FEISHU_APP: Style.FEISHU_APP,
}


class Owed(Struct, frozen=True):
    """A message on its way; `note` says why it has other words than were asked for, if so."""

    delivery_id: str
    note: str = ""


def subject_of(tx: Tx, incident: Incident, step: Step, times: int = 1) -> Subject:
    """The incident as messages tell of it."""
    names = incident_names.load(tx, incident.account_id, [incident])
    load = partial(
        alerts.of_incident, tx, incident.account_id, incident.incident_id, limit=ALERTS_MAX
    )
    return Subject(incident, view(incident, names, IncidentView), step, times, load)


def owe_mail(tx: Tx, subject: Subject, address: str, name: str, attempt_id: str = "") -> Owed:
    """Mail somebody of an incident; with an attempt, so that they can acknowledge it."""
    incident, step = subject.incident, subject.step
    link = ack_link(tx, attempt_id)
    written = message(Style.EMAIL, _template(tx, subject), subject, tx.now)
    letter = write(subject.view, step.cause, link)
    html = f'{written.text}<p><a href="{link}">Acknowledge</a></p>' if link else written.text
    mail = Mail(letter.subject, letter.text, html, name, incident.incident_id)
    payload = msgspec.json.encode(mail)
    made = delivery.owe(
        tx, incident.account_id, email.METHOD, address, payload, incident.incident_id
    )
    return Owed(made, written.fallback)


def owe_post(
    tx: Tx, subject: Subject, service: Service, address: Address, label: str, attempt_id: str = ""
) -> Owed:
    """Hand an incident to what carries posts."""
    written = message(STYLES[service], _template(tx, subject), subject, tx.now)
    seen, incident = subject.view, subject.incident
    link = ack_link(tx, attempt_id)
    text = written.text
    if service is Service.VOICE:
        link = key_link(tx, attempt_id)
    elif service is Service.SMS and link:
        text = f"{text}\n{link}"
    told = Post(
        title=f"[{seen.incident_severity}] #{seen.num} {seen.title}"[:200],
        text=text,
        severity=str(seen.incident_severity),
        url=seen.detail_url,
        ack_url=link,
        sealed=post.sealed(tx.site.seal, address),
        incident_id=incident.incident_id,
    )
    payload = msgspec.json.encode(told)
    made = delivery.owe(tx, incident.account_id, str(service), label, payload, incident.incident_id)
    return Owed(made, written.fallback)


def owe_plain(
    tx: Tx,
    person: Member,
    contact: Contact | None,
    title: str,
    text: str,
    ref: str,
    *,
    secret: bool = False,
) -> str:
    """Tell a person something that is in no template; without a contact, by their own mail. What
    is `secret` lies sealed until it is sent."""
    account_id = person.account_id
    address = opened(tx, contact) if contact else Address(person.email)
    hidden = closed(tx.site.seal, text) if secret else ""
    text = "" if secret else text
    if contact is None or contact.service is Service.EMAIL:
        payload = msgspec.json.encode(Mail(title, text, "", person.name, sealed_text=hidden))
        return delivery.owe(tx, account_id, email.METHOD, address.target, payload, ref)
    made = tx.ids.object_id()
    told = Post(
        title,
        text,
        "Info",
        ack_url=say_link(tx, made) if contact.service is Service.VOICE else "",
        sealed=post.sealed(tx.site.seal, address),
        sealed_text=hidden,
    )
    payload, method = msgspec.json.encode(told), str(contact.service)
    return delivery.owe(tx, account_id, method, contact.label, payload, ref, delivery_id=made)


def owe_chat(
    tx: Tx, account_id: int, service: Service, address: Address, title: str, text: str, ref: str
) -> str:
    """Tell a chat something that is in no template."""
    told = Post(title, text, "Info", sealed=post.sealed(tx.site.seal, address))
    payload = msgspec.json.encode(told)
    return delivery.owe(tx, account_id, str(service), label_of(service, address), payload, ref)


def opened(tx: Tx, contact: Contact) -> Address:
    """Where a contact is, with what is needed to speak to it."""
    address = kept_address(tx, contact)
    if contact.service is Service.WEB_PUSH:
        return replace(address, key=push_key.private(tx, contact.account_id))
    if contact.service in BY_APP:
        app_id, user = address.token, address.target
        return chat_app.address(tx, contact.account_id, contact.service, app_id, user)
    return address


def kept_address(tx: Tx, contact: Contact) -> Address:
    """Where a contact is, as its person gave it."""
    return msgspec.json.decode(tx.site.seal.open(contact.sealed), type=Address)


def ack_link(tx: Tx, attempt_id: str) -> str:
    """The page that acknowledges as whom the message went to; empty without a key to sign it."""
    return _link(tx, "ack", attempt_id)


def key_link(tx: Tx, attempt_id: str) -> str:
    """Where a provider of calls asks what to say, and tells which key was pressed."""
    return _link(tx, "voice", attempt_id)


def say_link(tx: Tx, delivery_id: str) -> str:
    """Where a provider of calls asks for the words of a message that nobody can acknowledge."""
    seal = tx.site.seal
    if not seal.is_ready:
        return ""
    return f"{tx.site.public_url}/voice/{delivery_id}{seal.sign(f'say {delivery_id}')}"


def _link(tx: Tx, place: str, attempt_id: str) -> str:
    seal = tx.site.seal
    if not attempt_id or not seal.is_ready:
        return ""
    signature = seal.sign(f"ack {attempt_id}")
    return f"{tx.site.public_url}/{place}/{attempt_id}{signature}"


def _template(tx: Tx, subject: Subject) -> Template | None:
    template_id = subject.step.template_id.lower()
    if not template_id or template_id in PRESET_IDS:
        return None
    account_id = subject.incident.account_id
    key = ("template", account_id, template_id)
    return tx.once(key, lambda: templates.get(tx, account_id, template_id))
