"""`python -m tests.simulation LIVES [FIRST_SEED]`: many lives, and what they came to.

The plays take turns over the seeds. Stops at the first violation, naming its play and its seed;
keep those in seeds.txt with the fault they found.
"""

import logging
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exc

from msgspec import Struct

from tests.conftest import sqlite_database
from tests.simulation.test_escalation import Duty
from tests.simulation.test_incidents import Desk
from tests.simulation.test_machinery import Ladders
from tests.world import World

PLAYS: tuple[type[World], ...] = (Duty, Ladders, Desk, Duty)
STEPS = 90
SAID_EVERY = 50


class Lived(Struct, frozen=True):
    """What became of one life; `wrong` is empty for one that was as it should be."""

    play: str
    seed: int
    decisions: int
    deaths: int
    wrong: str


def live(seed: int) -> Lived:
    """One whole life on SQLite."""
    play = PLAYS[seed % len(PLAYS)]
    with TemporaryDirectory(prefix="tocsin-life-") as folder:
        world = play(sqlite_database(Path(folder)), seed)
        wrong = ""
        try:
            world.live(STEPS)
        except Exception:  # noqa: BLE001 - whatever it is, the seed has to be told
            wrong = format_exc()
        return Lived(play.__name__, seed, world.decisions, world.faults.deaths, wrong)


def main(lives: int, first: int) -> int:
    """The exit code: 1 where anything was not as it should be."""
    sums: Counter[str] = Counter()
    with ProcessPoolExecutor(int(os.environ.get("JOBS", "2")), initializer=_hush) as pool:
        for number, one in enumerate(pool.map(live, range(first, first + lives)), 1):
            if one.wrong:
                print(f"{one.play}, seed {one.seed}:\n{one.wrong}")
                pool.shutdown(cancel_futures=True)
                return 1
            sums.update(decisions=one.decisions, deaths=one.deaths)
            if number % SAID_EVERY == 0 or number == lives:
                print(
                    f"{number} lives, {sums['decisions']:,} decisions, {sums['deaths']:,} deaths,"
                    f" seeds {first} to {one.seed}, no violation",
                    flush=True,
                )
    return 0


def _hush() -> None:
    """Faults are what these lives are made of: nobody wants to read of each."""
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(given[0] if given else 500, given[1] if len(given) > 1 else 0))
