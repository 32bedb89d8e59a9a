"""Whether incidents would reach somebody in the days to come, channel by channel."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.coverage import WITHIN_MINUTES_MAX
from tocsin.domain.severity import Severity
from tocsin.engine import coverage_watch
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import Window, window
from tocsin.kernel.units import MINUTE, seconds
from tocsin.store import channel as channels
from tocsin.store import coverage as results
from tocsin.store.coverage import Coverage, Wanted
from tocsin.store.database import Tx
from tocsin.wire.noise_rule import TAG

CHANNELS_MAX: Final = 100
UNCOVERED_MAX: Final = 20


class CheckCoverage(Struct, frozen=True):
    within_minutes: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=WITHIN_MINUTES_MAX,
                description="How soon somebody is to be reached, from now on; absent: as before.",
            ),
        ]
        | UnsetType
    ) = UNSET


class ListCoverage(Struct, frozen=True):
    channel_ids: Annotated[tuple[int, ...], Meta(max_length=CHANNELS_MAX)] | None = None
    only_uncovered: bool = False
    p: int = 1
    limit: int = 20


class CoverageItem(Struct, frozen=True):
    """What would become of incidents of a severity in a channel in the coming 30 days."""

    channel_id: int
    channel_name: str
    severity: Severity
    is_covered: Annotated[bool, Meta(description="At every instant of them.")]
    uncovered_at: Annotated[
        int, Meta(description="The first instant at which nobody is reached, in seconds; 0: none.")
    ]
    reason: str
    trace: Annotated[
        tuple[str, ...],
        Meta(description="The rule, and each level with its people, then or, if covered, now."),
    ]
    within_minutes: Annotated[int, Meta(description="How soon somebody had to be reached.")]
    checked_at: Annotated[int, Meta(description="Seconds.")]


class CoverageState(Struct, frozen=True, kw_only=True):
    """Whether a check is wanted that has not been finished: then what is shown is of the one
    before."""

    is_computing: bool
    computing_since: Annotated[int, Meta(description="Since when, in seconds; 0: not.")]


class CoveragePage(CoverageState, frozen=True, kw_only=True):
    items: list[CoverageItem]
    total: int


class CoverageAsked(CoverageState, frozen=True, kw_only=True):
    checked_at: Annotated[int, Meta(description="Of the last result, in seconds; 0: none yet.")]
    uncovered: Annotated[list[CoverageItem], Meta(description="Of the last result, at most 20.")]


@operation("/channel/coverage/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListCoverage) -> CoveragePage:
    """List when incidents would reach nobody in time, by channel and severity.

    What is not covered comes first, the soonest before. It is looked for a minute after anything
    that it depends on changes, and every night.
    """
    account_id = caller.account_id
    wanted = Wanted(request.channel_ids, _hidden(tx, caller), request.only_uncovered)
    since = coverage_watch.computing_since(tx, account_id)
    return CoveragePage(
        is_computing=since > 0,
        computing_since=seconds(since),
        items=_items(tx, account_id, wanted, window(request.p, request.limit)),
        total=results.count(tx, account_id, wanted),
    )


@operation("/channel/coverage/check", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def check(tx: Tx, caller: Caller, request: CheckCoverage) -> CoverageAsked:
    """Have coverage checked now, and say how soon somebody is to be reached.

    The check is done beside the call: the answer has the last result, and since when the new one is
    being computed. `/channel/coverage/list` says when it is there.
    """
    if request.within_minutes is not UNSET:
        results.set_within(tx, caller.account_id, request.within_minutes * MINUTE)
    account_id = caller.account_id
    coverage_watch.ask(tx, account_id)
    since = coverage_watch.computing_since(tx, account_id)
    wanted = Wanted(hidden=_hidden(tx, caller), only_uncovered=True)
    return CoverageAsked(
        is_computing=True,
        computing_since=seconds(since),
        checked_at=seconds(results.checked_at(tx, account_id)),
        uncovered=_items(tx, account_id, wanted, window(1, UNCOVERED_MAX)),
    )


def _hidden(tx: Tx, caller: Caller) -> tuple[int, ...]:
    if caller.is_admin:
        return ()
    return tuple(channels.hidden(tx, caller.account_id, caller.member_id, caller.team_ids))


def _items(tx: Tx, account_id: int, wanted: Wanted, place: Window) -> list[CoverageItem]:
    found = results.browse(tx, account_id, wanted, place)
    known = channels.get_many(tx, account_id, {one.channel_id for one in found})
    names = {id_: one.name for id_, one in known.items()}
    return [_item(one, names.get(one.channel_id, "")) for one in found]


def _item(of: Coverage, name: str) -> CoverageItem:
    return CoverageItem(
        channel_id=of.channel_id,
        channel_name=name,
        severity=of.severity,
        is_covered=not of.uncovered_at,
        uncovered_at=seconds(of.uncovered_at),
        reason=of.reason,
        trace=of.trace,
        within_minutes=of.within_ms // MINUTE,
        checked_at=seconds(of.checked_at),
    )
