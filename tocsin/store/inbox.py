"""The inbox of a database: what doors accepted and no engine has digested yet."""

from pathlib import Path

from tocsin.store.database import Database
from tocsin.store.inbox_entry import Entry, Inbox, Overtaken, Taken
from tocsin.store.inbox_postgres import PostgresInbox
from tocsin.store.inbox_sqlite import SqliteInbox

__all__ = ["Entry", "Inbox", "Overtaken", "Taken", "open_inbox"]


def open_inbox(database: Database) -> Inbox:
    """The inbox that belongs to `database`; with SQLite, `inbox.db` beside it."""
    if not database.is_sqlite:
        return PostgresInbox(database)
    return SqliteInbox(database, Path(database.engine.url.database or "").with_name("inbox.db"))
