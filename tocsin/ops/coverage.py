"""Whether incidents would reach somebody in the days to come, channel by channel."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.coverage import WITHIN_MINUTES_MAX
from tocsin.domain.severity import Severity
from tocsin.engine import coverage_watch
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import MINUTE, seconds
from tocsin.store import channel as channels
from tocsin.store import coverage as results
from tocsin.store.coverage import Coverage, Wanted
from tocsin.store.database import Tx
from tocsin.wire.noise_rule import TAG

CHANNELS_MAX: Final = 100


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


class CoveragePage(Struct, frozen=True):
    items: list[CoverageItem]
    total: int


@operation("/channel/coverage/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListCoverage) -> CoveragePage:
    """List when incidents would reach nobody in time, by channel and severity.

    What is not covered comes first, the soonest before. It is looked for a minute after anything
    that it depends on changes, and every night.
    """
    account_id = caller.account_id
    hidden: list[int] = []
    if not caller.is_admin:
        hidden = channels.hidden(tx, account_id, caller.member_id, caller.team_ids)
    wanted = Wanted(request.channel_ids, tuple(hidden), request.only_uncovered)
    found = results.browse(tx, account_id, wanted, window(request.p, request.limit))
    known = channels.get_many(tx, account_id, {one.channel_id for one in found})
    names = {id_: one.name for id_, one in known.items()}
    return CoveragePage(
        [_item(one, names.get(one.channel_id, "")) for one in found],
        results.count(tx, account_id, wanted),
    )


@operation("/channel/coverage/check", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def check(tx: Tx, caller: Caller, request: CheckCoverage) -> Empty:
    """Have coverage checked within a minute, and say how soon somebody is to be reached."""
    if request.within_minutes is not UNSET:
        results.set_within(tx, caller.account_id, request.within_minutes * MINUTE)
    coverage_watch.touch(tx, caller.account_id)
    return Empty()


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
