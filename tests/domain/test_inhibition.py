"""Inhibition against what its rule says in plain words, over random rules and alerts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.rules import about, except_for, inhibit
from tocsin.domain.filter import Filter, matching
from tocsin.domain.inhibition import InhibitRule, Source, Target, decide
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.trace import Muting, Stage, Step
from tocsin.kernel.units import MINUTE

NOW = 100 * MINUTE
HOST_DOWN = inhibit(
    source_filters=about("labels.check", "ping"),
    target_filters=except_for("labels.check", "ping"),
    equals=("labels.host",),
)
PING = Source("p" * 24, 7, "ping-1", {"labels.check": "ping", "labels.host": "db1"}, NOW)
DISK = Target(7, "disk-1", {"labels.check": "disk", "labels.host": "db1"})

subjects = st.dictionaries(
    st.sampled_from(["labels.host", "labels.check", "severity"]), st.sampled_from(["a", "b"])
)
keys = st.sampled_from(["one", "two"])
filters: st.SearchStrategy[Filter] = st.sampled_from(
    [(), about("labels.check", "a"), except_for("labels.check", "a"), about("severity", "*")]
)
rules = st.builds(
    lambda source, target, equals, status, priority: inhibit(
        source_filters=source,
        target_filters=target,
        equals=tuple(equals),
        status=status,
        priority=priority,
    ),
    filters,
    filters,
    st.lists(st.sampled_from(["labels.host", "severity", "nonsense"]), max_size=2),
    st.sampled_from(RuleStatus),
    st.integers(0, 2),
)
sources = st.builds(
    Source,
    alert_id=st.sampled_from(["x" * 24, "y" * 24]),
    integration_id=st.integers(1, 2),
    alert_key=keys,
    subject=subjects,
    heard_at=st.integers(NOW - 11 * MINUTE, NOW),
    recovered=st.booleans(),
    speaks=st.booleans(),
)
targets = st.builds(Target, integration_id=st.integers(1, 2), alert_key=keys, subject=subjects)


def hides(rule: InhibitRule, source: Source, target: Target) -> bool:
    """The rule in plain words."""
    if rule.status is RuleStatus.DISABLED or source.recovered or not source.speaks:
        return False
    if NOW - source.heard_at > 600_000:
        return False
    if (source.integration_id, source.alert_key) == (target.integration_id, target.alert_key):
        return False
    for key in rule.equals:
        if key not in source.subject or key not in target.subject:
            return False
        if source.subject[key] != target.subject[key]:
            return False
    return (
        matching(rule.source_filters, source.subject) >= 0
        and matching(rule.target_filters, target.subject) >= 0
    )


@given(rules=st.lists(rules, max_size=4), known=st.lists(sources, max_size=5), target=targets)
def test_an_alert_is_hidden_exactly_when_some_rule_and_source_say_so(
    rules: list[InhibitRule], known: list[Source], target: Target
) -> None:
    muting = decide(rules, target, lambda _: known, NOW)
    expected = any(hides(rule, source, target) for rule in rules for source in known)
    assert (muting is not None) is expected


@given(rule=rules, source=sources)
def test_an_alert_never_inhibits_itself(rule: InhibitRule, source: Source) -> None:
    itself = Target(source.integration_id, source.alert_key, source.subject)
    assert decide([rule], itself, lambda _: [source], NOW) is None


@given(rule=rules, one=sources, other=sources)
def test_two_alerts_never_hide_each_other(rule: InhibitRule, one: Source, other: Source) -> None:
    """Whichever comes second is hidden by the first; hidden, it explains nothing."""
    second = Target(other.integration_id, other.alert_key, other.subject)
    if decide([rule], second, lambda _: [one], NOW):
        hidden = Source(
            other.alert_id, other.integration_id, other.alert_key, other.subject, NOW, speaks=False
        )
        first = Target(one.integration_id, one.alert_key, one.subject)
        assert decide([rule], first, lambda _: [hidden], NOW) is None


def test_the_trace_names_the_rule_the_source_and_what_they_share() -> None:
    detail = {
        "source_alert_id": "p" * 24,
        "source_alert_key": "ping-1",
        "labels.host": "db1",
    }
    step = Step(Stage.INHIBIT, "muted", "a" * 24, "Rule", detail)
    assert decide([HOST_DOWN], DISK, lambda _: [PING], NOW) == Muting(step)


def test_a_source_counts_for_ten_minutes_after_it_was_heard_of() -> None:
    later = [decide([HOST_DOWN], DISK, lambda _: [PING], NOW + off) for off in (600_000, 600_001)]
    assert [muting is not None for muting in later] == [True, False]


def test_what_no_source_explains_passes() -> None:
    other = Target(7, "disk-2", {"labels.check": "disk", "labels.host": "db2"})
    assert decide([HOST_DOWN], other, lambda _: [PING], NOW) is None
