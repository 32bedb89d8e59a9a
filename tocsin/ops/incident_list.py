"""Searching incidents."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.incident import Progress
from tocsin.domain.severity import Severity
from tocsin.engine import incident_names, incident_search
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import decode_cursor, encode_cursor, window
from tocsin.store.database import Tx
from tocsin.store.incident_list import After, RangeBy, Wanted
from tocsin.wire.asked import (
    EndTime,
    LabelFilter,
    StartTime,
    check_wanted,
    check_words,
    choices,
    span,
)
from tocsin.wire.incident import TAG, IncidentInfo


class ListIncidents(Struct, frozen=True, kw_only=True):
    start_time: StartTime = 0
    end_time: EndTime = 0
    range_by: Annotated[RangeBy, Meta(description="What must lie between the two.")] = RangeBy.START
    asc: bool = False
    progress: Annotated[str, Meta(description="Triggered, Processing, Closed; commas between.")] = (
        ""
    )
    incident_severity: Annotated[str, Meta(description="Critical, Warning, Info; likewise.")] = ""
    channel_ids: Annotated[tuple[int, ...], Meta(description="0: outside channels.")] = ()
    team_ids: Annotated[tuple[int, ...], Meta(description="Owners of the channels.")] = ()
    responder_ids: tuple[int, ...] = ()
    acker_ids: tuple[int, ...] = ()
    creator_ids: Annotated[tuple[int, ...], Meta(description="0: the system.")] = ()
    closer_ids: Annotated[tuple[int, ...], Meta(description="0: the system.")] = ()
    incident_ids: tuple[str, ...] = ()
    nums: tuple[str, ...] = ()
    labels: LabelFilter = {}
    fields: Annotated[
        dict[str, Any], Meta(description="Values of custom fields by name; of a list any.")
    ] = {}
    title: Annotated[str, Meta(description="The whole title.")] = ""
    query: Annotated[
        str,
        Meta(
            description="An id, a short label, or up to 16 words that title, labels, description, impact, "
            "root cause and resolution begin with; comments are not looked through."
        ),
    ] = ""
    is_my_team: Annotated[
        bool, Meta(description="Channels that the caller's teams look after.")
    ] = False
    is_my_channel: Annotated[bool, Meta(description="Channels that the caller made.")] = False
    is_rare: bool = False
    is_snoozed: Annotated[bool | None, Meta(description="Absent: either way.")] = None
    ever_muted: Annotated[bool | None, Meta(description="Absent: either way.")] = None
    p: int = 0
    limit: Annotated[int, Meta(le=100)] = 0
    search_after_ctx: str = ""


class IncidentPage(Struct, frozen=True):
    """`total` is counted to 1000; `search_after_ctx` is empty on the last page."""

    items: list[IncidentInfo]
    total: int
    has_next_page: bool
    search_after_ctx: str


@operation("/incident/list", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListIncidents) -> IncidentPage:
    """Search incidents by when they began and much else.

    Newest first unless `asc`. Pages go by `p` and `limit`, or by handing `search_after_ctx` back.
    """
    place = window(request.p, request.limit)
    after = None
    if request.search_after_ctx:
        after = decode_cursor(request.search_after_ctx, After)
    found = incident_search.search(
        tx, caller, _wanted(tx, caller, request), place, ascending=request.asc, after=after
    )
    names = incident_names.load(tx, caller.account_id, found.incidents)
    cursor = ""
    if found.has_more:
        last = found.incidents[-1]
        cursor = encode_cursor(last.start_time, last.incident_id)
    return IncidentPage(
        [IncidentInfo.of(one, names) for one in found.incidents],
        found.total,
        found.has_more,
        cursor,
    )


def _wanted(tx: Tx, caller: Caller, request: ListIncidents) -> Wanted:
    query = request.query.strip()
    check_words("query", query)
    check_wanted("labels", request.labels)
    check_wanted("fields", {name: _listed(value) for name, value in request.fields.items()})
    by_id = request.incident_ids and not request.start_time and not request.end_time
    return incident_search.narrowed_by_query(
        Wanted(
            span=None if by_id else span(request.start_time, request.end_time),
            hidden_channel_ids=incident_search.hidden_channels(tx, caller),
            progress=choices(Progress, "progress", request.progress),
            severity=choices(Severity, "incident_severity", request.incident_severity),
            channel_ids=request.channel_ids or None,
            team_ids=request.team_ids or None,
            my_team_ids=tuple(caller.team_ids) if request.is_my_team else None,
            my_channels_of=caller.member_id if request.is_my_channel else None,
            responder_ids=request.responder_ids or None,
            acker_ids=request.acker_ids or None,
            creator_ids=request.creator_ids or None,
            closer_ids=request.closer_ids or None,
            incident_ids=tuple(one.lower() for one in request.incident_ids) or None,
            nums=tuple(one.upper() for one in request.nums) or None,
            range_by=request.range_by,
            labels=request.labels,
            fields=request.fields,
            title=request.title,
            is_rare=request.is_rare or None,
            is_snoozed=request.is_snoozed,
            ever_muted=request.ever_muted,
        ),
        query,
    )


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
