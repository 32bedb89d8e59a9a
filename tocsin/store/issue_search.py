"""Lists of issues by the filters of the Open API and of the query languages."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, func, not_, or_, select

from tocsin.domain.application import ApplicationStatus
from tocsin.domain.dql import Node
from tocsin.domain.issue import Issue, Stage
from tocsin.domain.rum_query import Scope
from tocsin.kernel.paging import Window
from tocsin.store.application import Viewer
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.rum_filter import condition
from tocsin.store.tables.application import application
from tocsin.store.tables.issue import issue, issue_assignee, issue_event

Condition = ColumnElement[bool]


class Order(StrEnum):
    """What a list of issues is sorted by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    SESSION_COUNT = "session_count"
    ERROR_COUNT = "error_count"


class Filter(Struct, frozen=True):
    """Which issues: empty lists and None narrow nothing; the window is in ms, both ends included.

    An issue lies in the window when it was last seen in it; with `overlapping`, when it was
    seen at all between its ends.
    """

    start: int
    end: int
    application_ids: Sequence[str] = ()
    stages: Sequence[Stage] = ()
    causes: Sequence[str] = ()
    team_ids: Sequence[int] = ()
    assignee_ids: Sequence[int] | None = None
    query: Node | None = None
    has_events: bool = False
    overlapping: bool = False


def search(
    tx: Tx,
    account_id: int,
    viewer: Viewer,
    wanted: Filter,
    order: Order,
    ascending: bool,
    window: Window,
) -> list[Issue]:
    """One page of the matching issues the viewer may see."""
    column = issue.c[order.value]
    keys = (column, issue.c.issue_id) if ascending else (column.desc(), issue.c.issue_id.desc())
    found = select(*fields(issue, Issue)).where(*_conditions(account_id, viewer, wanted))
    return tx.rows(found.order_by(*keys).offset(window.offset).limit(window.limit), Issue)


def count(tx: Tx, account_id: int, viewer: Viewer, wanted: Filter) -> int:
    """How many issues match."""
    counted = select(func.count()).select_from(issue)
    return int(tx.value(counted.where(*_conditions(account_id, viewer, wanted))))


def _conditions(account_id: int, viewer: Viewer, wanted: Filter) -> list[Condition]:
    first = issue.c.first_seen_at if wanted.overlapping else issue.c.last_seen_at
    conditions = [
        issue.c.account_id == account_id,
        issue.c.merged_into == "",
        issue.c.last_seen_at >= wanted.start,
        first <= wanted.end,
        issue.c.application_id.in_(visible_applications(account_id, viewer, wanted.team_ids)),
    ]
    if wanted.application_ids:
        conditions.append(issue.c.application_id.in_(list(wanted.application_ids)))
    if wanted.stages:
        conditions.append(issue.c.stage.in_(list(wanted.stages)))
    if wanted.causes:
        conditions.append(issue.c.cause.in_(list(wanted.causes)))
    if wanted.assignee_ids is not None:
        assigned = select(issue_assignee.c.issue_id).where(
            issue_assignee.c.issue_id == issue.c.issue_id,
            issue_assignee.c.member_id.in_(list(wanted.assignee_ids)),
        )
        conditions.append(assigned.exists())
    if wanted.has_events:
        held = select(issue_event.c.id).where(issue_event.c.issue_id == issue.c.issue_id)
        conditions.append(held.exists())
    if wanted.query is not None:
        conditions.append(condition(Scope.ISSUE, wanted.query))
    return conditions


def visible_applications(account_id: int, viewer: Viewer, team_ids: Sequence[int]) -> Any:
    """The ids of the applications, of these teams if any are named, that the viewer may see."""
    visible = select(application.c.id).where(
        application.c.account_id == account_id, application.c.status != ApplicationStatus.DELETED
    )
    if team_ids:
        visible = visible.where(application.c.team_id.in_(list(team_ids)))
    if not viewer.sees_all:
        visible = visible.where(
            or_(
                not_(application.c.is_private),
                application.c.created_by == viewer.member_id,
                application.c.team_id.in_(viewer.team_ids),
            )
        )
    return visible
