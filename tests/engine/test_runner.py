"""A whole engine in threads, on both databases."""

import logging
import threading
from contextlib import nullcontext

import pytest

from tocsin.domain.delivery import DeliveryStatus
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.timer import Timer
from tocsin.engine import runner
from tocsin.engine.handling import Digester, TimerHandler, Work
from tocsin.engine.runner import Runner
from tocsin.kernel.units import DAY
from tocsin.outbound.transport import Message, Receipt
from tocsin.store import delivery, gauge, timer
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry, open_inbox

ACCOUNT = 1


class Courier:
    """A transport that says when it was used, and can be made to wait."""

    retry = RetryPolicy(failures_max=3, age_max_ms=DAY)
    senders = 4

    def __init__(self, hold: threading.Event | None = None) -> None:
        self.sent = threading.Event()
        self.begun = threading.Event()
        self._hold = hold

    def send(self, message: Message) -> Receipt:
        self.begun.set()
        if self._hold:
            assert self._hold.wait(20)
        self.sent.set()
        return Receipt("taken")


def store(tx: Tx, values: list[str]) -> None:
    for value in values:
        timer.set_(tx, ACCOUNT, "next", value, tx.now)


def fire(tx: Tx, found: Timer) -> None:
    delivery.owe(tx, ACCOUNT, found.subject, "somebody", b"{}", "inc1")


def work(**transports: Courier) -> Work:
    return Work(
        timers={"next": TimerHandler(lambda *_: None, fire)},
        digesters={"push": Digester(lambda _: nullcontext(lambda entry: entry.scope), store)},
        transports=transports,
        sweepers=(),
    )


class Running:
    """An engine at work inside `with`; leaving stops it in good order."""

    def __init__(self, database: Database, work: Work) -> None:
        self.inbox = open_inbox(database)
        self._runner = Runner(database, self.inbox, work)
        self._thread = threading.Thread(target=self._runner.run)

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._runner.stop()

    def push(self, method: str) -> None:
        self.inbox.append([Entry("push", ACCOUNT, method, 0, b"")])

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join(20)
        assert not self._thread.is_alive(), "the engine does not stop"
        self.inbox.close()


def test_what_another_process_owes_wakes_the_lanes_that_send_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SENDER_IDLE_SECONDS", 600.0)
    courier = Courier()
    with Running(database, work(email=courier)):
        database.bell = lambda _: None  # It rings no bell here.
        for _ in range(3):
            with database.write() as tx:
                delivery.owe(tx, ACCOUNT, "email", "somebody", b"{}", "inc1")
            assert courier.sent.wait(20)
            courier.sent.clear()


def test_an_accepted_entry_ends_as_a_sent_message(database: Database) -> None:
    courier = Courier()
    with Running(database, work(email=courier)) as engine:
        engine.push("email")
        assert courier.sent.wait(20)
        with database.read() as tx:
            assert gauge.beat_age(tx) == 0
    with database.read() as tx:
        (found,) = delivery.of(tx, ACCOUNT, "inc1")
        assert gauge.beat_age(tx) == -1
    assert found.status is DeliveryStatus.SENT


def test_no_lane_waits_to_look_for_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DIGEST_IDLE_SECONDS", "IDLE_SECONDS", "SENDER_IDLE_SECONDS"):
        monkeypatch.setattr(runner, name, 600.0)
    courier = Courier()
    with Running(database, work(email=courier)) as engine:
        for _ in range(3):
            engine.push("email")
            assert courier.sent.wait(20)
            courier.sent.clear()


def test_a_method_that_hangs_delays_no_other(database: Database) -> None:
    hold = threading.Event()
    slow, quick = Courier(hold), Courier()
    with Running(database, work(email=slow, webhook=quick)) as engine:
        for method in ("email", "email", "email", "email", "email", "webhook"):
            engine.push(method)
        assert slow.begun.wait(20)
        assert quick.sent.wait(20)
        assert not slow.sent.is_set()
        hold.set()


def test_stopping_finishes_the_message_at_hand(database: Database) -> None:
    hold = threading.Event()
    courier = Courier(hold)
    with Running(database, work(email=courier)) as engine:
        engine.push("email")
        assert courier.begun.wait(20)
        engine.stop()
        hold.set()
    with database.read() as tx:
        (found,) = delivery.of(tx, ACCOUNT, "inc1")
    assert found.status is DeliveryStatus.SENT


def test_a_failing_lane_says_so_and_the_others_go_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Event()

    def sweep(tx: Tx, limit: int) -> int:
        failed.set()
        raise ArithmeticError("a bug in sweeping")

    courier = Courier()
    faulty = work(email=courier)
    with (
        caplog.at_level(logging.ERROR),
        Running(database, Work(faulty.timers, faulty.digesters, faulty.transports, (sweep,))) as on,
    ):
        assert failed.wait(20)
        on.push("email")
        assert courier.sent.wait(20)
    assert "a bug in sweeping" in caplog.text


def test_what_an_engine_has_in_hand_when_it_stops_is_left_to_the_next(database: Database) -> None:
    hold = threading.Event()
    courier = Courier(hold)
    with Running(database, work(email=courier)) as engine:
        for _ in range(courier.senders + 2):
            engine.push("email")
        assert courier.begun.wait(20)
        engine.stop()
        hold.set()
    again = Courier()
    with database.read() as tx:
        left = [one for one in delivery.of(tx, ACCOUNT, "inc1") if not one.settled_at]
    assert not any(one.claimed or one.may_repeat for one in left)
    with Running(database, work(email=again)):
        assert not left or again.sent.wait(20)
