from tests.domain.rules import about, drop
from tocsin.domain.drop_rule import decide
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.trace import Stage, Step

LAB = {"labels.env": "lab", "severity": "Info"}


def test_the_first_rule_that_matches_drops_and_is_named() -> None:
    rules = [
        drop(id="1" * 24, name="late", priority=2, filters=about("labels.env", "lab")),
        drop(
            id="2" * 24,
            name="early",
            priority=1,
            filters=(*about("severity", "Critical"), *about("severity", "Info")),
        ),
    ]
    assert decide(rules, LAB) == Step(Stage.DROP, "dropped", "2" * 24, "early", {"group": "1"})


def test_of_equal_priorities_the_oldest_is_first() -> None:
    rules = [drop(id=each * 24, filters=about("labels.env", "lab")) for each in "ba"]
    step = decide(rules, LAB)
    assert step
    assert step.rule_id == "a" * 24


def test_disabled_and_empty_rules_drop_nothing() -> None:
    asleep = drop(filters=about("labels.env", "lab"), status=RuleStatus.DISABLED)
    assert decide([asleep, drop()], LAB) is None
