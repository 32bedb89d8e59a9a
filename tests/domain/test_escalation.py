"""Escalation rules: which one takes an incident, whom its levels reach, and what comes when."""

from datetime import UTC
from typing import Any

import pytest
from msgspec.structs import replace

from tocsin.domain.escalation import EscalationRule, Layer, Methods, Robot, Target
from tocsin.domain.escalation_audience import Crew, Reached, Roster, Watch, audience
from tocsin.domain.escalation_choice import Verdict, choose
from tocsin.domain.escalation_override import Directory, overridden, wanted
from tocsin.domain.escalation_step import Deed, Due, Ground, enter, go_on, upcoming
from tocsin.domain.filter import Condition, Operator
from tocsin.domain.incident import (
    Cause,
    Decision,
    Escalation,
    Incident,
    Next,
    Page,
    Responder,
    SetTimer,
    Stuck,
)
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.time_filter import Moment, TimeFilter
from tocsin.kernel.units import HOUR, MINUTE

START = 1_780_000_000_000
ANN, BEN, CAT = 11, 12, 13
ROSTER = Roster({ANN: "Ann", BEN: "Ben", CAT: "Cat"}, {}, {})


def rule(*layers: Layer, name: str = "R", **more: Any) -> EscalationRule:
    return EscalationRule(
        id=str(more.pop("id", "a" * 24)),
        account_id=1,
        channel_id=2,
        name=name,
        creator_id=1,
        updated_by=1,
        created_at=0,
        updated_at=0,
        template_id="0" * 24,
        layers=layers or (level(ANN),),
        **more,
    )


def level(*people: int, **more: Any) -> Layer:
    return Layer(Target(person_ids=people), **more)


def incident(**more: Any) -> Incident:
    fields = {"escalation": Escalation(Next.ENTER, "a" * 24), **more}
    return Incident(
        incident_id="b" * 24,
        account_id=1,
        num="BBBBBB",
        title="Disk full",
        severity=Severity.WARNING,
        status=EventStatus.WARNING,
        start_time=START,
        last_time=START,
        created_at=START,
        updated_at=START,
        channel_id=2,
        **fields,
    )


def ground(of: EscalationRule, roster: Roster = ROSTER) -> Ground:
    return Ground(of, tuple(audience(layer.target, roster) for layer in of.layers))


def pages(decision: Decision) -> list[Page]:
    return [one for one in decision.effects if isinstance(one, Page)]


def told(decision: Decision) -> list[list[int]]:
    return [[one.person_id for one in page.people] for page in pages(decision)]


def timer(decision: Decision) -> int | None:
    """Minutes from the start until the next step, None for no step."""
    return next(
        ((one.due_at - START) // MINUTE for one in decision.effects if isinstance(one, SetTimer)),
        None,
    )


def test_the_first_matching_rule_by_priority_takes_an_incident_and_the_others_say_why_not() -> None:
    disks = ((Condition("labels.check", Operator.IN, ("disk",)),),)
    known = [
        rule(name="all", id="f" * 24, priority=9),
        rule(name="off", id="a" * 24, status=RuleStatus.DISABLED),
        rule(name="nights", id="b" * 24, windows=(TimeFilter("22:00", "06:00"),)),
        rule(name="disks", id="c" * 24, filters=disks, priority=3),
    ]
    noon = Moment(START - START % (24 * HOUR) + 12 * HOUR, UTC, {})
    choice = choose(known, {"labels.check": "cpu"}, noon)
    assert choice.rule is not None
    assert choice.rule.name == "all"
    assert [(one.rule_name, one.verdict) for one in choice.tried] == [
        ("off", Verdict.DISABLED),
        ("nights", Verdict.OTHER_TIMES),
        ("disks", Verdict.OTHER_INCIDENTS),
        ("all", Verdict.TAKES),
    ]
    assert choose(known, {"labels.check": "disk"}, noon).rule is known[3]
    assert choose(known[1:3], {}, noon).rule is None
    assert choose([], {}, noon).reason == "the channel has no escalation rule"


def test_an_audience_is_everybody_once_with_the_way_and_who_is_named_in_vain() -> None:
    roster = Roster(
        {ANN: "Ann", BEN: "Ben", CAT: "Cat"},
        {5: Crew("Ops", (BEN, ANN)), 6: Crew("Ghosts", ())},
        {
            7: Watch("Duty", ((1, (CAT,)), (2, (BEN,)))),
            8: Watch("Empty"),
            9: Watch("Off", ((1, (CAT,)),), is_in_use=False),
        },
    )
    target = Target(
        person_ids=(ANN, 99),
        team_ids=(5, 6, 66),
        schedule_to_role_ids={"7": (1,), "8": (), "9": (), "77": ()},
        emails=("a@b.example", "a@b.example"),
    )
    found = audience(target, roster)
    assert found.people == (
        Reached(ANN, "named in the rule"),
        Reached(BEN, "in team Ops"),
        Reached(CAT, "on call by schedule Duty"),
    )
    assert found.emails == ("a@b.example",)
    assert found.missing == (
        "member 99 (named in the rule) is no longer a member",
        "team Ghosts has no members",
        "team 66 is gone",
        "schedule Empty has nobody on call",
        "schedule Off is switched off",
        "schedule 77 is gone",
    )


@pytest.mark.parametrize(
    ("layer", "repeats", "is_last", "is_acknowledged", "expected"),
    [
        (level(ANN, escalate_window=10), 0, False, False, (Deed.MOVE, 10)),
        (level(ANN, max_times=2, escalate_window=10), 0, False, False, (Deed.REPEAT, 5)),
        (level(ANN, max_times=2, escalate_window=10), 1, False, False, (Deed.MOVE, 10)),
        (level(ANN, max_times=2, notify_step=4), 1, False, False, (Deed.REPEAT, 8)),
        (level(ANN, max_times=2, notify_step=4), 2, False, False, (Deed.END, 12)),
        (level(ANN, escalate_window=30), 0, True, False, (Deed.END, 30)),
        (level(ANN), 0, True, False, (Deed.END, 5)),
        (level(ANN, escalate_window=10), 0, False, True, None),
        (level(ANN, escalate_window=10, force_escalate=True), 0, False, True, (Deed.MOVE, 10)),
        (level(ANN, escalate_window=10, force_escalate=True), 0, True, True, None),
    ],
)
def test_a_level_repeats_then_moves_or_ends(
    layer: Layer,
    repeats: int,
    is_last: bool,
    is_acknowledged: bool,
    expected: tuple[Deed, int] | None,
) -> None:
    layers = (layer,) if is_last else (layer, level(BEN))
    state = Escalation(Next.GO_ON, "a" * 24, entered_at=START, repeats=repeats)
    due = upcoming(layers, state, is_acknowledged)
    assert due == (expected and Due(expected[0], START + expected[1] * MINUTE))


def test_a_level_is_told_repeated_followed_and_the_end_is_said() -> None:
    known = ground(rule(level(ANN, max_times=1, escalate_window=8), level(BEN, CAT)))
    first = enter(incident(), known, START, "1")
    assert (told(first), timer(first)) == ([[ANN]], 5)
    assert first.incident.assigned_to.type == "assign"
    again = go_on(first.incident, known, START + 5 * MINUTE, "2")
    assert (told(again), timer(again), pages(again)[0].repeats) == ([[ANN]], 8, True)
    second = go_on(again.incident, known, START + 8 * MINUTE, "3")
    assert (told(second), timer(second)) == ([[BEN, CAT]], 13)
    assert (second.incident.assigned_to.type, second.incident.assigned_to.layer_idx) == (
        "escalate",
        1,
    )
    assert [one.person_id for one in second.incident.responders] == [BEN, CAT]
    over = go_on(second.incident, known, START + 13 * MINUTE, "4")
    assert (told(over), timer(over)) == ([], None)
    assert over.incident.stuck is Stuck.UNANSWERED
    assert "nobody is told again" in over.reason


def test_an_engine_that_was_away_repeats_once_what_it_missed() -> None:
    known = ground(rule(level(ANN, max_times=6, notify_step=1, escalate_window=60), level(BEN)))
    first = enter(incident(), known, START, "1")
    late = go_on(first.incident, known, START + 4 * MINUTE + 1, "2")
    assert (told(late), late.incident.escalation.repeats, timer(late)) == ([[ANN]], 4, 5)


def test_a_level_that_reaches_nobody_is_passed_over_and_said_so() -> None:
    decision = enter(incident(), ground(rule(level(98), level(BEN))), START, "1")
    assert told(decision) == [[BEN]]
    assert pages(decision)[0].cause is Cause.ESCALATED
    assert "level 1 reaches nobody" in decision.entries[0].detail.failed_reason


def test_chats_are_told_of_a_level_without_people_and_it_waits_as_any_other() -> None:
    chat = Robot("slack", {"token": "x"})
    layer = Layer(Target(person_ids=(98,), webhooks=(chat,)), escalate_window=10)
    decision = enter(incident(), ground(rule(layer, level(BEN))), START, "1")
    assert (pages(decision)[0].robots, timer(decision)) == ((chat,), 10)


def test_an_incident_that_reaches_nobody_is_stuck_and_its_owner_warned() -> None:
    decision = enter(incident(), ground(rule(level(98), level(99))), START, "1")
    assert decision.incident.stuck is Stuck.UNREACHED
    assert told(decision) == [[1]]
    assert pages(decision)[0].cause is Cause.UNREACHED
    assert len(decision.entries) == 2
    assert timer(decision) is None


def test_who_acknowledged_stays_when_a_level_is_forced() -> None:
    known = ground(rule(level(ANN, escalate_window=10, force_escalate=True), level(BEN)))
    first = enter(incident(), known, START, "1").incident
    held = replace(first, responders=(Responder(ANN, START, START + 1),))
    held = replace(held, progress="Processing")
    moved = go_on(held, known, START + 10 * MINUTE, "2")
    assert told(moved) == [[BEN]]
    assert [one.person_id for one in moved.incident.responders] == [ANN, BEN]
    assert moved.incident.progress == "Processing"


def test_a_rule_that_lost_levels_ends_and_says_so() -> None:
    state = Escalation(Next.GO_ON, "a" * 24, layer_idx=2, entered_at=START)
    decision = go_on(incident(escalation=state), ground(rule()), START, "1")
    assert decision.incident.stuck is Stuck.UNANSWERED
    assert "no such level" in decision.reason


def test_methods_go_by_severity_unless_people_choose() -> None:
    by = Methods(critical=("voice", "sms", "voice"), warning=("email",))
    assert by.of(Severity.CRITICAL) == ("voice", "sms")
    assert by.of(Severity.INFO) == ()
    assert Methods(follow_preference=True, critical=("voice",)).of(Severity.CRITICAL) == ()


def test_labels_replace_people_teams_and_tokens_of_a_level() -> None:
    robots = (Robot("wecom", {"token": "old", "alias": "Ops"}), Robot("slack", {"token": "s"}))
    layer = Layer(Target((ANN,), (5,), {"9": ()}, emails=("noc@acme.example",), webhooks=robots))
    labels = {
        "layer_person_reset_0_emails": "Ben@acme.example, nobody@acme.example",
        "layer_person_reset_0_team_names": "Net",
        "layer_webhook_reset_0_wecoms": "t1,t2",
        "layer_person_reset_3_emails": "ben@acme.example",
        "layer_person_reset_10_emails": "ben@acme.example",
        "service": "api",
    }
    directory = Directory({"ben@acme.example": BEN}, {"Net": 6})
    changed, missing = overridden(rule(layer, level(CAT)), wanted(labels), directory)
    target = changed.layers[0].target
    assert (target.person_ids, target.team_ids) == ((BEN,), (6,))
    assert (target.schedules, target.emails) == ({}, ("noc@acme.example",))
    assert target.webhooks == (
        Robot("slack", {"token": "s"}),
        Robot("wecom", {"token": "t1", "alias": "Ops"}),
        Robot("wecom", {"token": "t2", "alias": "Ops"}),
    )
    assert changed.layers[1] == level(CAT)
    assert missing == (
        "labels name nobody@acme.example, which is nobody here",
        "labels change level 4, which the rule has not",
    )


def test_labels_that_name_nobody_at_all_leave_a_level_as_it_is() -> None:
    wishes = wanted({"layer_person_reset_0_emails": "ghost@acme.example"})
    changed, missing = overridden(rule(level(ANN)), wishes, Directory())
    assert changed.layers[0].target.person_ids == (ANN,)
    assert len(missing) == 1
