"""What changed lately: one row a transaction and account, kept for as long as somebody may have
been away."""

from collections.abc import Collection, Iterable
from typing import Final, Protocol

from msgspec import Struct
from sqlalchemy import delete, func, insert, select

from tocsin.domain.news import ITEMS_MAX, About, News
from tocsin.kernel.units import MINUTE
from tocsin.store.database import Tx
from tocsin.store.tables.news import news

KEPT_MS: Final = 10 * MINUTE
ROWS_MAX: Final = 500
_TELL: Final = insert(news)


class _Placed(Protocol):
    """What lies in a channel."""

    @property
    def id(self) -> str: ...

    @property
    def account_id(self) -> int: ...

    @property
    def channel_id(self) -> int: ...


class Row(Struct, frozen=True):
    """What one transaction changed in an account; later ones have greater ids."""

    id: int
    account_id: int
    items: tuple[News, ...]


def tell(tx: Tx, account_id: int, about: About, id_: str, channel_id: int = 0) -> None:
    """Note that something changed; it is told once the transaction is committed."""
    told: dict[int, dict[News, None]] = tx.gathered(_write)
    told.setdefault(account_id, {})[News(about, id_, channel_id)] = None


def tell_of(tx: Tx, about: About, changed: Iterable[_Placed]) -> None:
    """Note that these changed, each in its channel."""
    for one in changed:
        tell(tx, one.account_id, about, one.id, one.channel_id)


def after(tx: Tx, last: int, missing: Collection[int] = ()) -> list[Row]:
    """What came after a row, and rows before it that were still being written, in order."""
    wanted = news.c.id > last
    if missing:
        wanted |= news.c.id.in_(missing)
    rows = select(news.c.id, news.c.account_id, news.c["items"]).where(wanted)
    return tx.rows(rows.order_by(news.c.id).limit(ROWS_MAX), Row)


def bounds(tx: Tx) -> tuple[int, int]:
    """The oldest and the newest row there are, 0 for none."""
    oldest, newest = tx.tuples(select(func.min(news.c.id), func.max(news.c.id)))[0]
    return oldest or 0, newest or 0


def sweep(tx: Tx, limit: int) -> int:
    """Forget up to `limit` rows that nobody asks for any more, and say how many."""
    newest = select(func.max(news.c.id)).scalar_subquery()
    old = select(news.c.id).where(news.c.at < tx.now - KEPT_MS, news.c.id < newest).limit(limit)
    return tx.run(delete(news).where(news.c.id.in_(old)))


def _write(tx: Tx, told: dict[int, dict[News, None]]) -> None:
    for account_id, items in told.items():
        row = {"account_id": account_id, "at": tx.now, "items": _bounded(list(items))}
        tx.connection.execute(_TELL, row)


def _bounded(items: list[News]) -> tuple[News, ...]:
    found: list[News] = []
    for about in About:
        mine = [item for item in items if item.about is about]
        found += mine if len(mine) <= ITEMS_MAX else [News(about, "")]
    return tuple(found)
