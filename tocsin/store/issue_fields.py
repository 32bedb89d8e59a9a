"""The fields of issues that questions may name, and what bare words mean."""

from typing import Final

from sqlalchemy import Table, and_, case, literal, not_, select, true

from tocsin.domain import full_text
from tocsin.domain.issue import STATUS_OF, Stage, Status, stages_of
from tocsin.domain.issue_cause import Cause
from tocsin.domain.rum_query import FieldKind
from tocsin.domain.severity import Severity
from tocsin.kernel.units import SECOND
from tocsin.store.rum_field import (
    Condition,
    Field,
    Test,
    choice,
    facet,
    fits,
    flag,
    number,
    pattern,
    text,
    text_test,
    time,
)
from tocsin.store.tables.issue import (
    issue,
    issue_assignee,
    issue_session,
    issue_tag,
    issue_user,
    issue_version,
)

DERIVED: Final = ("browser_name", "os_name", "device_type")
"""Tags that are fields of their own."""


def _status(pieces: tuple[str, ...]) -> Condition:
    return issue.c.stage.in_(stages_of([each for each in Status if fits(each, pieces)]))


def _version(pieces: tuple[str, ...]) -> Condition:
    seen = select(issue_version.c.issue_id).where(issue_version.c.issue_id == issue.c.issue_id)
    if pieces == ("",):
        return not_(seen.exists())
    return seen.where(text_test(issue_version.c.version)(pieces)).exists()


def _assignee(pieces: tuple[str, ...]) -> Condition:
    held = select(issue_assignee.c.issue_id).where(issue_assignee.c.issue_id == issue.c.issue_id)
    wanted = pieces[0]
    if pieces == ("",):
        return not_(held.exists())
    if len(pieces) > 1:
        return held.exists()
    member_id = int(wanted) if wanted.isdigit() and len(wanted) < 19 else 0
    return held.where(issue_assignee.c.member_id == member_id).exists()


def _seen_by(table: Table, name: str) -> Test:
    """Whether an issue was seen in one session, or by one user."""
    column = table.c[name]

    def test(pieces: tuple[str, ...]) -> Condition:
        seen = select(table.c.issue_id)
        if len(pieces) == 1 and pieces[0]:
            return issue.c.issue_id.in_(seen.where(column == pieces[0]))
        seen = seen.where(table.c.issue_id == issue.c.issue_id)
        if pieces == ("",):
            return not_(seen.exists())
        return seen.where(column.like(pattern(pieces), escape="\\")).exists()

    return test


def tagged(name: str) -> Field:
    """A tag of an issue's events, equal to a value, like one, or not there at all."""

    def test(pieces: tuple[str, ...]) -> Condition:
        has = select(issue_tag.c.issue_id).where(
            issue_tag.c.issue_id == issue.c.issue_id, issue_tag.c.name == name
        )
        if pieces == ("",):
            return not_(has.exists())
        return has.where(text_test(issue_tag.c.value)(pieces)).exists()

    return Field(FieldKind.TEXT, test=test)


def said(pieces: tuple[str, ...]) -> Condition:
    """Whether an issue says this: each of its words begins one of the issue's, and what else it
    holds stands there too. With anything before it, it may stand anywhere."""
    text = "".join(pieces)
    if not is_start(pieces):
        return issue.c.search.like(f"%{pattern(pieces)}%", escape="\\")
    wanted = full_text.wanted(text)
    rules = [issue.c.words.like(f"% {word}%") for word in wanted]
    if wanted != [text.casefold()]:
        rules.append(issue.c.search.like(f"%{pattern((text,))}%", escape="\\"))
    return and_(true(), *rules)


def is_start(pieces: tuple[str, ...]) -> bool:
    """Whether pieces have nothing before and nothing between them."""
    return bool(pieces[0]) and not any(pieces[1:])


_STATUS: Final = case(
    *((issue.c.stage == stage, literal(str(status))) for stage, status in STATUS_OF.items()),
    else_=literal(""),
)
FIELDS: Final = {
    "issue_id": text(issue.c.issue_id),
    "application_id": facet(issue.c.application_id),
    "service": facet(issue.c.service),
    "env": facet(issue.c.env),
    "error_type": facet(issue.c.error_type),
    "error_message": text(issue.c.error_message),
    "first_seen_version": facet(issue.c.first_seen_version),
    "last_seen_version": facet(issue.c.last_seen_version),
    "regressed_version": facet(issue.c.regressed_version),
    "status": Field(FieldKind.TEXT, _STATUS, is_facet=True, test=_status),
    "stage": choice(issue.c.stage, Stage),
    "suspected_cause": choice(issue.c.cause, Cause),
    "severity": choice(issue.c.severity, Severity),
    "is_crash": flag(issue.c.is_crash),
    "version": Field(FieldKind.TEXT, test=_version),
    "assignee_id": Field(FieldKind.TEXT, test=_assignee),
    **{name: tagged(name) for name in DERIVED},
    "user_id": Field(FieldKind.TEXT, test=_seen_by(issue_user, "user_id")),
    "session_id": Field(FieldKind.TEXT, test=_seen_by(issue_session, "session_id")),
    "error_count": number(issue.c.error_count),
    "session_count": number(issue.c.session_count),
    "user_count": number(issue.c.user_count),
    "age": number(issue.c.last_seen_at - issue.c.first_seen_at, SECOND),
    "created_at": time(issue.c.created_at),
    "updated_at": time(issue.c.updated_at),
    "first_seen": time(issue.c.first_seen_at),
    "last_seen": time(issue.c.last_seen_at),
    "resolved_at": time(issue.c.resolved_at),
    "regressed_at": time(issue.c.regressed_at),
}
