"""What the TrueWatch API's error tracking says: ids, and records as they go over the wire."""

from hashlib import md5
from typing import Any

from msgspec import Struct

from tocsin.domain.issue import SYSTEM, Issue, Stage, StageChange
from tocsin.domain.issue_history import duration, entered
from tocsin.domain.member import Member
from tocsin.kernel.units import SECOND, seconds

SYSTEM_OPERATOR = "sys"
_SPELLED = {"workspace_uuid": "workspaceUUID", "issue_id": "issueID"}
LIVE = -1
"""What `deleteAt` says of what is not deleted."""


def wire_name(name: str) -> str:
    """`issue_status` as `issueStatus`; ids of two things are spelled with capitals."""
    first, *rest = name.split("_")
    return _SPELLED.get(name) or first + "".join(word.capitalize() for word in rest)


def workspace_id(account_id: int) -> str:
    """An account as the API names it: the same for ever."""
    return f"wksp_{_digest(f'workspace:{account_id}')}"


def account_id(owner: int, member_id: int) -> str:
    """A member of the account `owner` as the API names it: the same for ever."""
    return f"acnt_{_digest(f'member:{owner}:{member_id}')}"


def operator_id(owner: int, member_id: int) -> str:
    """Whoever did something; nobody in particular is the system."""
    return SYSTEM_OPERATOR if member_id == SYSTEM else account_id(owner, member_id)


def _digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


class StatusChangeRecord(Struct, frozen=True):
    time: int
    status: Stage
    operator: str


class Extend(Struct, frozen=True, rename=wire_name):
    error_type: str
    first_time: int
    status_change_records: list[StatusChangeRecord]


class AccountInfo(Struct, frozen=True, rename=wire_name):
    uuid: str
    status: int
    ws_account_status: int
    username: str
    name: str
    icon_url: str
    email: str
    mobile: str
    acnt_ws_nickname: str


class Tracked(Struct, frozen=True, kw_only=True, rename=wire_name):
    """A tracking record; times in s but `firstTime`, which is in ms."""

    workspace_uuid: str
    issue_id: str
    assigner: list[str]
    issue_status: Stage
    extend: Extend
    id: int
    uuid: str
    status: int
    creator: str
    updator: str
    create_at: int
    update_at: float
    delete_at: int
    creator_info: dict[str, Any]
    updator_info: dict[str, Any]
    assigner_info: list[AccountInfo]
    duration: int
    status_duration: dict[Stage, int]


class TrackedError(Tracked, frozen=True, kw_only=True, rename=wire_name):
    """A record with what the error is, as our own list and get show it; times in ms here."""

    error_message: str
    service: str
    app_id: str
    last_time: int
    count: int
    suspected_cause: str


class History(Struct, frozen=True):
    """What belongs to an issue beside its row: assignees in order, changes oldest first."""

    assignees: list[Member]
    changes: list[StageChange]


def tracked(issue: Issue, history: History, at: int) -> Tracked:
    """The record of an issue at the instant `at`."""
    return Tracked(**_record(issue, history, at))


def tracked_error(issue: Issue, history: History, at: int) -> TrackedError:
    return TrackedError(
        **_record(issue, history, at),
        error_message=issue.error_message,
        service=issue.service,
        app_id=issue.application_id,
        last_time=issue.last_seen_at,
        count=issue.error_count,
        suspected_cause=issue.cause,
    )


def _record(issue: Issue, history: History, at: int) -> dict[str, Any]:
    owner = issue.account_id
    return {
        "workspace_uuid": workspace_id(owner),
        "issue_id": issue.digest,
        "assigner": [account_id(owner, member.id) for member in history.assignees],
        "issue_status": issue.stage,
        "extend": Extend(
            error_type=issue.error_type,
            first_time=issue.first_seen_at,
            status_change_records=[
                StatusChangeRecord(
                    seconds(change.changed_at), change.stage, operator_id(owner, change.operator)
                )
                for change in history.changes
            ],
        ),
        "id": issue.number,
        "uuid": issue.tracking_id,
        "status": 0,
        "creator": SYSTEM_OPERATOR,
        "updator": operator_id(owner, issue.updated_by),
        "create_at": seconds(issue.created_at),
        "update_at": issue.updated_at / SECOND,
        "delete_at": LIVE,
        "creator_info": {},
        "updator_info": {},
        "assigner_info": [_account(owner, member) for member in history.assignees],
        "duration": duration(history.changes, at),
        "status_duration": entered(history.changes),
    }


def _account(owner: int, member: Member) -> AccountInfo:
    return AccountInfo(
        uuid=account_id(owner, member.id),
        status=0,
        ws_account_status=0,
        username=member.email,
        name=member.name,
        icon_url=member.avatar,
        email=member.email,
        mobile=member.phone,
        acnt_ws_nickname="",
    )
