"""How the caller wants to be told."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.preference import check
from tocsin.domain.time_filter import TimeFilter
from tocsin.domain.time_filter import check as check_windows
from tocsin.kernel.caller import Caller
from tocsin.kernel.given import given
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import MINUTE
from tocsin.store import contact as contacts
from tocsin.store.database import Tx

TAG: Final = "Preferences"

Methods = Annotated[
    tuple[str, ...], Meta(max_length=20, description="email, sms, voice, push, telegram, ….")
]


class TriggerNotify(Struct, frozen=True):
    """Methods by severity; mail where a severity has none."""

    critical: Methods = ()
    warning: Methods = ()
    info: Methods = ()


class ShiftNotify(Struct, frozen=True):
    """How to hear of one's own shifts."""

    personal_channels: Methods = ()


class PreferenceInfo(Struct, frozen=True):
    """What the caller wished for. The misspelt member is how older clients read it."""

    trigger_notify: TriggerNotify
    wait_minutes: Annotated[
        dict[str, int],
        Meta(description="By method: minutes to wait for an answer before it is used."),
    ]
    quiet_hours: Annotated[
        tuple[TimeFilter, ...],
        Meta(description="In the member's own time zone; Critical is told all the same."),
    ]
    schedule_shift_notify: ShiftNotify
    shedule_shift_notify: ShiftNotify


class WantedNotify(Struct, frozen=True):
    """Methods by severity. What is not sent stays; an empty list means mail."""

    critical: Methods | UnsetType = UNSET
    warning: Methods | UnsetType = UNSET
    info: Methods | UnsetType = UNSET


class WantedShiftNotify(Struct, frozen=True):
    """How to hear of one's own shifts. What is not sent stays."""

    personal_channels: Methods | UnsetType = UNSET


class UpdatePreference(Struct, frozen=True):
    """What is not sent stays."""

    trigger_notify: WantedNotify | UnsetType = UNSET
    wait_minutes: dict[str, int] | UnsetType = UNSET
    quiet_hours: tuple[TimeFilter, ...] | UnsetType = UNSET
    schedule_shift_notify: WantedShiftNotify | UnsetType = UNSET


class ReadPreference(Struct, frozen=True):
    """Nothing to say."""


@operation("/preference/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: ReadPreference) -> PreferenceInfo:
    """Show how the caller wants to be told."""
    kept = contacts.preference_of(tx, caller.account_id, caller.member_id)
    shifts = ShiftNotify(kept.shifts)
    return PreferenceInfo(
        trigger_notify=TriggerNotify(kept.critical, kept.warning, kept.info),
        wait_minutes={method: wait // MINUTE for method, wait in kept.waits_ms.items()},
        quiet_hours=kept.quiet,
        schedule_shift_notify=shifts,
        shedule_shift_notify=shifts,
    )


@operation("/preference/update", None, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdatePreference) -> Empty:
    """Say how the caller wants to be told, by severity, after which waits, and when not.

    A method without a verified contact leads nowhere until there is one; pages then take what the
    caller has instead.
    """
    kept = contacts.preference_of(tx, caller.account_id, caller.member_id, lock=True)
    if request.trigger_notify is not UNSET:
        kept = replace(kept, **given(asdict(request.trigger_notify)))
    if request.wait_minutes is not UNSET:
        waits = {method: wait * MINUTE for method, wait in request.wait_minutes.items()}
        kept = replace(kept, waits_ms=waits)
    if request.quiet_hours is not UNSET:
        check_windows(request.quiet_hours, (), "quiet_hours")
        kept = replace(kept, quiet=request.quiet_hours)
    shifts = request.schedule_shift_notify
    if shifts is not UNSET and shifts.personal_channels is not UNSET:
        kept = replace(kept, shifts=shifts.personal_channels)
    check(kept)
    contacts.save_preference(tx, kept)
    return Empty()
