"""What people said of errors, by the hash that their events were grouped by."""

from collections.abc import Collection

from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, func, select, tuple_, update

from tocsin.domain.feedback import Feedback
from tocsin.kernel.paging import Window
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.tables.error_extra import issue_feedback
from tocsin.store.tables.issue import issue, issue_event, issue_hash
from tocsin.store.upsert import insert_new

AWAITED_MAX = 1000
LATEST_ISSUES = 1000


def add(tx: Tx, account_id: int, application_id: str, new: Feedback) -> None:
    """Keep what somebody said, once."""
    place = {"account_id": account_id, "application_id": application_id}
    insert_new(tx, issue_feedback, {**asdict(new), **place})


def awaiting(tx: Tx, application_id: str, since: int) -> dict[str, str]:
    """feedback id → event id, of what came since then (ms) without its event being known."""
    wanted = select(issue_feedback.c.feedback_id, issue_feedback.c.event_id).where(
        issue_feedback.c.application_id == application_id,
        issue_feedback.c.digest == "",
        issue_feedback.c.received_at >= since,
    )
    found = tx.tuples(wanted.order_by(issue_feedback.c.received_at.desc()).limit(AWAITED_MAX))
    return {str(feedback_id): str(event_id) for feedback_id, event_id in found}


def link(tx: Tx, application_id: str, digests: dict[str, str]) -> None:
    """Say by which hash the event of each feedback was grouped."""
    changing = update(issue_feedback).where(
        issue_feedback.c.application_id == application_id,
        issue_feedback.c.feedback_id == bindparam("key"),
    )
    rows = [{"key": key, "found": digest} for key, digest in digests.items()]
    tx.run(changing.values(digest=bindparam("found")), rows)


def digest_of(tx: Tx, account_id: int, application_id: str, event_id: str) -> str:
    """The hash that leads to the issue of a stored event, looked for among the issues that changed
    last; "" where it is not there."""
    latest = select(issue.c.issue_id).where(
        issue.c.account_id == account_id, issue.c.application_id == application_id
    )
    ids = tx.values(latest.order_by(issue.c.updated_at.desc()).limit(LATEST_ISSUES))
    wanted = (
        select(issue_hash.c.digest)
        .join(issue_event, issue_event.c.issue_id == issue_hash.c.issue_id)
        .where(issue_event.c.issue_id.in_(ids), issue_event.c.event_id == event_id)
    )
    return str(tx.value(wanted.order_by(issue_hash.c.digest).limit(1)) or "")


def of_hashes(
    tx: Tx, account_id: int, digests: Collection[str], page: Window
) -> tuple[list[Feedback], int]:
    """A page of what was said of errors grouped by these hashes, the latest first, and how much
    there is."""
    rules = [issue_feedback.c.account_id == account_id, issue_feedback.c.digest.in_(digests)]
    listed = select(*fields(issue_feedback, Feedback)).where(*rules)
    latest = listed.order_by(issue_feedback.c.received_at.desc(), issue_feedback.c.feedback_id)
    found = tx.rows(latest.offset(page.offset).limit(page.limit), Feedback)
    return found, int(tx.value(select(func.count()).select_from(issue_feedback).where(*rules)))


def sweep(tx: Tx, before: int, limit: int) -> int:
    """Forget up to so much of what was said before that instant."""
    key = (issue_feedback.c.application_id, issue_feedback.c.feedback_id)
    old = select(*key).where(issue_feedback.c.received_at < before).limit(limit)
    return tx.run(delete(issue_feedback).where(tuple_(*key).in_(old)))
