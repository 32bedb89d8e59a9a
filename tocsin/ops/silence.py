"""Silences of a channel: for some time, what matches opens no incident."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from tocsin.domain.access import Permission
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.silence import SilenceRule, is_effective
from tocsin.domain.time_filter import Moment, TimeFilter
from tocsin.engine import channel as channels
from tocsin.engine import noise_preview, noise_rule
from tocsin.engine import silence as engine
from tocsin.engine.account_time import moment
from tocsin.engine.noise_rule import UNNAMED, Label
from tocsin.engine.silence import Terms, Times, Wish
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store.database import Tx
from tocsin.store.noise_rule import SILENCES
from tocsin.wire.incident import ObjectId
from tocsin.wire.noise_preview import RulePreview
from tocsin.wire.noise_rule import (
    TAG,
    CreatedRule,
    Description,
    Discard,
    Filters,
    ListRules,
    Priority,
    RuleId,
    RuleItem,
    RuleName,
    RuleText,
    common,
)
from tocsin.wire.silence import OnceTimeFilter, Windows, times

AutoDelete = Annotated[bool, Meta(description="Delete the rule once its one time has ended.")]
FromIncident = Annotated[
    str, Meta(description="An incident to silence; with it, all may be left out.")
]


class CreateSilence(Struct, frozen=True, kw_only=True):
    """`rule_name`, `filters` and a time may be left out only with `from_incident_id`."""

    channel_id: int
    rule_name: RuleName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    priority: Priority = 0
    filters: Filters | UnsetType = UNSET
    time_filter: OnceTimeFilter | UnsetType = UNSET
    time_filters: Windows | UnsetType = UNSET
    is_directly_discard: Discard = False
    is_auto_delete: AutoDelete | UnsetType = UNSET
    from_incident_id: FromIncident = ""


class UpdateSilence(RuleText, frozen=True, kw_only=True):
    rule_id: ObjectId
    filters: Filters
    time_filter: OnceTimeFilter | UnsetType = UNSET
    time_filters: Windows | UnsetType = UNSET
    is_directly_discard: Discard = False
    is_auto_delete: AutoDelete = False


class PreviewSilence(Struct, frozen=True, kw_only=True):
    channel_id: int
    filters: Filters
    time_filter: OnceTimeFilter | UnsetType = UNSET
    time_filters: Windows | UnsetType = UNSET


class SilenceItem(RuleItem, frozen=True, kw_only=True):
    """A silence; `time_filter` is zeros where it applies in windows."""

    filters: Filters
    time_filter: OnceTimeFilter
    time_filters: tuple[TimeFilter, ...]
    is_directly_discard: bool
    is_auto_delete: bool
    is_effective: Annotated[bool, Meta(description="Whether it silences right now.")]
    from_incident_id: ObjectId | UnsetType = UNSET


class Silences(Struct, frozen=True):
    items: list[SilenceItem]


@operation("/channel/silence/rule/list", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListRules) -> Silences:
    """List the silences of a channel, in the order in which they are tried."""
    found = noise_rule.browse(tx, caller, SILENCES, request.channel_id)
    windows = [window for rule in found for window in rule.windows]
    now = moment(tx, caller.account_id, tx.now, windows)
    return Silences([_item(rule, now) for rule in found])


@operation("/channel/silence/rule/create", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateSilence) -> CreatedRule:
    """Keep what matches from opening incidents in a channel, once or in windows that come back.

    Send exactly one of `time_filter` and `time_filters`; windows are of the account's time zone.
    With `from_incident_id`, what is left out follows from that incident: its severity and less,
    its labels that say what it is about, and one day, after which the rule deletes itself. An
    incident has one such silence, which asking again changes.
    """
    wish = _wish(request)
    if request.from_incident_id:
        made = engine.create_quick(tx, caller, request.channel_id, wish, request.from_incident_id)
    else:
        label, terms = _spelled_out(wish)
        made = engine.create(tx, caller, request.channel_id, label, terms)
    return CreatedRule.of(made)


@operation("/channel/silence/rule/update", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateSilence) -> Empty:
    """Replace a silence: what is not sent is empty or false afterwards.

    Send exactly one of `time_filter` and `time_filters`.
    """
    when = _needed(times(request.time_filter or None, request.time_filters or None))
    terms = Terms(request.filters, when, request.is_directly_discard, request.is_auto_delete)
    engine.change(tx, caller, request.channel_id, request.rule_id, request.label, terms)
    return Empty()


@operation("/channel/silence/rule/delete", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Delete a silence; what it hid opens an incident when it is heard of again."""
    engine.remove(tx, caller, request.channel_id, request.rule_id)
    return Empty()


@operation("/channel/silence/rule/enable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Have a silence silence again, at its times."""
    status = RuleStatus.ENABLED
    noise_rule.set_status(tx, caller, SILENCES, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/silence/rule/disable", Permission.CHANNELS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: RuleId) -> Empty:
    """Keep a silence without silencing anything by it."""
    status = RuleStatus.DISABLED
    noise_rule.set_status(tx, caller, SILENCES, request.channel_id, request.rule_id, status)
    return Empty()


@operation("/channel/silence/rule/preview", Permission.CHANNELS_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewSilence) -> RulePreview:
    """Show what a silence would have muted in the last seven days, and would now.

    Of the past, a `time_filter` is ignored, as if it had lasted all along, while the windows of
    `time_filters` count. Of what fires now, only what is silent at this moment is hidden.
    """
    channels.seen(tx, caller, request.channel_id)
    when = _needed(times(request.time_filter or None, request.time_filters or None))
    terms = Terms(request.filters, when, is_directly_discard=False, is_auto_delete=False)
    rule = engine.drafted(tx, caller, request.channel_id, UNNAMED, terms)
    return RulePreview.of(noise_preview.silenced(tx, rule))


def _wish(request: CreateSilence) -> Wish:
    filters = request.filters or ()
    if request.from_incident_id:
        # Here a group without conditions says as little as no group.
        filters = tuple(filter(None, filters))
    return Wish(
        name=request.rule_name or None,
        description=None if request.description is UNSET else request.description,
        priority=request.priority,
        filters=filters or None,
        times=times(request.time_filter or None, request.time_filters or None),
        is_directly_discard=request.is_directly_discard,
        is_auto_delete=None if request.is_auto_delete is UNSET else request.is_auto_delete,
    )


def _spelled_out(wish: Wish) -> tuple[Label, Terms]:
    if wish.name is None:
        raise InvalidParameter("rule_name is needed where there is no from_incident_id")
    if wish.filters is None:
        raise InvalidParameter("filters must not be empty: say what is to be silenced")
    label = Label(wish.name, wish.description or "", wish.priority)
    auto_delete = bool(wish.is_auto_delete)
    return label, Terms(wish.filters, _needed(wish.times), wish.is_directly_discard, auto_delete)


def _needed(when: Times | None) -> Times:
    if when is None:
        raise InvalidParameter("send time_filter or time_filters: say when it is to be silent")
    return when


def _item(rule: SilenceRule, now: Moment) -> SilenceItem:
    return SilenceItem(
        **asdict(common(rule)),
        filters=rule.filters,
        time_filter=OnceTimeFilter(seconds(rule.start_time), seconds(rule.end_time)),
        time_filters=rule.windows,
        is_directly_discard=rule.is_directly_discard,
        is_auto_delete=rule.is_auto_delete,
        is_effective=is_effective(rule, now),
        from_incident_id=rule.from_incident_id or UNSET,
    )
