"""Operations on members: who is in the account, and what roles they hold."""

from enum import StrEnum
from typing import Annotated, Self

from msgspec import UNSET, Meta, Struct, UnsetType, field

from tocsin.domain.access import Permission
from tocsin.domain.member import (
    INVITATIONS_PER_CALL_MAX,
    NAME_LENGTH_MAX,
    Locale,
    Member,
    MemberStatus,
    masked,
)
from tocsin.engine import member as engine
from tocsin.engine import role as roles
from tocsin.engine.member import Invitation, Lookup, Profile
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import seconds
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store.database import Tx
from tocsin.wire.scalars import (
    CountryCode,
    Limit,
    MaskedPhone,
    MemberId,
    Page,
    Phone,
    RefId,
    Seconds,
    TimeZone,
)

TAG = "Platform/Members"
Name = Annotated[str, Meta(min_length=2, max_length=NAME_LENGTH_MAX)]
RoleIds = Annotated[tuple[int, ...], Meta(description="As `/role/list` gives them.")]


class MemberInfo(Struct, frozen=True):
    """The caller, and the account they belong to."""

    account_id: int
    account_name: str
    account_avatar: str
    account_email: str
    account_role_ids: list[int]
    account_locale: str
    account_time_zone: TimeZone
    domain: str
    member_id: int
    member_name: str
    phone: MaskedPhone
    phone_verified: bool
    email: str
    email_verified: bool
    country_code: str
    avatar: str
    locale: str
    time_zone: TimeZone
    is_external: Annotated[bool, Meta(description="Comes from single sign-on.")]
    status: MemberStatus
    created_at: Seconds


class MemberOrder(StrEnum):
    """What the list is sorted by."""

    CREATED = "created_at"
    UPDATED = "updated_at"


class ListMembers(Struct, frozen=True):
    role_id: Annotated[int, Meta(description="Only who holds this role; 0 = everybody.")] = 0
    p: Page = 1
    limit: Limit = 20
    orderby: MemberOrder = MemberOrder.CREATED
    asc: Annotated[bool, Meta(description="Oldest first.")] = False
    query: Annotated[str, Meta(description="Part of a name or mail address, in any case.")] = ""


class MemberRow(Struct, frozen=True):
    """A member as everybody of the account may see them."""

    account_id: int
    member_id: int
    member_name: str
    country_code: str
    phone: MaskedPhone
    email: str
    locale: str
    time_zone: TimeZone
    phone_verified: bool
    email_verified: bool
    avatar: str
    status: MemberStatus
    account_role_ids: list[int]
    is_external: Annotated[bool, Meta(description="Comes from single sign-on.")]
    ref_id: RefId
    created_at: Seconds
    updated_at: Seconds

    @classmethod
    def of(cls, member: Member, role_ids: list[int]) -> Self:
        return cls(
            account_id=member.account_id,
            member_id=member.id,
            member_name=member.name,
            country_code=member.country_code,
            phone=masked(member.phone),
            email=member.email,
            locale=member.locale,
            time_zone=member.time_zone,
            phone_verified=member.phone_verified,
            email_verified=member.email_verified,
            avatar=member.avatar,
            status=member.status,
            account_role_ids=role_ids,
            is_external=member.is_external,
            ref_id=member.ref_id,
            created_at=seconds(member.created_at),
            updated_at=seconds(member.updated_at),
        )


class MemberPage(Struct, frozen=True):
    p: int
    limit: int
    total: int
    items: list[MemberRow]


class DeleteMember(Struct, frozen=True):
    """Name the member by any of these; what is given must fit exactly one."""

    member_id: MemberId = 0
    member_name: str = ""
    email: str = ""
    phone: Phone = ""
    country_code: CountryCode = ""
    ref_id: RefId = ""


class InvitedMember(Struct, frozen=True):
    """Somebody to invite, by mail address or phone number."""

    member_name: Name | UnsetType = UNSET
    email: str = ""
    phone: Phone = ""
    country_code: CountryCode = ""
    role_ids: Annotated[tuple[int, ...], Meta(description="None means Viewer, where allowed.")] = ()
    locale: Locale | UnsetType = UNSET
    time_zone: TimeZone = ""
    ref_id: RefId = ""

    def invitation(self) -> Invitation:
        return Invitation(
            name=self.member_name or "",
            email=self.email,
            phone=self.phone,
            country_code=self.country_code,
            role_ids=self.role_ids,
            locale=self.locale or "",
            time_zone=self.time_zone,
            ref_id=self.ref_id,
        )


class InviteMembers(Struct, frozen=True):
    members: Annotated[tuple[InvitedMember, ...], Meta(max_length=INVITATIONS_PER_CALL_MAX)]
    origin: Annotated[str, Meta(description="Who asks, such as `api`.")] = field(
        name="from", default=""
    )


class NewMember(Struct, frozen=True):
    member_id: MemberId
    member_name: str


class NewMembers(Struct, frozen=True):
    items: list[NewMember]


class MemberRoles(Struct, frozen=True):
    member_id: MemberId
    role_ids: RoleIds


class ProfileFields(Struct, frozen=True):
    """New values of a profile; what is absent stays."""

    member_name: Name | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    country_code: CountryCode | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    ref_id: RefId | UnsetType = UNSET

    def profile(self) -> Profile:
        return Profile(
            name=self.member_name,
            email=self.email,
            phone=self.phone,
            country_code=self.country_code,
            avatar=self.avatar,
            locale=self.locale,
            time_zone=self.time_zone,
            ref_id=self.ref_id,
        )


class ResetMember(ProfileFields, frozen=True, kw_only=True):
    """New values beside `member_id`; or all under `updates`, and then the rest is a look-up."""

    member_id: MemberId = 0
    updates: ProfileFields | UnsetType = UNSET


@operation("/member/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: Empty) -> MemberInfo:
    """Show who a key belongs to, and their account."""
    account = accounts.get(tx, caller.account_id)
    member = members.get(tx, caller.account_id, caller.member_id)
    return MemberInfo(
        account_id=account.id,
        account_name=account.name,
        account_avatar=account.avatar,
        account_email=account.email,
        account_role_ids=members.role_ids(tx, account.id, [member.id])[member.id],
        account_locale=account.locale,
        account_time_zone=account.time_zone,
        domain=account.domain,
        member_id=member.id,
        member_name=member.name,
        phone=masked(member.phone),
        phone_verified=member.phone_verified,
        email=member.email,
        email_verified=member.email_verified,
        country_code=member.country_code,
        avatar=member.avatar,
        locale=member.locale,
        time_zone=member.time_zone,
        is_external=member.is_external,
        status=member.status,
        created_at=seconds(member.created_at),
    )


@operation("/member/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListMembers) -> MemberPage:
    """List members, newest first."""
    rows = window(request.p, request.limit)
    found, total = members.page(
        tx,
        caller.account_id,
        rows,
        query=request.query,
        role_id=request.role_id,
        order=request.orderby,
        ascending=request.asc,
    )
    held = members.role_ids(tx, caller.account_id, [member.id for member in found])
    return MemberPage(
        p=rows.offset // rows.limit + 1,
        limit=rows.limit,
        total=total,
        items=[MemberRow.of(member, held[member.id]) for member in found],
    )


@operation("/member/invite", Permission.MEMBERS_MANAGE, Kind.WRITE, tag=TAG)
def invite(tx: Tx, caller: Caller, request: InviteMembers) -> NewMembers:
    """Invite up to 20 people; all of them or, when one is refused, nobody.

    An account may invite 200 within 24 hours. A mail address, phone number or `ref_id` that
    belongs to a member already is refused.
    """
    invited = engine.invite(tx, caller, [each.invitation() for each in request.members])
    return NewMembers([NewMember(member.id, member.name) for member in invited])


@operation("/member/delete", Permission.MEMBERS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: DeleteMember) -> Empty:
    """Remove a member with their keys and roles.

    Refused for the owner, and with ReferenceExist while teams or others still name them.
    """
    engine.delete(
        tx,
        caller,
        Lookup(
            request.member_id,
            request.member_name,
            request.email,
            request.phone,
            request.country_code,
            request.ref_id,
        ),
    )
    return Empty()


@operation("/member/info/reset", None, Kind.WRITE, tag=TAG)
def reset(tx: Tx, caller: Caller, request: ResetMember) -> Empty:
    """Change a profile: one's own, or with Members Manage another's.

    With `updates`, the other fields only say whom: by id, else mail address, phone or `ref_id`.
    """
    if request.updates is UNSET:
        engine.edit(tx, caller, Lookup(request.member_id), request.profile())
    else:
        whom = Lookup(
            member_id=request.member_id,
            email=request.email or "",
            phone=request.phone or "",
            country_code=request.country_code or "",
            ref_id=request.ref_id or "",
        )
        engine.edit(tx, caller, whom, request.updates.profile())
    return Empty()


@operation("/member/role/grant", Permission.MEMBERS_MANAGE, Kind.WRITE, tag=TAG)
def grant(tx: Tx, caller: Caller, request: MemberRoles) -> Empty:
    """Give a member roles on top of those they hold."""
    roles.hold(tx, caller, request.member_id, add=request.role_ids)
    return Empty()


@operation("/member/role/revoke", Permission.MEMBERS_MANAGE, Kind.WRITE, tag=TAG)
def revoke(tx: Tx, caller: Caller, request: MemberRoles) -> Empty:
    """Take roles from a member."""
    roles.hold(tx, caller, request.member_id, drop=request.role_ids)
    return Empty()


@operation("/member/role/update", Permission.MEMBERS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: MemberRoles) -> Empty:
    """Make these the roles of a member, and no others."""
    roles.hold(tx, caller, request.member_id, exactly=request.role_ids)
    return Empty()
