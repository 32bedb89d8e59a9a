"""Faults that are put in on purpose: the simulation must find each within a few lives.

A simulation that finds nothing proves nothing unless it would have found something.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from tests.conftest import sqlite_database
from tests.simulation.test_escalation import Duty
from tests.world import World
from tocsin.domain import incident_progress, silence
from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.filter import Subject
from tocsin.domain.incident import Decision, Effect, Incident
from tocsin.domain.silence import SilenceRule
from tocsin.domain.time_filter import Moment
from tocsin.domain.trace import Muting
from tocsin.engine import escalation, loop
from tocsin.outbound.transport import Receipt, SendFailed, Transport
from tocsin.store import delivery
from tocsin.store.database import Database, Tx
from tocsin.store.tables.engine import delivery as table

LIVES = 12
STEPS = 60
Patch = pytest.MonkeyPatch


def settle_before_send(patch: Patch) -> None:
    """A message counts as sent when it is claimed, so that whoever dies then loses it."""

    def turn(database: Database, method: str, transport: Transport, most: int) -> loop.Turn:
        with database.read() as tx:
            if not delivery.count_due(tx, method, most):
                return False
        yield
        with database.write() as tx:
            claimed = delivery.claim_due(tx, method)
            if claimed is None:
                return False
            delivery.settle(tx, claimed, "")
        yield
        loop._send(transport, claimed)
        yield
        return True

    patch.setattr(loop, "send_one", turn)


def forgotten_lease(patch: Patch) -> None:
    """A claim leaves no mark, so that two engines send the same message."""

    def claim(tx: Tx, method: str) -> Delivery | None:
        due = (table.c.status == DeliveryStatus.PENDING, table.c.due_at <= tx.now)
        found = tx.row(select(table).where(table.c.method == method, *due), Delivery)
        return found and replace(found, due_at=tx.now + delivery.LEASE_MS)

    patch.setattr(delivery, "claim_due", claim)


def lease_that_is_never_marked(patch: Patch) -> None:
    """What was claimed before is sent again as if for the first time."""
    real = delivery.claim_due

    def claim(tx: Tx, method: str) -> Delivery | None:
        found = real(tx, method)
        if found is None:
            return None
        tx.run(update(table).where(table.c.id == found.id).values(may_repeat=False))
        return replace(found, may_repeat=False)

    patch.setattr(delivery, "claim_due", claim)


def forgotten_timer_on_ack(patch: Patch) -> None:
    """Who acknowledges is told again all the same."""

    def nothing(_: Incident, __: int) -> tuple[Effect, ...]:
        return ()

    patch.setattr(incident_progress, "paused", nothing)


def wrong_level_after_a_restart(patch: Patch) -> None:
    """The level an escalation is at is kept in memory alone."""
    real_restart, real_step = World.restart, escalation._step
    restarts: list[World] = []

    def restart(self: World) -> None:
        restarts.append(self)
        real_restart(self)

    def step(tx: Tx, incident: Incident) -> Decision:
        if restarts:
            first = replace(incident.escalation, layer_idx=0)
            incident = replace(incident, escalation=first)
        return real_step(tx, incident)

    patch.setattr(World, "restart", restart)
    patch.setattr(escalation, "_step", step)


def snooze_ignored_when_told_again(patch: Patch) -> None:
    """What is snoozed goes on telling people."""
    patch.setattr(incident_progress, "stilled", lambda _: ())
    patch.setattr(escalation, "is_held", lambda *_: False)


def silence_ignored_when_it_fires_again(patch: Patch) -> None:
    """A silence holds for the first event of an alert only."""
    real = silence.decide
    seen: set[object] = set()

    def decide(rules: list[SilenceRule], subject: Subject, moment: Moment) -> Muting | None:
        if subject["alert_key"] in seen:
            return None
        seen.add(subject["alert_key"])
        return real(rules, subject, moment)

    patch.setattr(silence, "decide", decide)


def receipt_before_the_transaction(patch: Patch) -> None:
    """A message that was refused for good counts as sent."""
    real = loop._record

    def record(tx: Tx, claimed: Delivery, *rest: object) -> None:
        policy, outcome, failed = rest
        if isinstance(outcome, SendFailed) and not outcome.retryable:
            outcome = Receipt("taken")
        real(tx, claimed, policy, outcome, failed)

    patch.setattr(loop, "_record", record)


MUTANTS: list[Callable[[Patch], None]] = [
    settle_before_send,
    forgotten_lease,
    lease_that_is_never_marked,
    forgotten_timer_on_ack,
    wrong_level_after_a_restart,
    snooze_ignored_when_told_again,
    silence_ignored_when_it_fires_again,
    receipt_before_the_transaction,
]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_simulation_finds_what_was_broken_on_purpose(
    mutant: Callable[[Patch], None], tmp_path: Path, monkeypatch: Patch
) -> None:
    for seed in range(LIVES):
        with monkeypatch.context() as patch:
            mutant(patch)
            try:
                Duty(sqlite_database(tmp_path), seed).live(STEPS)
            except AssertionError as found:
                print(f"{mutant.__name__}: life {seed}: {str(found)[:90]}")
                return
    raise AssertionError(f"{mutant.__name__} lived {LIVES} lives unseen")
