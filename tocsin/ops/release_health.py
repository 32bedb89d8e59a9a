"""How sessions of an application's releases end."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.release_health import SessionEnds, Users
from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.store import release_health
from tocsin.store.database import Tx

TAG: Final = "RUM/Intake"

Milliseconds = Annotated[int, Meta(description="Milliseconds since 1970; whole days (UTC) count.")]


class ListReleases(Struct, frozen=True):
    application_id: str
    start_time: Milliseconds
    end_time: Milliseconds
    env: Annotated[str, Meta(description="Of this environment only; empty for all.")] = ""


class ReleaseItem(Struct, frozen=True):
    """Sessions of a release in an environment."""

    version: str
    env: str
    session_count: int
    errored_count: Annotated[int, Meta(description="With errors that were handled.")]
    unhandled_count: Annotated[int, Meta(description="With errors that nothing handled.")]
    crashed_count: Annotated[int, Meta(description="Ended by an error.")]
    abnormal_count: Annotated[int, Meta(description="That ended without saying so.")]
    crash_free_rate: Annotated[float, Meta(description="Share without a crash, 0 to 1.")]
    user_count: Annotated[int, Meta(description="Of the sessions that name a user.")]
    crash_free_user_rate: Annotated[
        float, Meta(description="Share of the users who saw no crash, 0 to 1; 1 without any.")
    ]


class ReleaseList(Struct, frozen=True):
    items: list[ReleaseItem]


@operation("/rum/release/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListReleases) -> ReleaseList:
    """List an application's releases with the shares of sessions and users without a crash."""
    if request.start_time >= request.end_time:
        raise InvalidParameter("start_time must lie before end_time")
    found = engine.seen(tx, caller, request.application_id)
    totals: dict[tuple[str, str], SessionEnds] = {}
    span = (tx, found.account_id, found.id, request.start_time, request.end_time)
    for day, ends in release_health.between(*span):
        if request.env in ("", day.env):
            key = day.version, day.env
            totals[key] = totals.get(key, SessionEnds()) + ends
    users = release_health.users_between(*span)
    return ReleaseList([_item(*key, ends, users.get(key, Users())) for key, ends in totals.items()])


def _item(version: str, env: str, ends: SessionEnds, users: Users) -> ReleaseItem:
    return ReleaseItem(
        version=version,
        env=env,
        session_count=ends.started,
        errored_count=ends.errored,
        unhandled_count=ends.unhandled,
        crashed_count=ends.crashed,
        abnormal_count=ends.abnormal,
        crash_free_rate=round(ends.crash_free_rate, 6),
        user_count=users.count,
        crash_free_user_rate=round(users.crash_free_rate, 6),
    )
