"""Notification templates at rest. Deleted ones stay, and are found by nothing here."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tocsin.domain.message.template import Template, TemplateStatus
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.kernel.text import fold
from tocsin.store.columns import containing, fields
from tocsin.store.database import Tx
from tocsin.store.tables.message import template

_COLUMNS = fields(template, Template)
_LIVE = template.c.status != TemplateStatus.DELETED


class Filter(Struct, frozen=True):
    """Which templates a list holds, and in which order; None and "" narrow nothing."""

    team_ids: tuple[int, ...] | None = None
    creator_id: int | None = None
    query: str = ""
    by_update: bool = False
    ascending: bool = False


def get(tx: Tx, account_id: int, template_id: str, *, lock: bool = False) -> Template | None:
    """One template that is not deleted."""
    found = select(*_COLUMNS).where(_key(account_id, template_id), _LIVE)
    return tx.row(found.with_for_update() if lock else found, Template)


def browse(tx: Tx, account_id: int, wanted: Filter, window: Window) -> list[Template]:
    """A page of templates; one more than it holds if there is one."""
    found = select(*_COLUMNS).where(*_conditions(account_id, wanted))
    columns = (template.c.updated_at if wanted.by_update else template.c.created_at, template.c.id)
    order = columns if wanted.ascending else [column.desc() for column in columns]
    ordered = found.order_by(*order).offset(window.offset).limit(window.limit + 1)
    return tx.rows(ordered, Template)


def count(tx: Tx, account_id: int, wanted: Filter) -> int:
    """How many templates a list has in all."""
    found = select(func.count()).select_from(template).where(*_conditions(account_id, wanted))
    return int(tx.value(found))


def add(tx: Tx, new: Template) -> None:
    """Keep a new template; InvalidParameter where its name is taken."""
    with _unique_name(new):
        tx.run(insert(template).values(**_values(new)))


def save(tx: Tx, changed: Template) -> None:
    """Keep what became of a template; InvalidParameter where its name is taken."""
    with _unique_name(changed):
        of_template = _key(changed.account_id, changed.id)
        tx.run(update(template).where(of_template).values(**_values(changed)))


def _key(account_id: int, template_id: str) -> ColumnElement[bool]:
    return and_(template.c.account_id == account_id, template.c.id == template_id)


def _conditions(account_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [template.c.account_id == account_id, _LIVE]
    if wanted.team_ids is not None:
        conditions.append(template.c.team_id.in_(wanted.team_ids))
    if wanted.creator_id is not None:
        conditions.append(template.c.creator_id == wanted.creator_id)
    if wanted.query:
        conditions.append(template.c.search.like(containing(wanted.query), escape="\\"))
    return conditions


def _values(of: Template) -> dict[str, object]:
    live = of.status is not TemplateStatus.DELETED
    return asdict(of) | {
        "name_key": fold(of.name) if live else of.id,
        "search": fold(f"{of.name}\n{of.description}"),
    }


@contextmanager
def _unique_name(of: Template) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidParameter(
            "another template is called {name}; choose another template_name", name=of.name
        ) from None
