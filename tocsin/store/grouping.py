"""Open incidents that a new alert may join."""

from collections.abc import Collection
from typing import Final

from msgspec import Struct
from sqlalchemy import bindparam, select

from tocsin.domain.channel import GroupMethod
from tocsin.store.database import Tx
from tocsin.store.tables.incident import OPEN, incident, incident_bucket

LIKE_MAX: Final = 1000

_HOLDING: Final = (
    select(incident_bucket.c.bucket, incident_bucket.c.incident_id)
    .where(
        incident_bucket.c.account_id == bindparam("account_id"),
        incident_bucket.c.channel_id == bindparam("channel_id"),
        incident_bucket.c.bucket.in_(bindparam("buckets", expanding=True)),
    )
    .order_by(incident_bucket.c.incident_id.desc())
)


class Said(Struct, frozen=True):
    """An incident, and what its first alert said that likeness looks at."""

    incident_id: str
    grouped_by: dict[str, str]


def holding(
    tx: Tx, account_id: int, channel_id: int, buckets: Collection[str]
) -> list[tuple[str, str]]:
    """Buckets with the open incidents of a channel that hold them, newest first."""
    wanted = {"account_id": account_id, "channel_id": channel_id, "buckets": list(buckets)}
    return [(bucket, incident_id) for bucket, incident_id in tx.tuples(_HOLDING, wanted)]


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
