"""Lists of issues by the filters of the Open API and of the query languages."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, not_, or_, select

from tocsin.domain.application import ApplicationStatus
from tocsin.domain.dql import Node
from tocsin.domain.issue import Issue, Stage
from tocsin.domain.rum_query import Scope
from tocsin.kernel.paging import TOTAL_MAX, Window
from tocsin.store import issue_word, posting
from tocsin.store.application import Viewer
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.rum_filter import condition
from tocsin.store.tables.application import application
from tocsin.store.tables.issue import issue, issue_assignee, issue_event
from tocsin.store.tables.issue import issue_word as words

SORTED_MAX: Final = 2_000
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


class _Way(StrEnum):
    """Which way a list is found: through applications and stages, through all of an account in the
    order asked for, or through the table as it lies."""

    APPLICATION = "application"
    ORDER = "order"
    TABLE = "table"


class Found(Struct, frozen=True):
    """A page of issues, how many there are, counted to 1,000, and whether more follow."""

    items: list[Issue]
    total: int
    has_more: bool


_ALL = list(Stage)


def search(
    tx: Tx,
    account_id: int,
    viewer: Viewer,
    wanted: Filter,
    order: Order,
    ascending: bool,
    window: Window,
) -> Found:
    """One page of the matching issues the viewer may see.

    Few that match are found by their applications and sorted; where there are many, one soon
    meets them on the way through all in the order asked for.
    """
    ids = tx.values(visible_applications(account_id, viewer, wanted.team_ids))
    if wanted.application_ids:
        ids = [one for one in ids if one in set(wanted.application_ids)]
    most = SORTED_MAX if wanted.application_ids or wanted.stages else TOTAL_MAX
    known = _known(tx, account_id, ids, wanted, most + 1)
    column = issue.c[order.value]
    keys = (column, issue.c.issue_id) if ascending else (column.desc(), issue.c.issue_id.desc())
    page = select(*fields(issue, Issue)).order_by(*keys)
    page = page.offset(window.offset).limit(window.limit + 1)
    if len(known) <= most:
        page = page.where(issue.c.issue_id.in_(known))
    else:
        page = page.where(*_conditions(account_id, ids, wanted, _Way.ORDER))
    items = tx.rows(page, Issue)
    total = min(len(known), TOTAL_MAX)
    return Found(items[: window.limit], total, len(items) > window.limit)


def _known(
    tx: Tx, account_id: int, application_ids: list[str], wanted: Filter, limit: int
) -> list[str]:
    """The ids of some that match, up to a limit."""
    led = issue_word.led(tx, account_id, wanted.query)
    # A query may leave few of very many, which are read fastest in the order they lie in.
    way = _Way.APPLICATION if wanted.query is None else _Way.TABLE
    rules = _conditions(account_id, application_ids, wanted, way)
    if led is None:
        return tx.values(select(issue.c.issue_id).where(*rules).limit(limit))
    known: dict[str, None] = {}
    for rows in led.latest_first():
        owners = posting.owners(words, rows).subquery()
        found = select(issue.c.issue_id).join(owners, owners.c.value == issue.c.issue_id)
        known.update(dict.fromkeys(tx.values(found.where(*rules).limit(limit - len(known)))))
        if len(known) >= limit:
            break
    return list(known)


def _conditions(
    account_id: int, application_ids: list[str], wanted: Filter, way: _Way
) -> list[Condition]:
    """What matches. SQLite knows no figures about its tables: columns whose index would lead
    another way are disguised."""
    seen, first = issue.c.last_seen_at, issue.c.first_seen_at
    owner, place, stage = issue.c.account_id, issue.c.application_id, issue.c.stage
    if way is _Way.APPLICATION:
        narrow = [place.in_(application_ids), seen >= wanted.start]
    else:
        narrow = [place.concat("").in_(application_ids), seen + 0 >= wanted.start]
    conditions = [
        *narrow,
        (owner if way is _Way.ORDER else owner + 0) == account_id,
        issue.c.merged_into == "",
        (first if wanted.overlapping else seen) + 0 <= wanted.end,
        stage.in_(list(wanted.stages) or _ALL),
    ]
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
