"""Alerts that may explain others: what fires, unacknowledged, and was heard of lately."""

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from tocsin.domain.alert import Alert
from tocsin.domain.incident import Progress
from tocsin.store import posting
from tocsin.store.database import Tx
from tocsin.store.json_part import value_of
from tocsin.store.label_filter import head_of
from tocsin.store.tables.alert import OPEN, alert, alert_label
from tocsin.store.tables.incident import incident

LABELLED_MAX: Final = 10_000
LATEST_MAX: Final = 2_000


class Having(Struct, frozen=True):
    """Alerts with one of these values of a label."""

    name: str
    values: tuple[str, ...]


def find(
    tx: Tx, account_id: int, channel_id: int, heard_since: int, having: Having | None
) -> list[Alert]:
    """Those of a channel heard of since an instant (ms), the latest first.

    10,000 that have a label, or else the latest 2,000: what a batch can look at in good time.
    """
    return tx.rows(statement(account_id, channel_id, heard_since, having), Alert)


def of_integration(
    tx: Tx, account_id: int, integration_id: int, heard_since: int, having: Having | None
) -> list[Alert]:
    """Those of an integration, in whichever channel, as `find` gives those of a channel."""
    place = alert.c.integration_id == integration_id
    return tx.rows(_statement(account_id, place, heard_since, having), Alert)


def statement(
    account_id: int, channel_id: int, heard_since: int, having: Having | None
) -> Select[Any]:
    """The query behind `find`."""
    return _statement(account_id, alert.c.channel_id == channel_id, heard_since, having)


def _statement(
    account_id: int, place: ColumnElement[bool], heard_since: int, having: Having | None
) -> Select[Any]:
    found = select(alert).where(
        alert.c.account_id == account_id,
        place,
        alert.c.updated_at >= heard_since,
        OPEN,
        or_(alert.c.incident_id == "", _unacknowledged()),
    )
    limit = LATEST_MAX
    if having:
        has = value_of(alert.c.labels, having.name).in_(having.values)
        found = found.where(alert.c.id.in_(_labelled(account_id, having)), has)
        limit = LABELLED_MAX
    return found.order_by(alert.c.updated_at.desc(), alert.c.id).limit(limit)


def _unacknowledged() -> ColumnElement[bool]:
    of_alert = and_(
        incident.c.account_id == alert.c.account_id,
        incident.c.incident_id == alert.c.incident_id,
    )
    return exists(
        select(incident.c.incident_id).where(of_alert, incident.c.progress == Progress.TRIGGERED)
    )


def _labelled(account_id: int, having: Having) -> Select[Any]:
    return posting.owners(
        alert_label,
        alert_label.c.account_id == account_id,
        alert_label.c.name == having.name,
        alert_label.c.head.in_(sorted(map(head_of, having.values))),
    )
