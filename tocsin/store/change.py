"""Changes and the events they are made of."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select, update

from tocsin.domain.change import Change, ChangeEvent, ChangePlace, ChangeStatus
from tocsin.store.database import Tx
from tocsin.store.tables.change import change, change_event


class StoredEvent(Struct, frozen=True):
    """A report about a change as it came; instants are ms."""

    id: str
    account_id: int
    change_id: str
    change_key: str
    status: ChangeStatus
    title: str
    description: str
    link: str
    labels: dict[str, str]
    happened_at: int
    created_at: int


def find(tx: Tx, place: ChangePlace, change_key: str) -> Change | None:
    """The change that events of a key belong to, locked."""
    found = select(change).where(
        change.c.account_id == place.account_id,
        change.c.channel_id == place.channel_id,
        change.c.integration_id == place.integration_id,
        change.c.change_key == change_key,
    )
    return tx.row(found.with_for_update(), Change)


def add(tx: Tx, new: Change) -> None:
    """Keep a new change."""
    tx.run(insert(change).values(**asdict(new)))


def save(tx: Tx, changed: Change) -> None:
    """Keep what became of a change."""
    of_change = (change.c.account_id == changed.account_id, change.c.id == changed.id)
    tx.run(update(change).where(*of_change).values(**asdict(changed)))


def add_event(tx: Tx, owner: Change, event: ChangeEvent, at: int) -> None:
    """Keep a report about a change."""
    tx.run(
        insert(change_event).values(
            id=tx.ids.object_id(),
            account_id=owner.account_id,
            change_id=owner.id,
            created_at=at,
            **asdict(event),
        )
    )


def events(tx: Tx, account_id: int, change_id: str, limit: int) -> list[StoredEvent]:
    """The newest reports about a change, newest first."""
    return tx.rows(
        select(change_event)
        .where(change_event.c.account_id == account_id, change_event.c.change_id == change_id)
        .order_by(change_event.c.id.desc())
        .limit(limit),
        StoredEvent,
    )


def remove_some(tx: Tx, account_id: int, channel_id: int, limit: int) -> int:
    """Remove up to `limit` changes of a channel, with their events; how many there were."""
    of_channel = select(change.c.id).where(
        change.c.account_id == account_id, change.c.channel_id == channel_id
    )
    ids = tx.values(of_channel.limit(limit))
    for table, column in ((change_event, change_event.c.change_id), (change, change.c.id)):
        tx.run(delete(table).where(table.c.account_id == account_id, column.in_(ids)))
    return len(ids)
