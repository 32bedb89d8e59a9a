"""What rules decide does not depend on where one batch of events ends and the next begins."""

from random import Random  # noqa: TID251 - a run's chances come from its seed

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tests.cast import Cast
from tests.domain.rules import about, drop, inhibit, silence
from tests.domain.test_channel import CHANNEL
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.engine import alert as engine
from tocsin.engine.alert_arrival import Arrival
from tocsin.store import channel as channels
from tocsin.store import noise_rule as rules
from tocsin.store.database import Database, Tx
from tocsin.store.noise_rule import DROPS, INHIBITS, SILENCES
from tocsin.store.tables.alert import alert

EVENTS = 80
AT_ONCE, IN_PARTS = 1, 2


def furnish(tx: Tx, cast: Cast, number: int) -> None:
    """A channel with a rule of each kind, and two by which alerts could hide each other."""
    channels.add(tx, replace(CHANNEL, id=number, account_id=cast.account_id, name=str(number)))
    common = {"account_id": cast.account_id, "channel_id": number, "id": f"{number:024}"}
    rules.add(tx, DROPS, drop(**common, filters=about("labels.env", "lab")))
    quiet = silence(**common, filters=about("labels.env", "quiet"), end_time=2**60)
    rules.add(tx, SILENCES, quiet)
    for source, target in (("ping", "disk"), ("disk", "ping")):
        explaining = inhibit(
            **common | {"id": f"{source}{number:020}"},
            source_filters=about("labels.check", source),
            target_filters=about("labels.check", target),
            equals=("labels.host",),
        )
        rules.add(tx, INHIBITS, explaining)


def some_event(rng: Random, at: int) -> AlertEvent:
    host, check = rng.choice(["db1", "db2"]), rng.choice(["ping", "disk"])
    env = rng.choice(["lab", "quiet", "prod", "prod", "prod"])
    status = rng.choice([*EventStatus, EventStatus.OK])
    labels = {"host": host, "check": check, "env": env}
    return AlertEvent(f"{check}-{host}", status, f"{check} of {host}", at, labels=labels)


def deliver(database: Database, cast: Cast, number: int, batch: list[AlertEvent]) -> None:
    sender = Integration(number, cast.account_id, 0, 0, "sender", 1, "standard.alert", 0, 0, 0)
    with database.write() as tx:
        places = (number,)
        engine.deliver(
            tx,
            [Arrival(sender, one, tx.now, event=one, channel_ids=places) for one in batch],
        )


def came_of_it(database: Database, number: int) -> list[tuple[object, ...]]:
    found = select(alert).where(alert.c.channel_id == number).order_by(alert.c.id)
    with database.read() as tx:
        alerts = tx.rows(found, Alert)
    return [
        (
            one.alert_key,
            one.status,
            one.end_time,
            one.event_count,
            one.ever_muted,
            one.muted_by and one.muted_by.stage,
            bool(one.incident_id),
        )
        for one in alerts
    ]


@pytest.mark.parametrize("seed", range(8))
def test_rules_decide_alike_however_events_are_batched(
    database: Database, cast: Cast, seed: int
) -> None:
    rng = Random(seed)
    with database.write() as tx:
        events = [some_event(rng, tx.now) for _ in range(EVENTS)]
        for number in (AT_ONCE, IN_PARTS):
            furnish(tx, cast, number)
    deliver(database, cast, AT_ONCE, events)
    left = list(events)
    while left:
        size = rng.randint(1, 9)
        deliver(database, cast, IN_PARTS, left[:size])
        left = left[size:]
    together = came_of_it(database, AT_ONCE)
    assert came_of_it(database, IN_PARTS) == together
    stages = {one[5] for one in together}
    assert {None, "silence", "inhibit"} <= stages
    assert all(one[5] or one[6] for one in together), "neither muted nor in an incident"
