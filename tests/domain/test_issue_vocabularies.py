"""Whatever is called in whichever vocabulary, both read the same and neither loses a word."""

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_issue import V1, an_issue, seen
from tocsin.domain.issue import (
    RESOLVE_AFTER_MS,
    STATUS_OF,
    Issue,
    Stage,
    StageChange,
    Status,
    Updated,
    check,
    observe,
    settled,
    steer,
    update,
    woken,
)
from tocsin.domain.issue_cause import Cause
from tocsin.domain.issue_merge import Merge, combined, reduced
from tocsin.domain.issue_terms import Terms, TermsKind
from tocsin.domain.version import Release

MEMBER = 101
STEPS = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(Status)),
    st.tuples(st.just("stage"), st.sampled_from(Stage)),
    st.tuples(st.just("cause"), st.sampled_from(Cause)),
    st.tuples(st.just("assign"), st.booleans()),
    st.tuples(st.just("event"), st.sampled_from(["", "0.9", "1.0", "1.1", "2.0"])),
    st.tuples(st.just("silence"), st.none()),
)


FIXED_IN = Release("1.1", 5_000)
TERMS = st.one_of(
    st.tuples(st.just("resolve in"), st.sampled_from([k for k in TermsKind if k != "ignored"])),
    st.tuples(st.just("ignore for"), st.integers(0, 3)),
    st.tuples(st.just("wake"), st.none()),
)


def settle(issue: Issue, step: tuple[str, object], at: int) -> tuple[Updated, Terms]:
    """An issue that a member resolves or ignores on terms."""
    kind = TermsKind.IGNORED if step[0] == "ignore for" else TermsKind(step[1])
    place = ("i", 1, "app", kind, at)
    if kind is TermsKind.IGNORED:
        more = int(str(step[1]))
        terms = Terms(*place, until_count=issue.error_count + more if more else 0)
        return settled(issue, Stage.IGNORED, MEMBER, at), terms
    is_told = kind is not TermsKind.COMMIT
    release = FIXED_IN.version if is_told else ""
    terms = Terms(*place, release=release, release_seen_at=FIXED_IN.first_seen_at)
    return settled(issue, Stage.RESOLVED, MEMBER, at), terms


def take(issue: Issue, step: tuple[str, object], at: int) -> Updated:
    kind, word = step
    known = Release(issue.newest_version, 1_000) if issue.newest_version else None
    match kind:
        case "status":
            return update(issue, Status(word), None, MEMBER, at)
        case "cause":
            return update(issue, None, Cause(word), MEMBER, at)
        case "stage":
            return steer(issue, Stage(word), None, (), MEMBER, at)
        case "assign":
            return steer(issue, None, (MEMBER,) if word else (), (), MEMBER, at)
        case "event":
            return observe(issue, seen(str(word), at=at), known or V1, at)
        case _:
            return check(issue, known, False, at + RESOLVE_AFTER_MS).updated


@given(st.lists(STEPS, max_size=30))
def test_both_views_agree_and_the_record_tells_the_whole_story(
    steps: list[tuple[str, object]],
) -> None:
    issue, at = an_issue(), 1_000
    changes = [StageChange(at, issue.stage, 0)]
    for step in steps:
        at += 1_000
        before, done = issue, take(issue, step, at)
        issue = done.issue
        changes += [done.change] if done.change else []
        assert issue.status is STATUS_OF[issue.stage]
        assert changes[-1].stage is issue.stage
        assert (issue.resolved_at > 0) == (issue.stage is Stage.RESOLVED)
        assert (done.change is None) == (before.stage is issue.stage)
        if step[0] == "status":
            assert issue.status is step[1]
        if step[0] == "stage":
            assert issue.stage is step[1]


@given(st.sampled_from(Stage))
def test_a_word_that_already_fits_rubs_nothing_out(stage: Stage) -> None:
    issue = steer(an_issue(), stage, None, (), MEMBER, 2_000).issue
    said_again = update(issue, issue.status, None, MEMBER, 3_000)
    assert said_again.issue == issue
    assert said_again.change is None


@given(st.lists(st.one_of(STEPS, TERMS), max_size=40))
def test_terms_end_with_the_stage_they_were_set_for_and_both_views_agree(
    steps: list[tuple[str, object]],
) -> None:
    issue, terms, at = an_issue(), None, 1_000
    for step in steps:
        at += 1_000
        before, held = issue, terms
        if step[0] in ("resolve in", "ignore for"):
            done, terms = settle(issue, step, at)
        elif step[0] == "wake":
            done = woken(issue, at, "It was time.")
        elif step[0] == "event":
            known = Release(issue.newest_version, 1_000) if issue.newest_version else V1
            done = observe(issue, seen(str(step[1]), at=at), known, at, terms)
        else:
            done = take(issue, step, at)
        issue = done.issue
        if done.change and step[0] not in ("resolve in", "ignore for"):
            terms = None
        assert issue.status is STATUS_OF[issue.stage]
        assert (issue.resolved_at > 0) == (issue.stage is Stage.RESOLVED)
        assert (done.change is None) == (before.stage is issue.stage)
        if terms:
            is_ignored = terms.kind is TermsKind.IGNORED
            assert issue.stage is (Stage.IGNORED if is_ignored else Stage.RESOLVED)
        if step[0] == "event" and done.change:
            assert issue.stage is Stage.TRIAGE
            # An old release never brings back what is fixed in a newer one, nor any before it is told.
            assert not (held and before.stage is Stage.RESOLVED and step[1] in ("0.9", "1.0"))
            assert not (held and held.kind is TermsKind.COMMIT)
        if step[0] == "event" and held and held.until_count:
            assert (issue.stage is Stage.IGNORED) == (issue.error_count < held.until_count)


def a_merge(source: Issue, shared: int, at: int) -> Merge:
    return Merge(
        issue_id=source.issue_id,
        account_id=source.account_id,
        target_id="t",
        merged_at=at,
        merged_by=MEMBER,
        stage=source.stage,
        digests=("d",),
        versions=(),
        tags=(),
        shared_sessions=shared,
        shared_users=0,
        counted=0,
    )


@given(
    st.lists(st.one_of(STEPS, st.sampled_from([("merge", None), ("unmerge", None)])), max_size=40)
)
def test_merging_and_unmerging_leave_both_views_and_all_counts_agreeing(
    steps: list[tuple[str, object]],
) -> None:
    """Two issues go through whatever happens; while one is merged, all happens to the other."""
    target, source, at = an_issue(), an_issue(), 1_000
    merged: list[tuple[Merge, Issue]] = []
    told = target.error_count + source.error_count
    for place, step in enumerate(steps):
        at += 1_000
        told += step[0] == "event"
        if step[0] == "merge" and not merged:
            record = a_merge(source, min(1, source.session_count), at)
            merged.append((record, source))
            target = combined(target, source, record, target.newest_version, at)
            source = update(source, Status.RESOLVED, None, MEMBER, at).issue
        elif step[0] == "unmerge" and merged:
            record, before = merged.pop()
            source = steer(source, record.stage, None, (), MEMBER, at).issue
            assert (source.stage, source.error_count) == (before.stage, before.error_count)
            target = reduced(target, source, record, at, MEMBER)
        elif step[0] in ("merge", "unmerge"):
            continue
        elif merged or place % 2:
            target = take(target, step, at).issue
        else:
            source = take(source, step, at).issue
        for issue in (target, source):
            assert issue.status is STATUS_OF[issue.stage]
            assert (issue.resolved_at > 0) == (issue.stage is Stage.RESOLVED)
        hidden = source.error_count if merged else 0
        assert target.error_count + source.error_count - hidden == told
