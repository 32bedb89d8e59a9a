"""The inbox, timers and deliveries with nothing else around them: ladders of messages.

An entry `name:count` starts a ladder. Its timer fires `count` times and owes one message each
time. How far a ladder is, is how many messages it owes, so that losing or doubling any step shows.
"""

from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.conftest import postgresql_database, sqlite_database
from tests.simulation.lives import seeds
from tests.world import ACCOUNT, Rest, World
from tocsin.domain.timer import Timer
from tocsin.engine.handling import Digester, TimerHandler, Work
from tocsin.kernel.units import MINUTE
from tocsin.store import delivery, timer
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry

RUNG = "rung"


class Ladders(World):
    def __init__(self, url: str, seed: int) -> None:
        super().__init__(url, seed)
        self.started = 0

    def work(self) -> Work:
        return Work(
            timers={RUNG: TimerHandler(lambda *_: self.faults.maybe_die(), self.climb)},
            digesters={"ladder": Digester(lambda _: nullcontext(self.read), self.start)},
            transports=self.transports,
            sweepers=(),
        )

    def read(self, entry: Entry) -> str:
        if entry.body == b"unreadable":
            raise ValueError("no ladder")
        return entry.body.decode()

    def start(self, tx: Tx, ladders: list[str]) -> None:
        for ladder in ladders:
            assert timer.get(tx, RUNG, ladder) is None, "digested twice"
            timer.set_(tx, ACCOUNT, RUNG, ladder, tx.now + self.rng.randint(0, 5) * MINUTE)
            self.faults.maybe_die()
            if ladder.startswith("poison"):
                raise ArithmeticError("cannot be stored")

    def climb(self, tx: Tx, found: Timer) -> None:
        climbed = len(delivery.of(tx, ACCOUNT, found.subject))
        method = self.rng.choice(self.METHODS)
        delivery.owe(tx, ACCOUNT, method, f"rung {climbed}", b"{}", found.subject)
        self.faults.maybe_die()
        if climbed + 1 < count(found.subject):
            timer.set_(tx, ACCOUNT, RUNG, found.subject, tx.now + self.rng.randint(1, 9) * MINUTE)
        if self.faults.strike("handler fails"):
            raise ArithmeticError("a bad day")

    def happen(self) -> None:
        self.accept(self._entry() for _ in range(self.rng.randint(1, 6)))

    def _entry(self) -> Entry:
        self.started += 1
        kind = self.rng.choices(["ladder", "poison", "unreadable"], [8, 1, 1])[0]
        name = f"{kind}-{self.started}:{self.rng.randint(1, 4)}"
        body = b"unreadable" if kind == "unreadable" else name.encode()
        return Entry("ladder", ACCOUNT, name, self.clock.now(), body)

    def check_play(self, rest: Rest) -> None:
        for entry in self.accepted:
            ladder, good = entry.scope, entry.scope.startswith("ladder")
            rungs = [each.target for each in rest.deliveries.get(ladder, [])]
            assert rungs == [f"rung {n}" for n in range(len(rungs))], "a step is doubled or missing"
            waits = (RUNG, ladder) in rest.timers
            assert (ladder in rest.rejected) == (not good)
            assert waits == (good and len(rungs) < count(ladder)), (
                f"{ladder} has {len(rungs)} steps and {'a' if waits else 'no'} timer"
            )


def count(ladder: str) -> int:
    return int(ladder.rpartition(":")[2])


@pytest.mark.parametrize("seed", seeds())
def test_nothing_accepted_is_lost_or_doubled_whoever_dies(database_url: str, seed: int) -> None:
    world = Ladders(database_url, seed)
    world.live(40)
    steps = sum(count(each.scope) for each in world.accepted if each.scope.startswith("ladder"))
    assert world.owed == steps


def test_one_seed_is_one_life_on_both_databases(tmp_path: Path) -> None:
    """The machinery decides alike on both, so that a failing seed replays on either."""
    lives = []
    for url in (sqlite_database(tmp_path), postgresql_database()):
        world = Ladders(url, 7)
        world.live(40)
        lives.append([(m.id, m.target) for each in world.transports.values() for m in each.arrived])
    assert lives[0] == lives[1]
    assert len(lives[0]) > 20
