"""Drop, silence and inhibit rules at rest: three tables that are read and written alike."""

from typing import Any, Final, Generic, TypeVar

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, insert, select, update

from tocsin.domain.drop_rule import DropRule
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.noise_rule import NoiseRule, RuleStatus
from tocsin.domain.silence import SilenceRule
from tocsin.store.database import Tx
from tocsin.store.tables.noise import drop_rule, inhibit_rule, silence_rule

R = TypeVar("R", bound=NoiseRule)


class Shelf(Generic[R]):
    """Where the rules of one kind are, and what they are."""

    def __init__(self, table: Table, shape: type[R]) -> None:
        self.table = table
        self.shape = shape
        # Built once: the intake asks it for every channel of every batch.
        self.of_channel = (
            select(table)
            .where(
                table.c.account_id == bindparam("account_id"),
                table.c.channel_id == bindparam("channel_id"),
            )
            .order_by(table.c.priority, table.c.id)
        )
        self.enabled = self.of_channel.where(table.c.status == RuleStatus.ENABLED)

    def rule(self, account_id: int, rule_id: str) -> ColumnElement[bool]:
        return and_(self.table.c.account_id == account_id, self.table.c.id == rule_id)


DROPS: Final = Shelf(drop_rule, DropRule)
SILENCES: Final = Shelf(silence_rule, SilenceRule)
INHIBITS: Final = Shelf(inhibit_rule, InhibitRule)
_SHELVES: Final[tuple[Shelf[Any], ...]] = (DROPS, SILENCES, INHIBITS)


def of_channel(tx: Tx, shelf: Shelf[R], account_id: int, channel_id: int) -> list[R]:
    """The rules of a channel, in the order in which they are tried."""
    wanted = {"account_id": account_id, "channel_id": channel_id}
    return tx.rows(shelf.of_channel, shelf.shape, wanted)


def in_force(tx: Tx, shelf: Shelf[R], account_id: int, channel_id: int) -> list[R]:
    """Those that are enabled."""
    wanted = {"account_id": account_id, "channel_id": channel_id}
    return tx.rows(shelf.enabled, shelf.shape, wanted)


def get(tx: Tx, shelf: Shelf[R], account_id: int, rule_id: str, *, lock: bool = False) -> R | None:
    """One rule, None for an id that is unknown here."""
    found = select(shelf.table).where(shelf.rule(account_id, rule_id))
    return tx.row(found.with_for_update() if lock else found, shelf.shape)


def count(tx: Tx, shelf: Shelf[R], account_id: int, channel_id: int) -> int:
    """How many rules a channel has."""
    table = shelf.table
    of_channel = and_(table.c.account_id == account_id, table.c.channel_id == channel_id)
    return int(tx.value(select(func.count()).select_from(table).where(of_channel)))


def add(tx: Tx, shelf: Shelf[R], new: R) -> None:
    """Keep a new rule."""
    tx.run(insert(shelf.table).values(**asdict(new)))


def save(tx: Tx, shelf: Shelf[R], changed: R) -> None:
    """Keep what became of a rule."""
    of_rule = shelf.rule(changed.account_id, changed.id)
    tx.run(update(shelf.table).where(of_rule).values(**asdict(changed)))


def remove(tx: Tx, shelf: Shelf[R], account_id: int, rule_id: str) -> None:
    """Forget a rule."""
    tx.run(delete(shelf.table).where(shelf.rule(account_id, rule_id)))


def remove_of_channel(tx: Tx, account_id: int, channel_id: int) -> None:
    """Forget every rule of a channel."""
    for shelf in _SHELVES:
        table = shelf.table
        of_channel = and_(table.c.account_id == account_id, table.c.channel_id == channel_id)
        tx.run(delete(table).where(of_channel))
