"""Lists of issues: the filters of the Open API and of the query language, as SQL."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from tocsin.domain.application import ApplicationStatus
from tocsin.domain.dql import All, Either, Match, Node, Not, Quantity, Range
from tocsin.domain.issue import Issue, Stage, Status, stages_of
from tocsin.domain.issue_cause import Cause
from tocsin.domain.severity import Severity
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.kernel.units import SECOND
from tocsin.store.application import Viewer
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.application import application
from tocsin.store.tables.issue import issue, issue_assignee, issue_event, issue_version

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
        issue.c.application_id.in_(_applications(account_id, viewer, wanted.team_ids)),
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
        conditions.append(condition(wanted.query))
    return conditions


def _applications(account_id: int, viewer: Viewer, team_ids: Sequence[int]) -> Any:
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


def condition(node: Node) -> Condition:
    """A query's tree as SQL; InvalidParameter for fields and values issues don't have."""
    match node:
        case All(nodes):
            return and_(true(), *(condition(each) for each in nodes))
        case Either(nodes):
            return or_(false(), *(condition(each) for each in nodes))
        case Not(inner):
            return not_(condition(inner))
        case Match(field, pieces):
            return _match(field, pieces)
        case Range():
            return _range(node)


def _match(field: str, pieces: tuple[str, ...]) -> Condition:
    if not field:
        return issue.c.search.like(f"%{_pattern(pieces)}%", escape="\\")
    name = _name(field)
    if name in _NUMBERS:
        column, scale = _NUMBERS[name]
        return column == _number(field, pieces) * scale
    return _TEXTS[name](pieces)


def _range(node: Range) -> Condition:
    name = _name(node.field)
    if name not in _NUMBERS:
        raise InvalidParameter(
            "dql: {field} is compared with text, not with a number", field=node.field
        )
    column, scale = _NUMBERS[name]
    bounds: list[Condition] = []
    if node.least is not None:
        least = _scaled(node.least, scale)
        bounds.append(column > least if node.is_strict else column >= least)
    if node.most is not None:
        most = _scaled(node.most, scale)
        bounds.append(column < most if node.is_strict else column <= most)
    return and_(*bounds)


def _scaled(quantity: Quantity, scale: int) -> float:
    """In the column's unit; what was written with a unit is in ms already."""
    return quantity.value if quantity.has_unit else quantity.value * scale


def _number(field: str, pieces: tuple[str, ...]) -> float:
    try:
        return float("*".join(pieces))
    except ValueError:
        raise InvalidParameter(
            "dql: {field} needs a number, not {value}", field=field, value="*".join(pieces)
        ) from None


def _name(field: str) -> str:
    """A field by any of its names: `error.type`, `@error.type`, `issue.error_type`."""
    plain = field.removeprefix("@").removeprefix("issue.").replace(".", "_")
    name = _ALIASES.get(plain, plain)
    if name not in _TEXTS and name not in _NUMBERS:
        raise InvalidParameter(
            "dql: {field} is not a field of issues; use one of {known}",
            field=field,
            known=", ".join(sorted((*_TEXTS, *_NUMBERS))),
        )
    return name


def _pattern(pieces: tuple[str, ...]) -> str:
    return "%".join(
        fold(piece).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        if piece.strip()
        else piece
        for piece in pieces
    )


def _text(column: ColumnElement[Any]) -> Callable[[tuple[str, ...]], Condition]:
    """Equal to the whole value, or like it where there are wildcards; case does not matter."""

    def compare(pieces: tuple[str, ...]) -> Condition:
        if len(pieces) == 1:
            return func.lower(column) == pieces[0].lower()
        return func.lower(column).like(_pattern(pieces), escape="\\")

    return compare


def _status(pieces: tuple[str, ...]) -> Condition:
    word = pieces[0].lower()
    return issue.c.stage.in_(stages_of([each for each in Status if each == word]))


def _cause(pieces: tuple[str, ...]) -> Condition:
    return issue.c.cause.in_([each for each in Cause if _fits(each, pieces)])


def _severity(pieces: tuple[str, ...]) -> Condition:
    return issue.c.severity.in_([each for each in Severity if _fits(each, pieces)])


def _fits(word: str, pieces: tuple[str, ...]) -> bool:
    folded = [piece.lower() for piece in pieces]
    if len(folded) == 1:
        return word.lower() == folded[0]
    return word.lower().startswith(folded[0]) and word.lower().endswith(folded[-1])


def _crash(pieces: tuple[str, ...]) -> Condition:
    return issue.c.is_crash.is_(pieces[0].lower() == "true")


def _version(pieces: tuple[str, ...]) -> Condition:
    seen = select(issue_version.c.issue_id).where(issue_version.c.issue_id == issue.c.issue_id)
    return seen.where(_text(issue_version.c.version)(pieces)).exists()


_TEXTS: dict[str, Callable[[tuple[str, ...]], Condition]] = {
    "issue_id": _text(issue.c.issue_id),
    "application_id": _text(issue.c.application_id),
    "service": _text(issue.c.service),
    "env": _text(issue.c.env),
    "error_type": _text(issue.c.error_type),
    "error_message": _text(issue.c.error_message),
    "first_seen_version": _text(issue.c.first_seen_version),
    "last_seen_version": _text(issue.c.last_seen_version),
    "status": _status,
    "suspected_cause": _cause,
    "severity": _severity,
    "is_crash": _crash,
    "version": _version,
}
_NUMBERS: dict[str, tuple[ColumnElement[Any], int]] = {
    "error_count": (issue.c.error_count, 1),
    "session_count": (issue.c.session_count, 1),
    "created_at": (issue.c.created_at, 1),
    "updated_at": (issue.c.updated_at, 1),
    "age": (issue.c.last_seen_at - issue.c.first_seen_at, SECOND),
}
_ALIASES = {
    "id": "issue_id",
    "type": "error_type",
    "message": "error_message",
    "versions": "version",
    "suspected_cause_value": "suspected_cause",
    "error_is_crash": "is_crash",
}
