"""Open alerts by the echo of what they heard last: repeats find them without being read."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.store import bulk
from tocsin.store.database import Tx
from tocsin.store.tables.alert import ECHOED

# In the words of the partial index, or the planner would not know it fits; and no condition that
# another index may tempt it with.
_ECHOING: Final = f"account_id = ? AND {ECHOED} AND incident_id <> ''"
_SAID: Final = {
    "sqlite": "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
    " json_extract(value, '$[2]') FROM json_each(?)",
    "postgresql": "SELECT * FROM unnest(?::text[], ?::bigint[], ?::bigint[])",
}
"""What was said, as rows; see `_values`."""


class Seen(Struct, frozen=True, array_like=True):
    """That an echo was received, and until when it holds; both ms."""

    echo: str
    received_at: int
    expires_at: int


def echoing(tx: Tx, account_id: int, echoes: Sequence[str]) -> list[tuple[str, str]]:
    """The echo and the key of each open alert with an incident whose last event was one of these,
    in whichever channel."""
    of_echoes, wanted = bulk.among(tx, "echo", echoes)
    statement = f"SELECT echo, alert_key FROM alert WHERE {_ECHOING} AND {of_echoes}"  # noqa: S608
    return [(echo, key) for echo, key in bulk.rows(tx, statement, (account_id, wanted))]


def hear_again(tx: Tx, account_id: int, seen: Sequence[Seen]) -> list[str]:
    """Note that open alerts with an incident were heard of again, and hold no shorter than they
    did; the echoes of those that were, once for each alert. No echo may come twice."""
    later = "max" if tx.dialect == "sqlite" else "greatest"
    # Materialised, so that each is looked up by its echo, and not each alert among them.
    statement = (
        f"WITH said(said_echo, said_at, holds_until) AS MATERIALIZED ({_SAID[tx.dialect]})"  # noqa: S608
        f" UPDATE alert SET last_time = {later}(last_time, said_at), expires_at = holds_until,"
        f" updated_at = ? FROM said WHERE {_ECHOING} AND echo = said_echo"
        " AND expires_at BETWEEN 1 AND holds_until RETURNING echo"
    )
    return [echo for (echo,) in bulk.rows(tx, statement, (*_values(tx, seen), tx.now, account_id))]


def _values(tx: Tx, seen: Sequence[Seen]) -> tuple[object, ...]:
    if tx.dialect == "sqlite":
        return (msgspec.json.encode(seen).decode(),)
    return (
        [one.echo for one in seen],
        [one.received_at for one in seen],
        [one.expires_at for one in seen],
    )
