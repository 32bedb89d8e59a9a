"""Members of a workspace: whom an error can be assigned to."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.dialects.truewatch_endpoint import Page, PageIndex, PageSize, page, window
from tocsin.dialects.truewatch_wire import LIVE, account_id, wire_name, workspace_id
from tocsin.domain.access import ACCOUNT_ADMIN, VIEWER
from tocsin.domain.member import Member
from tocsin.kernel.caller import Caller
from tocsin.kernel.units import seconds
from tocsin.store import member as members
from tocsin.store.database import Tx


class ListMembers(Struct, frozen=True, rename=wire_name):
    search: Annotated[str, Meta(max_length=255)] = ""
    page_index: PageIndex = 1
    page_size: PageSize = 100


class Role(Struct, frozen=True):
    name: str
    uuid: str


OWNER, ADMINISTRATOR = Role("Owner", "owner"), Role("Administrator", "wsAdmin")
STANDARD, READ_ONLY = Role("Standard", "general"), Role("Read-only", "readOnly")


class MemberRow(Struct, frozen=True, rename=wire_name):
    """A member; times in s."""

    id: int
    uuid: str
    username: str
    name: str
    email: str
    mobile: str
    role: str
    roles: list[Role]
    status: int
    wait_audit: int
    user_type: str
    user_icon_url: str
    exter_id: str
    name_space: str
    workspace_uuid: str
    create_at: int
    update_at: int
    delete_at: int


def list_members(tx: Tx, caller: Caller, _: dict[str, str], request: ListMembers) -> Page:
    """The workspace's members by name or email."""
    owner = caller.account_id
    found, total = members.page(
        tx,
        owner,
        window(request.page_index, request.page_size),
        query=request.search.strip(),
        ascending=True,
    )
    held = members.role_ids(tx, owner, [member.id for member in found])
    rows = [_row(member, _role(member, held[member.id])) for member in found]
    return page(rows, request.page_index, request.page_size, total)


def _role(member: Member, role_ids: list[int]) -> Role:
    """The nearest of the family's own roles."""
    if member.is_owner:
        return OWNER
    if ACCOUNT_ADMIN in role_ids:
        return ADMINISTRATOR
    return READ_ONLY if set(role_ids) <= {VIEWER} else STANDARD


def _row(member: Member, role: Role) -> MemberRow:
    return MemberRow(
        id=member.id,
        uuid=account_id(member.account_id, member.id),
        username=member.email,
        name=member.name,
        email=member.email,
        mobile=member.phone,
        role=role.uuid,
        roles=[role],
        status=0,
        wait_audit=0,
        user_type="common",
        user_icon_url=member.avatar,
        exter_id=member.ref_id,
        name_space="",
        workspace_uuid=workspace_id(member.account_id),
        create_at=seconds(member.created_at),
        update_at=seconds(member.updated_at),
        delete_at=LIVE,
    )
