"""The coverage check looks at few instants; here every minute is looked at as well."""

from itertools import pairwise
from random import Random  # noqa: TID251 - a life's chances come from its seed
from zoneinfo import ZoneInfo

import pytest

from tests.clock import VirtualClock
from tocsin.domain.contact import Contact, Service
from tocsin.domain.coverage import Reachable
from tocsin.domain.escalation import EscalationRule, Layer, Methods, Target
from tocsin.domain.interval import Interval
from tocsin.domain.preference import Preference
from tocsin.domain.schedule import Group, Members, Shift
from tocsin.domain.severity import Severity
from tocsin.domain.time_filter import TimeFilter
from tocsin.engine.coverage import Plan, asked, checked
from tocsin.engine.coverage_outlook import Outlook, Planned
from tocsin.kernel.units import DAY, HOUR, MINUTE

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
# The clocks of Berlin change within both spans: in spring and in autumn of 2026.
STARTS = (1_774_652_400_000, 1_792_796_400_000)
SPAN = 2 * DAY
ANN, BOB, LEFT = 1, 2, 3
DUTY = 9


def window(rng: Random) -> TimeFilter:
    def clock() -> str:
        return rng.choice(["00:00", "01:30", "02:00", "02:30", "03:00", "12:17", "23:59"])

    days = tuple(sorted(rng.sample(range(7), rng.randint(4, 7)))) if rng.random() < 0.5 else ()
    return TimeFilter(clock(), clock(), days)


def person(rng: Random, name: str, id_: int) -> Reachable:
    quiet = (window(rng),) if rng.random() < 0.3 else ()
    waits = {"email": rng.choice([0, 0, 5, 40]) * MINUTE}
    wish = Preference(1, id_, waits_ms=waits, quiet=quiet)
    contact = Contact("c", 1, id_, Service.SMS, "", "", b"", 0, 1)
    contacts = (contact,) if rng.random() < 0.3 else ()
    return Reachable(name, rng.choice([BERLIN, NEW_YORK]), wish, contacts, rng.random() < 0.97)


def shifts(rng: Random, span: Interval) -> tuple[Shift, ...]:
    edges = sorted(rng.sample(range(span.start, span.end + DAY, 10 * MINUTE), 10))
    edges[0] = span.start
    return tuple(
        Shift(Interval(start, end), Group("g", (Members(rng.choice([0, 1]), (who,)),)), 0)
        for start, end in pairwise(edges)
        for who in [rng.choice([ANN, BOB, ANN, BOB, ANN, BOB, LEFT])]
        if rng.random() < 0.95
    )


def rule(rng: Random, number: int) -> EscalationRule:
    def layer() -> Layer:
        to = {str(DUTY): rng.choice([(), (), (0,), (1,)])}
        people = (rng.choice([ANN, BOB]),) if rng.random() < 0.4 else ()
        target = Target(person_ids=people, schedule_to_role_ids=to, by=Methods())
        return Layer(
            target, escalate_window=rng.choice([0, 3, 10, 25]), max_times=rng.choice([0, 2])
        )

    return EscalationRule(
        id=str(number),
        account_id=1,
        channel_id=1,
        name=f"R{number}",
        creator_id=1,
        updated_by=1,
        created_at=0,
        updated_at=0,
        priority=number,
        template_id="",
        layers=tuple(layer() for _ in range(rng.randint(1, 3))),
        aggregation_ms=rng.choice([0, 90_000, 600_000]),
        windows=(window(rng), window(rng)) if rng.random() < 0.5 else (),
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_first_minute_is_the_one_found_by_looking_at_them_all(seed: int) -> None:
    rng = Random(seed)
    start = STARTS[seed % 2] + rng.randrange(HOUR // MINUTE) * MINUTE
    span = Interval(start, start + SPAN)
    found = shifts(rng, span)
    planned = Planned("Duty", True, tuple(one.span.start for one in found), found)
    people = {ANN: person(rng, "Ann", ANN), BOB: person(rng, "Bob", BOB)}
    outlook = Outlook(1, span, BERLIN, people, {ANN: "Ann", BOB: "Bob"}, {}, {DUTY: planned}, {})
    rules = tuple(rule(rng, number) for number in range(rng.randint(2, 4)))
    within = rng.choice([5, 15, 30, 60]) * MINUTE
    severity = rng.choice(list(Severity))
    expected = next(
        (
            at
            for at in range(span.start, span.end, MINUTE)
            if not asked(rules, severity, outlook, at, within).is_covered
        ),
        0,
    )
    got = checked(Plan("C", 1, rules), severity, outlook, within, VirtualClock().now())
    # It may begin within a minute, as an incident may be gathered for half of one.
    assert expected - MINUTE < got.uncovered_at <= expected
