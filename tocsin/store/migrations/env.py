"""What Alembic runs for each migration, on the connection that `tocsin.store.migration` hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from tocsin.store.tables import metadata


def _plain_types(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write a column type of ours as what it is in the database, so that old migrations stand."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=_plain_types,
)
context.run_migrations()
