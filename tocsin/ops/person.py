"""People by id: what a client needs to show names beside ids."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.member import Member, MemberStatus, masked
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.store import member as members
from tocsin.store.database import Tx
from tocsin.wire.scalars import MaskedPhone, PersonId, TimeZone

TAG = "Platform/Members"


class PersonIds(Struct, frozen=True):
    person_ids: list[PersonId]


class PersonRow(Struct, frozen=True, rename={"kind": "as"}):
    account_id: int
    person_id: PersonId
    person_name: str
    avatar: str
    locale: str
    time_zone: TimeZone
    email: str
    phone: MaskedPhone
    phone_verified: bool
    email_verified: bool
    kind: Annotated[str, Meta(description="`account` for the owner, else `member`.")]
    status: MemberStatus


class PersonRows(Struct, frozen=True):
    items: list[PersonRow]


@operation("/person/infos", None, Kind.READ, tag=TAG)
def infos(tx: Tx, caller: Caller, request: PersonIds) -> PersonRows:
    """Resolve ids to people, in the order asked; unknown ids are left out, deleted ones are not."""
    found = {person.id: person for person in members.by_ids(tx, caller.account_id, _ids(request))}
    return PersonRows([_row(found[each]) for each in _ids(request) if each in found])


def _ids(request: PersonIds) -> list[int]:
    return list(dict.fromkeys(request.person_ids))


def _row(person: Member) -> PersonRow:
    return PersonRow(
        account_id=person.account_id,
        person_id=person.id,
        person_name=person.name,
        avatar=person.avatar,
        locale=person.locale,
        time_zone=person.time_zone,
        email=person.email,
        phone=masked(person.phone),
        phone_verified=person.phone_verified,
        email_verified=person.email_verified,
        kind="account" if person.is_owner else "member",
        status=person.status,
    )
