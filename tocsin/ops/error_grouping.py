"""How an application's errors are grouped into issues: rules, tried out before they are saved."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.access import Permission
from tocsin.domain.error_grouping import ErrorGrouping
from tocsin.domain.error_grouping_trial import Fate, Outcome, Target
from tocsin.domain.tracking import NoiseFilters
from tocsin.engine import application as applications
from tocsin.engine import error_grouping as engine
from tocsin.engine.error_grouping import Trial
from tocsin.kernel.caller import Caller
from tocsin.kernel.given import given
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import error_grouping
from tocsin.store.database import Tx

TAG: Final = "RUM/Grouping"

FingerprintRules = Annotated[
    str, Meta(description='A rule a line: `matcher:pattern … -> part, … title="…"`.')
]
StackRules = Annotated[
    str, Meta(description="A rule a line: `matcher:pattern … -app`, `+app`, `-group`, `+group`.")
]


Version = Annotated[
    int,
    Meta(description="Of the calculation that groups; older ones still find the issues they made."),
]


class GroupingOf(Struct, frozen=True):
    application_id: str


class GroupingItem(Struct, frozen=True):
    application_id: str
    fingerprint_rules: FingerprintRules
    stack_rules: StackRules
    noise_filters: NoiseFilters
    version: Version
    updated_at: Annotated[int, Meta(description="Milliseconds since 1970; 0 for never.")]
    updated_by: int


class GroupingEdit(Struct, frozen=True):
    application_id: str
    fingerprint_rules: FingerprintRules | UnsetType = UNSET
    stack_rules: StackRules | UnsetType = UNSET
    noise_filters: NoiseFilters | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class TrialTarget(Struct, frozen=True):
    """Where some events would go: an issue that is there, or a new one."""

    issue_id: Annotated[
        str, Meta(description="`new-1` and so on for issues yet to be made; empty for none.")
    ]
    is_new: bool
    title: str
    event_count: int
    reason: str
    parts: list[str]


class TrialIssue(Struct, frozen=True):
    issue_id: str
    title: str
    outcome: Annotated[
        Outcome,
        Meta(description="`joined` shares its target with another issue, `split` has several."),
    ]
    targets: list[TrialTarget]


class GroupingTrial(Struct, frozen=True):
    """What the rules would do; issues whose events all stay are counted and not listed."""

    event_count: int
    issue_count: int
    joined_count: int
    split_count: int
    dropped_count: Annotated[int, Meta(description="Issues whose events would become none.")]
    issues: list[TrialIssue]


@operation("/rum/application/grouping/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: GroupingOf) -> GroupingItem:
    """Read how an application's errors are grouped."""
    found = applications.seen(tx, caller, request.application_id)
    said = error_grouping.get(tx, found.account_id, found.id)
    return GroupingItem(
        application_id=said.application_id,
        fingerprint_rules=said.fingerprint_rules,
        stack_rules=said.stack_rules,
        noise_filters=said.noise,
        version=said.version,
        updated_at=said.updated_at,
        updated_by=said.updated_by,
    )


@operation("/rum/application/grouping/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: GroupingEdit) -> Empty:
    """Change how an application's errors are grouped; what is not sent stays.

    It counts for errors that come from now on: stored events stay where they are. A rule that
    cannot be read is refused with its line.
    """
    found = applications.managed(tx, caller, request.application_id)
    engine.change(tx, _draft(tx, found.account_id, request), caller.member_id)
    return Empty()


@operation("/rum/application/grouping/preview", None, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: GroupingEdit) -> GroupingTrial:
    """Try rules out on stored events: which issues they would join, split or move.

    Looked at are the newest events of the 200 issues that changed last, five of each, as if they
    came anew now. What is not sent is as saved. Nothing is changed.
    """
    found = applications.seen(tx, caller, request.application_id)
    trial = engine.tried(tx, found, _draft(tx, found.account_id, request))
    outcomes = [fate.outcome for fate in trial.fates]
    return GroupingTrial(
        event_count=trial.event_count,
        issue_count=len(trial.fates),
        joined_count=outcomes.count(Outcome.JOINED),
        split_count=outcomes.count(Outcome.SPLIT),
        dropped_count=outcomes.count(Outcome.DROPPED),
        issues=[_issue(trial, fate) for fate in trial.fates if fate.outcome is not Outcome.KEPT],
    )


def _draft(tx: Tx, account_id: int, request: GroupingEdit) -> ErrorGrouping:
    saved = error_grouping.get(tx, account_id, request.application_id)
    wanted = given(asdict(request))
    if request.noise_filters is not UNSET:
        wanted["noise"] = wanted.pop("noise_filters")
    return replace(saved, **wanted)


def _issue(trial: Trial, fate: Fate) -> TrialIssue:
    targets = [_target(trial, target) for target in fate.targets]
    return TrialIssue(fate.issue_id, _title(trial, fate.issue_id), fate.outcome, targets)


def _target(trial: Trial, target: Target) -> TrialTarget:
    return TrialTarget(
        target.issue_id,
        target.is_new,
        _title(trial, target.issue_id),
        target.event_count,
        target.reason,
        list(target.parts),
    )


def _title(trial: Trial, issue_id: str) -> str:
    issue = trial.issues.get(issue_id)
    return issue.title if issue else ""
