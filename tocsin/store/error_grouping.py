"""How applications group their errors, at rest, and what their rules are tried out on."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import select

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.error_grouping import ErrorGrouping
from tocsin.store.columns import fields
from tocsin.store.database import Tx
from tocsin.store.issue_event import unpack
from tocsin.store.tables.error_grouping import error_grouping
from tocsin.store.tables.issue import issue, issue_event
from tocsin.store.upsert import upsert


class Sample(Struct, frozen=True):
    """A stored event and the issue it belongs to."""

    issue_id: str
    event: ErrorEvent


def get(tx: Tx, account_id: int, application_id: str) -> ErrorGrouping:
    """How an application groups; the defaults where nobody said."""
    wanted = select(*fields(error_grouping, ErrorGrouping)).where(
        error_grouping.c.account_id == account_id,
        error_grouping.c.application_id == application_id,
    )
    default = ErrorGrouping(application_id=application_id, account_id=account_id)
    return tx.row(wanted, ErrorGrouping) or default


def save(tx: Tx, changed: ErrorGrouping) -> None:
    values = asdict(changed) | {"noise": changed.noise}
    key = {"application_id": values.pop("application_id")}
    upsert(tx, error_grouping, key, values)


def recent_issues(tx: Tx, account_id: int, application_id: str, limit: int) -> list[str]:
    """The ids of an application's issues that changed last, without those merged into others."""
    wanted = select(issue.c.issue_id).where(
        issue.c.account_id == account_id,
        issue.c.application_id == application_id,
        issue.c.merged_into == "",
    )
    latest = wanted.order_by(issue.c.updated_at.desc(), issue.c.issue_id).limit(limit)
    return list(tx.values(latest))


def samples(
    tx: Tx, account_id: int, application_id: str, issue_count: int, event_count: int
) -> list[Sample]:
    """The newest events (`event_count` each) of the issues that changed last, the oldest first."""
    columns = (issue_event.c.issue_id, issue_event.c.raw_bytes, issue_event.c.payload)
    found: list[tuple[int, Sample]] = []
    for issue_id in recent_issues(tx, account_id, application_id, issue_count):
        newest = select(issue_event.c.id, *columns).where(issue_event.c.issue_id == issue_id)
        newest = newest.order_by(issue_event.c.id.desc()).limit(event_count)
        found += [
            (row, Sample(issue_id, unpack(payload, raw_bytes)[0]))
            for row, issue_id, raw_bytes, payload in tx.tuples(newest)
        ]
    return [sample for _, sample in sorted(found, key=lambda each: each[0])]
