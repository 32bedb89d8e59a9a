"""A table that takes hours to read."""

from sqlalchemy import text

from tocsin.store.database import Database


def make_endless(database: Database) -> None:
    """Have whoever reads events of alerts read for hours."""
    with database.write() as tx:
        tx.connection.execute(text("ALTER TABLE alert_event RENAME TO alert_event_kept"))
        endless = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT e.* FROM n, alert_event_kept e WHERE n.i < 0"
        )
        if tx.dialect == "postgresql":
            endless = "SELECT e.* FROM pg_sleep(3600), alert_event_kept e"
        tx.connection.execute(text(f"CREATE VIEW alert_event AS {endless}"))
