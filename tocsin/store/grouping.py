"""Open incidents that a new alert may join."""

from collections.abc import Collection
from typing import Final

from msgspec import Struct
from sqlalchemy import select

from tocsin.domain.channel import GroupMethod
from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.tables.incident import OPEN, incident

LIKE_MAX: Final = 1000

_HOLDING: Final = (
    "SELECT bucket, incident_id FROM incident_bucket WHERE account_id = ? AND channel_id = ?"
)


class Said(Struct, frozen=True):
    """An incident, and what its first alert said that likeness looks at."""

    incident_id: str
    grouped_by: dict[str, str]


def holding(
    tx: Tx, account_id: int, channel_id: int, buckets: Collection[str]
) -> list[tuple[str, str]]:
    """Buckets with the open incidents of a channel that hold them, newest first."""
    of_buckets, wanted = bulk.among(tx, "bucket", list(buckets))
    newest_first = f"{_HOLDING} AND {of_buckets} ORDER BY incident_id DESC"
    found = bulk.rows(tx, newest_first, (account_id, channel_id, wanted))
    return [(str(bucket), str(incident_id)) for bucket, incident_id in found]


def said(tx: Tx, account_id: int, channel_id: int, since: int, *, sliding: bool) -> list[Said]:
    """The newest LIKE_MAX open incidents of a channel that likeness opened, oldest first; those
    that began since that instant or, `sliding`, that an alert joined since."""
    began = incident.c.merged_at if sliding else incident.c.created_at
    newest = (
        select(incident.c.incident_id, incident.c.grouped_by)
        .where(
            incident.c.account_id == account_id,
            incident.c.channel_id == channel_id,
            OPEN,
            incident.c.group_method == GroupMethod.INTELLIGENT,
            ~incident.c.merge_disabled,
            began > since,
        )
        .order_by(incident.c.incident_id.desc())
        .limit(LIKE_MAX)
    )
    return tx.rows(newest, Said)[::-1]
