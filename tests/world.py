"""A whole Tocsin in one thread, on a clock that only moves when told to.

Every chance it takes comes from its seed: what happens, which of two engines goes on, where one
dies, what the network does. The same seed is the same life.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from random import Random  # noqa: TID251 - a life's chances come from its seed

from msgspec import Struct
from sqlalchemy import select

from tests.clock import VirtualClock
from tocsin.domain.delivery import Delivery, DeliveryStatus
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.timer import Timer
from tocsin.engine import digesting, loop
from tocsin.engine.handling import TimerHandler, Together, Work
from tocsin.kernel.ids import Ids
from tocsin.kernel.units import DAY, SECOND
from tocsin.outbound.transport import Message, Receipt, SendFailed
from tocsin.store import rejected
from tocsin.store.database import Database, Tx
from tocsin.store.delivery import AT_A_TIME
from tocsin.store.inbox import Entry, Inbox, open_inbox
from tocsin.store.tables import metadata
from tocsin.store.tables.engine import delivery, timer
from tocsin.store.tray import Tray

ACCOUNT = 1_000_000_000_001
TURNS_MAX = 20_000


class Crash(BaseException):
    """The process dies here: no handler of failures sees it."""


class Faults:
    """How often things go wrong in this life; `stop` ends all of it."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._on = True
        self._rates = {
            name: rng.random() ** 2 * most
            for name, most in {
                "die": 0.1,
                "die inside": 0.1,
                "send fails": 0.6,
                "send breaks": 0.3,
                "refused for good": 0.1,
                "handler fails": 0.3,
            }.items()
        }
        self.deaths = 0

    def strike(self, name: str) -> bool:
        return self._on and self._rng.random() < self._rates[name]

    def maybe_die(self, name: str = "die inside") -> None:
        if self.strike(name):
            raise Crash

    def stop(self) -> None:
        self._on = False


class FaultyTransport:
    """Hands over, fails, breaks off after handing over, or takes the process down with it."""

    retry = RetryPolicy(failures_max=10_000, age_max_ms=10_000 * DAY, wait_max_ms=60 * SECOND)
    senders = 1

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.tries = 0
        self.arrived: list[Message] = []
        self.refused: set[str] = set()

    def send(self, message: Message) -> Receipt:
        self.tries += 1
        self._faults.maybe_die()
        if self._faults.strike("refused for good"):
            self.refused.add(message.id)
            raise SendFailed("nobody of that name", retryable=False)
        if self._faults.strike("send fails"):
            raise SendFailed("down", retryable=True)
        self.arrived.append(message)
        self._faults.maybe_die()
        if self._faults.strike("send breaks"):
            raise SendFailed("no answer", retryable=True, may_have_arrived=True)
        return Receipt("taken")


class Rest(Struct, frozen=True):
    """What the database holds while the engines are at rest: timers by kind and subject,
    deliveries by what they are about, and the scopes of rejected entries."""

    timers: dict[tuple[str, str], Timer]
    deliveries: dict[str, list[Delivery]]
    rejected: set[str]


class World:
    """What every life has; a play says what happens in it and what must then hold."""

    METHODS = ("email", "webhook")
    PACE_SECONDS = 60

    def __init__(self, url: str, seed: int) -> None:
        self.rng = Random(seed)
        self.clock = VirtualClock()
        self.database = Database.open(url, self.clock, Ids(self.clock, Random(seed)))
        self._empty()
        self.inbox: Inbox = open_inbox(self.database)
        self.faults = Faults(self.rng)
        self.transports = {method: FaultyTransport(self.faults) for method in self.METHODS}
        self.accepted: list[Entry] = []
        self.owed = 0
        self.made = 0
        self.account_id = ACCOUNT

    @property
    def decisions(self) -> int:
        """Entries taken in, calls of people, timers fired and messages tried."""
        return self.made + sum(each.tries for each in self.transports.values())

    def work(self) -> Work:
        """What the engines of this life handle."""
        raise NotImplementedError

    def happen(self) -> None:
        """One thing happens."""
        raise NotImplementedError

    def check_play(self, rest: "Rest") -> None:
        """What must hold whenever the engines are at rest."""
        raise NotImplementedError

    def live(self, steps: int) -> None:
        """Some steps with faults, each checked, then rest: all that is owed must be done."""
        for _ in range(steps):
            self.step()
        self.calm()

    def step(self) -> None:
        if self.rng.random() < 0.4:
            self.clock.advance(self.rng.expovariate(1 / self.PACE_SECONDS))
        else:
            self.happen()
        if self.rng.random() < 0.05:
            self.restart()
        self.run_engines()
        self.check()

    def accept(self, entries: Iterable[Entry]) -> None:
        """The edge takes requests in; it may die before they are on disk, or before it says so."""
        batch = list(entries)
        if self.faults.strike("die"):
            return
        self.inbox.append(batch)
        self.accepted += batch
        self.made += len(batch)
        if self.rng.random() < 0.2:
            self.inbox.prune(self.rng.randint(1, 50))

    def restart(self) -> None:
        """All processes stop; what is on disk is what they start from."""
        self.inbox.close()
        self.database.close()
        self.database = Database.open(
            str(self.database.engine.url.render_as_string(hide_password=False)),
            self.clock,
            self.database.ids,
        )
        self.inbox = open_inbox(self.database)

    def engine(self, tray: Tray) -> Generator[None, None, None]:
        """One engine process: it works until nothing is due, and nothing in its `tray`."""
        work = self.work()
        timers = {kind: self._counted(handler) for kind, handler in work.timers.items()}
        while True:
            turns = [
                *self._in_hand(tray, work),
                loop.fire_some(self.database, timers, self.rng.randint(1, 8)),
                digesting.digest_some(
                    self.database, self.inbox, work.digesters, self.rng.randint(1, 8), timers
                ),
                *(
                    loop.send_one(self.database, method, transport, most=self.rng.randint(1, 4))
                    for method, transport in work.transports.items()
                ),
            ]
            self.rng.shuffle(turns)
            busy = False
            for turn in turns:
                busy = (yield from turn) or busy
            if not busy:
                return

    def _in_hand(self, tray: Tray, work: Work) -> Iterator[loop.Turn]:
        for method, transport in work.transports.items():
            if found := tray.take(method):
                yield loop.send_claimed(self.database, [found], transport)

    def _counted(self, handler: TimerHandler) -> TimerHandler:
        def fire(tx: Tx, found: Timer) -> None:
            self.made += 1
            handler.fire(tx, found)

        def fire_together(tx: Tx, found: Sequence[Timer]) -> None:
            assert handler.together
            self.made += len(found)
            handler.together.fire(tx, found)

        together = handler.together and Together(handler.together.lock, fire_together)
        return TimerHandler(handler.lock, fire, together)

    def run_engines(self) -> None:
        """Two engines to rest, at first with time passing while they work."""
        self._interleave(slowness=0.02)
        self._interleave(slowness=0)

    def _interleave(self, slowness: float) -> None:
        """Two engines, interleaved as the seed has it; who dies is started anew."""
        engines = [self._started(), self._started()]
        for _ in range(TURNS_MAX):
            if not engines:
                return
            chosen, self.database.tray = self.rng.choice(engines)
            if self.rng.random() < slowness:
                self.clock.advance(self.rng.uniform(0, 40))
            try:
                if self.faults.strike("die"):
                    raise Crash
                next(chosen)
            except StopIteration:
                engines.remove((chosen, self.database.tray))
            except Crash:
                self.faults.deaths += 1
                chosen.close()
                engines.remove((chosen, self.database.tray))
                engines.append(self._started())
            finally:
                self.database.tray = None
        raise AssertionError("the engines do not come to rest")

    def _started(self) -> tuple[Generator[None, None, None], Tray]:
        """An engine, and what it sends from; with no room there every message waits its turn."""
        tray = Tray(dict.fromkeys(self.METHODS, self.rng.choice((0, 1, 3))))
        return self.engine(tray), tray

    def check(self) -> None:
        """What must hold in every life whenever the engines are at rest."""
        rest = self._look()
        now = self.clock.now()
        assert self.inbox.depth() == 0, "accepted entries lie about undigested"
        late = [each for each in rest.timers.values() if each.due_at <= now]
        assert not late, f"due and not fired: {late}"
        under_way = [
            each.receiver
            for owed in rest.deliveries.values()
            for each in owed
            if each.claimed and each.due_at > now
        ]
        for owed in rest.deliveries.values():
            for each in owed:
                pending = each.status is DeliveryStatus.PENDING
                assert pending == (each.settled_at == 0)
                # Whoever died with a receiver's turns in hand keeps it busy until the leases end.
                busy = bool(each.receiver) and under_way.count(each.receiver) >= AT_A_TIME
                waits = busy or each.due_at > now
                assert not pending or waits, f"due and nobody sends it: {each}"
        self._check_repeats()
        self.check_play(rest)

    def _look(self) -> "Rest":
        with self.database.read() as tx:
            owed: dict[str, list[Delivery]] = {}
            for each in tx.rows(select(delivery).order_by("owed_at", "id"), Delivery):
                owed.setdefault(each.ref, []).append(each)
            return Rest(
                timers={(each.kind, each.subject): each for each in tx.rows(select(timer), Timer)},
                deliveries=owed,
                rejected={each.scope for each in rejected.newest(tx, self.account_id, 100_000)},
            )

    def _check_repeats(self) -> None:
        for transport in self.transports.values():
            seen: set[str] = set()
            for message in transport.arrived:
                assert message.id not in seen or message.may_repeat, "a repeat without its mark"
                seen.add(message.id)

    def calm(self) -> None:
        """Liveness: once nothing fails any more, all that is owed is sent."""
        self.faults.stop()
        for _ in range(30):
            self.clock.advance(3600)
            self.run_engines()
            self.check()
        arrived = {m.id for transport in self.transports.values() for m in transport.arrived}
        refused = {d for transport in self.transports.values() for d in transport.refused}
        for owed in self._look().deliveries.values():
            self.owed += len(owed)
            for each in owed:
                outcomes = {DeliveryStatus.SENT: arrived, DeliveryStatus.FAILED: refused}
                assert each.id in outcomes.get(each.status, set()), f"owed and not sent: {each}"
        self.inbox.close()
        self.database.close()

    def _empty(self) -> None:
        with self.database.write() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.run(table.delete())
