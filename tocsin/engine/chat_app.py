"""Apps of chat platforms: where they reach chats and people, and who somebody there is here."""

from typing import Any

import msgspec

from tocsin.domain.contact import Address, Contact, Service, label
from tocsin.domain.integration import Integration, IntegrationStatus
from tocsin.domain.member import MemberStatus
from tocsin.domain.robot import integration_of
from tocsin.engine.webhook_secret import opened_app
from tocsin.kernel.errors import Unavailable
from tocsin.store import account as accounts
from tocsin.store import contact as contacts
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store.database import Tx


def address(tx: Tx, account_id: int, service: Service, app_id: str, target: str) -> Address:
    """Where an app reaches a chat or a person, with what it speaks by. Unavailable without it."""
    number = int(app_id) if app_id.isdecimal() else 0
    found = integrations.get(tx, account_id, number)
    usable = found is not None and found.plugin_type == service
    if found is None or not usable or found.status is not IntegrationStatus.ENABLED:
        raise Unavailable(
            "no enabled {service} integration has the id {app_id}", service=service, app_id=app_id
        )
    app = opened_app(tx, found)
    return Address(target, app.token or app.app_secret, app.app_id)


def addresses(tx: Tx, account_id: int, service: Service, settings: dict[str, Any]) -> list[Address]:
    """Where the settings of a robot in a rule lead to: its app, in each of its chats."""
    app_id = integration_of(settings)
    chats = settings.get("chat_ids") or ()
    return [address(tx, account_id, service, app_id, str(chat)) for chat in chats]


def linked(tx: Tx, app: Integration, user_id: str) -> int:
    """The member who proved that a user of the platform is themselves, 0 for nobody."""
    service = Service(app.plugin_type)
    shown = label(service, Address(user_id))
    for one in contacts.labelled(tx, app.account_id, service, shown):
        if one.verified_at and _app_of(tx, one) == str(app.id):
            return one.person_id
    return 0


def with_email(tx: Tx, account_id: int, email: str) -> int:
    """The one member with a mail address, 0 for nobody."""
    found = members.matching(tx, account_id, email=email) if email else []
    live = [one for one in found if one.status is not MemberStatus.DELETED]
    return live[0].id if len(live) == 1 else 0


def locale_of(tx: Tx, account_id: int, member_id: int) -> str:
    """The locale of a member, else of the account."""
    found = members.by_ids(tx, account_id, [member_id]) if member_id else []
    return found[0].locale if found else accounts.get(tx, account_id).locale


def _app_of(tx: Tx, contact: Contact) -> str:
    return msgspec.json.decode(tx.site.seal.open(contact.sealed), type=Address).token
