"""Members: invited, looked up, edited and removed."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.access import ACCOUNT_ADMIN, VIEWER, Permission
from tocsin.domain.member import (
    INVITATIONS_PER_DAY_MAX,
    LOCALE_DEFAULT,
    Member,
    MemberStatus,
    is_country_code,
    is_email,
    name_from,
    plain_phone,
)
from tocsin.engine import role as roles
from tocsin.engine.access import require_reach
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import (
    AccessDenied,
    BadRequest,
    InvalidParameter,
    ReferenceExist,
    ResourceNotFound,
)
from tocsin.kernel.given import given
from tocsin.kernel.text import fold
from tocsin.kernel.time_zone import is_time_zone
from tocsin.kernel.units import DAY
from tocsin.store import account as accounts
from tocsin.store import app_key as app_keys
from tocsin.store import member as members
from tocsin.store import reference
from tocsin.store import session as sessions
from tocsin.store.database import Tx

REF_ID_LENGTH_MAX: Final = 255


class Invitation(Struct, frozen=True):
    """Somebody to be; without a name they get one from their address, without roles a look."""

    name: str = ""
    email: str = ""
    phone: str = ""
    country_code: str = ""
    role_ids: tuple[int, ...] = ()
    locale: str = ""
    time_zone: str = ""
    ref_id: str = ""


class Lookup(Struct, frozen=True):
    """A way to name a member: the id alone, else all that is given must fit exactly one."""

    member_id: int = 0
    name: str = ""
    email: str = ""
    phone: str = ""
    country_code: str = ""
    ref_id: str = ""


class Profile(Struct, frozen=True):
    """What to change about a member; UNSET stays."""

    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    country_code: str | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    ref_id: str | UnsetType = UNSET


def invite(tx: Tx, caller: Caller, invitations: Sequence[Invitation]) -> list[Member]:
    """Make a pending member of each; all or none."""
    accounts.lock(tx, caller.account_id)
    lately = members.created_since(tx, caller.account_id, tx.now - DAY)
    if lately + len(invitations) > INVITATIONS_PER_DAY_MAX:
        raise BadRequest(
            "at most {maximum} members can be invited within 24 hours; go on later",
            maximum=INVITATIONS_PER_DAY_MAX,
        )
    return [_invite(tx, caller, invitation) for invitation in invitations]


def find(tx: Tx, account_id: int, lookup: Lookup, *, lock: bool = False) -> Member:
    """The one member a look-up names; ResourceNotFound for none, InvalidParameter for several."""
    if lookup.member_id:
        return members.get(tx, account_id, lookup.member_id, lock=lock)
    keys = {name: value for name, value in asdict(lookup).items() if value and name != "member_id"}
    if not keys.keys() - {"country_code"}:
        raise InvalidParameter("name a member by member_id, member_name, email, phone or ref_id")
    if "phone" in keys:
        keys["phone"] = plain_phone(lookup.phone) or lookup.phone
    found = members.matching(tx, account_id, **keys)
    if not found:
        raise ResourceNotFound("no member is like that; /member/list shows them all")
    if len(found) > 1:
        raise InvalidParameter("several members are like that; name one by member_id")
    return members.get(tx, account_id, found[0].id, lock=lock)


def edit(tx: Tx, caller: Caller, lookup: Lookup, profile: Profile) -> None:
    """Change a profile: one's own, or anybody's for who manages members."""
    accounts.lock(tx, caller.account_id)
    member = find(tx, caller.account_id, lookup, lock=True)
    _require_may_edit(tx, caller, member)
    changed = _checked(replace(member, **given(asdict(profile)), updated_at=tx.now))
    if changed.email != member.email:
        changed = replace(changed, email_verified=False)
    if changed.phone != member.phone:
        changed = replace(changed, phone_verified=False)
    _require_unique(tx, changed)
    members.put(tx, changed)


def delete(tx: Tx, caller: Caller, lookup: Lookup) -> None:
    """Remove a member with their roles, keys and sessions; their name stays in the history."""
    member = find(tx, caller.account_id, lookup, lock=True)
    if member.is_owner:
        raise BadRequest("the account's owner cannot be removed")
    if member.is_external:
        raise BadRequest("{name} comes from single sign-on; remove them there", name=member.name)
    held = members.role_ids(tx, member.account_id, [member.id])[member.id]
    require_reach(caller, roles.by_ids(tx, member.account_id, held))
    refs = reference.refs(tx, member.account_id, reference.MEMBER, member.id)
    if refs:
        raise ReferenceExist(
            "{name} is still used by {count} others; take them out there first",
            refs,
            name=member.name,
            count=len(refs),
        )
    members.put(tx, replace(member, status=MemberStatus.DELETED, updated_at=tx.now))
    members.set_roles(tx, member.account_id, member.id, [])
    app_keys.remove_of_member(tx, member.account_id, member.id)
    sessions.end_all(tx, member.account_id, member.id)


def _invite(tx: Tx, caller: Caller, invitation: Invitation) -> Member:
    if not invitation.role_ids and not tx.site.invite_without_role:
        raise InvalidParameter("{field} is required; send it", field="role_ids")
    role_ids = invitation.role_ids or (VIEWER,)
    require_reach(caller, roles.by_ids(tx, caller.account_id, role_ids))
    new = _checked(
        Member(
            id=tx.ids.number(caller.account_id),
            account_id=caller.account_id,
            name=invitation.name or name_from(invitation.email, invitation.phone),
            email=invitation.email,
            email_verified=False,
            phone=invitation.phone,
            phone_verified=False,
            country_code=invitation.country_code,
            avatar="",
            locale=invitation.locale or LOCALE_DEFAULT,
            time_zone=invitation.time_zone or accounts.get(tx, caller.account_id).time_zone,
            status=MemberStatus.PENDING,
            is_external=False,
            ref_id=invitation.ref_id,
            created_at=tx.now,
            updated_at=tx.now,
        )
    )
    _require_unique(tx, new)
    members.add(tx, new)
    members.set_roles(tx, new.account_id, new.id, role_ids)
    return new


def _require_may_edit(tx: Tx, caller: Caller, member: Member) -> None:
    """Whoever could change an admin's mail address could take the account over."""
    if member.id == caller.member_id or caller.is_admin:
        return
    held = members.role_ids(tx, member.account_id, [member.id])[member.id]
    if Permission.MEMBERS_MANAGE not in caller.permissions or ACCOUNT_ADMIN in held:
        raise AccessDenied("only this member or an admin may change this profile")


def _checked(member: Member) -> Member:
    """The member with a plain phone number; InvalidParameter when they could not be reached."""
    if not member.email and not member.phone:
        raise InvalidParameter("give each member an email or a phone")
    if member.email and not is_email(member.email):
        raise _not_valid("email", "a mail address", member.email)
    phone = plain_phone(member.phone) if member.phone else ""
    if phone is None:
        raise _not_valid("phone", "a phone number", member.phone)
    if member.country_code and not is_country_code(member.country_code):
        raise _not_valid("country_code", "two capital letters or a dialling code", "")
    if not is_time_zone(member.time_zone):
        raise _not_valid("time_zone", "an IANA time zone", member.time_zone)
    if len(member.ref_id) > REF_ID_LENGTH_MAX:
        raise _not_valid("ref_id", "at most 255 characters", member.ref_id)
    return replace(member, phone=phone)


def _not_valid(field: str, expected: str, value: str) -> InvalidParameter:
    return InvalidParameter(
        "{field} must be {expected}, not {value}", field=field, expected=expected, value=value
    )


def _require_unique(tx: Tx, member: Member) -> None:
    """Mail address, phone number and external reference each lead to one member."""
    for field, keys in (
        ("email", {"email": member.email}),
        ("phone", {"phone": member.phone, "country_code": member.country_code}),
        ("ref_id", {"ref_id": member.ref_id}),
    ):
        taken = members.matching(tx, member.account_id, **keys) if keys[field] else []
        for other in taken:
            if other.id != member.id:
                raise InvalidParameter(
                    "{field} {value} belongs to member {member_id} already",
                    field=field,
                    value=fold(keys[field]),
                    member_id=other.id,
                )
