"""Errors for tests: an application to send them from, and events that differ as a test says."""

import msgspec
from msgspec.structs import replace

from tocsin.domain.application import Application, ApplicationType
from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.engine import issue as issues
from tocsin.engine.error_grouping import Rulebooks
from tocsin.store import application as applications
from tocsin.store.database import Database, Tx


def register(tx: Tx, account_id: int, name: str = "Shop", **more: object) -> Application:
    """A stored application."""
    plain = Application(
        id=tx.ids.short(),
        account_id=account_id,
        name=name,
        type=ApplicationType.BROWSER,
        client_token=tx.ids.key(account_id),
        sentry_key=tx.ids.hex32(),
        sentry_project=tx.ids.plain_number(),
        team_id=0,
        created_by=account_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    new = replace(plain, **more)
    applications.add(tx, new)
    return new


def crash(event_id: str, at: int, kind: str = "KeyError", **more: object) -> ErrorEvent:
    """An error of the function `total`, received as it happened."""
    frames = (
        Frame(function="handle", module="framework", in_app=False),
        Frame(function="total", module="shop.cart", line=12, context_line="x = cart[key]"),
    )
    plain = ErrorEvent(
        event_id=event_id,
        door=Door.SENTRY,
        received_at=at,
        occurred_at=at,
        platform="python",
        service="shop",
        env="production",
        exceptions=(Thrown(type=kind, value="'x'", frames=frames),),
    )
    return replace(plain, **more)


def send(database: Database, application: Application, *events: ErrorEvent) -> None:
    """What the engine does with digested events."""
    with database.write() as tx:
        book = Rulebooks(tx).of(application.account_id, application.id)
        prepared = [
            issues.prepare(application.id, event, msgspec.json.encode(event), book)
            for event in events
        ]
        issues.record(tx, application, prepared)
