"""Integrations and their push keys."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, bindparam, insert, select, update

from tocsin.domain.integration import WEBHOOKS, Integration, IntegrationStatus
from tocsin.kernel.paging import Window
from tocsin.kernel.text import digest, fold
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.channel import integration

_COLUMNS = fields(integration, Integration)
_LIVE = integration.c.status != IntegrationStatus.DELETED
_GET = select(*_COLUMNS).where(
    integration.c.account_id == bindparam("account_id"),
    integration.c.id == bindparam("integration_id"),
    _LIVE,
)
_GET_LOCKED = _GET.with_for_update()


class Filter(Struct, frozen=True):
    """Which integrations a list holds; None narrows nothing, an empty collection lists none."""

    plugin_ids: Collection[int] | None = None
    team_ids: Collection[int] | None = None
    status: IntegrationStatus | None = None
    query: str = ""


def get(tx: Tx, account_id: int, integration_id: int, *, lock: bool = False) -> Integration | None:
    """One integration that is not deleted."""
    wanted = {"account_id": account_id, "integration_id": integration_id}
    return tx.row(_GET_LOCKED if lock else _GET, Integration, wanted)


def get_many(tx: Tx, account_id: int, integration_ids: Collection[int]) -> list[Integration]:
    """Integrations by id, deleted ones too, in no order."""
    if not integration_ids:
        return []
    found = select(*_COLUMNS).where(
        integration.c.account_id == account_id, integration.c.id.in_(integration_ids)
    )
    return tx.rows(found, Integration)


def all_of(tx: Tx, account_id: int) -> list[Integration]:
    """Every integration there was, also those deleted."""
    found = select(*_COLUMNS).where(integration.c.account_id == account_id)
    return tx.rows(found, Integration)


def by_key(tx: Tx, key: str) -> Integration | None:
    """The integration a push key opens. The one look-up without an account: the key names it."""
    found = select(*_COLUMNS).where(integration.c.key_hash == digest(key), _LIVE)
    return tx.row(found, Integration)


def by_mail_prefix(tx: Tx, prefix: str) -> Integration | None:
    """The integration that mail to this name reaches; like a key, the name tells the account."""
    found = select(*_COLUMNS).where(integration.c.mail_prefix == prefix, _LIVE)
    return tx.row(found, Integration)


def add(tx: Tx, new: Integration) -> None:
    """Keep a new integration."""
    tx.run(insert(integration).values(**_values(new)))


def save(tx: Tx, changed: Integration) -> None:
    """Keep what became of an integration."""
    tx.run(
        update(integration)
        .where(integration.c.account_id == changed.account_id, integration.c.id == changed.id)
        .values(**_values(changed))
    )


def _values(one: Integration) -> dict[str, object]:
    """Its row: what it is, and what it is found by."""
    return asdict(one) | {
        "search": fold(one.name),
        "key_hash": digest(one.key),
        "mail_prefix": one.mail_prefix,
    }


def browse(
    tx: Tx, account_id: int, wanted: Filter, window: Window, *, ascending: bool = False
) -> list[Integration]:
    """The integrations of a list, newest first unless `ascending`."""
    found = select(*_COLUMNS).where(*_conditions(account_id, wanted))
    by = (integration.c.created_at, integration.c.id)
    ordered = found.order_by(*(by if ascending else (column.desc() for column in by)))
    return tx.rows(ordered.offset(window.offset).limit(window.limit), Integration)


_OF_PLUGIN = (
    select(*_COLUMNS)
    .where(
        integration.c.account_id == bindparam("account_id"),
        integration.c.plugin_id == bindparam("plugin_id"),
        integration.c.status == IntegrationStatus.ENABLED,
    )
    .order_by(integration.c.id)
)


def of_plugin(tx: Tx, account_id: int, plugin_id: int) -> list[Integration]:
    """The enabled integrations of one kind, eldest first."""
    wanted = {"account_id": account_id, "plugin_id": plugin_id}
    key = ("integrations", account_id, plugin_id)
    return tx.remembered(key, lambda: tx.rows(_OF_PLUGIN, Integration, wanted))


def webhooks(tx: Tx, account_id: int) -> list[Integration]:
    """The enabled webhooks of an account, for incidents and for alerts, eldest first."""
    found = select(*_COLUMNS).where(
        integration.c.account_id == account_id,
        integration.c.plugin_id.in_(WEBHOOKS),
        integration.c.status == IntegrationStatus.ENABLED,
    )
    return tx.rows(found.order_by(integration.c.id), Integration)


def delete_of_channel(tx: Tx, account_id: int, channel_id: int) -> None:
    """The dedicated integrations of a channel go with it."""
    of_channel = and_(
        integration.c.account_id == account_id, integration.c.channel_id == channel_id, _LIVE
    )
    tx.run(
        update(integration)
        .where(of_channel)
        .values(status=IntegrationStatus.DELETED, updated_at=tx.now)
    )


def _conditions(account_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [integration.c.account_id == account_id, _LIVE]
    if wanted.plugin_ids is not None:
        conditions.append(integration.c.plugin_id.in_(wanted.plugin_ids))
    if wanted.team_ids is not None:
        conditions.append(integration.c.team_id.in_(wanted.team_ids))
    if wanted.status is not None:
        conditions.append(integration.c.status == wanted.status)
    if wanted.query:
        conditions.append(integration.c.search.like(containing(wanted.query), escape="\\"))
    return conditions
