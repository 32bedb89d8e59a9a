"""Letting somebody in for whom the organisation's provider vouches.

They are the member whom the provider named before, else the one with their verified mail address.
Who is nobody's becomes a Viewer, where their mail address is of a domain that the operator named.
"""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.access import VIEWER
from tocsin.domain.member import (
    LOCALE_DEFAULT,
    NAME_LENGTH_MAX,
    Member,
    MemberStatus,
    is_email,
    name_from,
)
from tocsin.domain.session import WayIn
from tocsin.engine import session
from tocsin.engine.session import Opened, Visitor
from tocsin.kernel.errors import AccessDenied
from tocsin.kernel.text import cut
from tocsin.store import account as accounts
from tocsin.store import identity
from tocsin.store import member as members
from tocsin.store.database import Tx
from tocsin.store.session import Login


class Person(Struct, frozen=True):
    """Whom the provider vouches for; `email` is empty unless it is verified."""

    issuer: str
    subject: str
    email: str
    name: str


def enter(tx: Tx, person: Person, domains: Collection[str], visitor: Visitor) -> Opened:
    """Sign somebody in; AccessDenied for who is nobody here."""
    first = accounts.first(tx)
    member_id = identity.member_of(tx, first.id, person.issuer, person.subject) if first else 0
    if first and not member_id:
        accounts.lock(tx, first.id)
        member_id = _known_by_mail(tx, first.id, person) or _joined(tx, first.id, person, domains)
        if member_id:
            identity.add(tx, first.id, member_id, person.issuer, person.subject)
    if not first or not member_id:
        raise AccessDenied(
            "nobody here has the mail address that was vouched for; ask to be invited"
        )
    return session.open_for(tx, Login(first.id, member_id, "", False), WayIn.OIDC, visitor)


def _known_by_mail(tx: Tx, account_id: int, person: Person) -> int:
    found = members.matching(tx, account_id, email=person.email) if person.email else []
    if not found:
        return 0
    known = members.get(tx, account_id, found[0].id, lock=True)
    changed = {"status": MemberStatus.ENABLED, "email_verified": True, "updated_at": tx.now}
    members.put(tx, replace(known, **changed))
    return known.id


def _joined(tx: Tx, account_id: int, person: Person, domains: Collection[str]) -> int:
    domain = person.email.rpartition("@")[2].lower()
    if not domain or domain not in domains or not is_email(person.email):
        return 0
    new = Member(
        id=tx.ids.number(account_id),
        account_id=account_id,
        name=cut(person.name, NAME_LENGTH_MAX) or name_from(person.email, ""),
        email=person.email,
        email_verified=True,
        phone="",
        phone_verified=False,
        country_code="",
        avatar="",
        locale=LOCALE_DEFAULT,
        time_zone=accounts.get(tx, account_id).time_zone,
        status=MemberStatus.ENABLED,
        is_external=False,
        ref_id="",
        created_at=tx.now,
        updated_at=tx.now,
    )
    members.add(tx, new)
    members.set_roles(tx, account_id, new.id, [VIEWER])
    return new.id
