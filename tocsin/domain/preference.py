"""How a person wants to be told: by which methods, when each, and when not at all.

Quiet hours hold back what can wait. A Critical page is never held back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from tocsin.domain.contact import BY_APP, METHODS, Contact, Service
from tocsin.domain.severity import Severity
from tocsin.domain.time_filter import Moment, TimeFilter, covering
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import MINUTE, SECOND

WAIT_MS_MAX: Final = 60 * MINUTE
EMAIL: Final = str(Service.EMAIL)
_DAYS_AHEAD: Final = 3


class Preference(Struct, frozen=True):
    """A person's wishes. `waits_ms` says how long a method holds back after the page began, so
    that a phone rings only if nobody has answered by then."""

    account_id: int
    person_id: int
    critical: tuple[str, ...] = (EMAIL,)
    warning: tuple[str, ...] = (EMAIL,)
    info: tuple[str, ...] = (EMAIL,)
    waits_ms: dict[str, int] = {}
    quiet: tuple[TimeFilter, ...] = ()
    shifts: tuple[str, ...] = (EMAIL,)

    def methods(self, severity: Severity) -> tuple[str, ...]:
        """The methods for a severity; mail where none was chosen, as nobody may be unreachable."""
        chosen = {
            Severity.CRITICAL: self.critical,
            Severity.WARNING: self.warning,
            Severity.INFO: self.info,
        }[severity]
        return chosen or (EMAIL,)


class Stage(Struct, frozen=True):
    """One try of a page. A `reserve` is for when another failed. An empty `contact_id` is the
    person's own mail address; `wait_ms` counts from the page's beginning."""

    method: str
    contact_id: str = ""
    wait_ms: int = 0
    reserve: bool = False


class Plan(Struct, frozen=True):
    """How a page goes: its tries in order, and methods that lead nowhere."""

    stages: tuple[Stage, ...]
    missing: tuple[str, ...]


def check(preference: Preference) -> None:
    """Raise InvalidParameter for methods that there are not, and waits that are too long."""
    named = {*preference.critical, *preference.warning, *preference.info, *preference.shifts}
    check_methods(sorted(named | set(preference.waits_ms)))
    for method, wait in sorted(preference.waits_ms.items()):
        if not 0 <= wait <= WAIT_MS_MAX:
            raise InvalidParameter(
                "{field} may wait at most {maximum} minutes",
                field=method,
                maximum=WAIT_MS_MAX // MINUTE,
            )


def check_methods(methods: Iterable[str], field: str = "methods") -> None:
    """Raise InvalidParameter, naming `field`, for a method that there is not."""
    for method in methods:
        if plain(method) not in METHODS:
            raise InvalidParameter(
                "{field}: {value} is no method; use one of {known}",
                field=field,
                value=method,
                known=", ".join(METHODS),
            )


def plain(method: str) -> str:
    """A method without the id of the app that carries it: `slack_app` for `slack_app:123`."""
    service, _, app = method.partition(":")
    return service if app.isdecimal() and service in BY_APP else method


def plan(
    methods: Sequence[str], waits_ms: dict[str, int], contacts: Sequence[Contact], has_mail: bool
) -> Plan:
    """The tries of a page by these methods, in order of their waits, over a person's verified
    contacts; what they have beside is kept in reserve."""
    stages: list[Stage] = []
    missing: list[str] = []
    for method in dict.fromkeys(plain(one) for one in methods):
        wait = waits_ms.get(method, 0)
        own = [Stage(method, "", wait)] if method == EMAIL and has_mail else []
        own += [Stage(method, one.id, wait) for one in contacts if one.method == method]
        # Of several alike the first is used; the others are for when it fails.
        stages += own[:1]
        if not own:
            missing.append(method)
    stages.sort(key=lambda stage: stage.wait_ms)
    used = {(stage.method, stage.contact_id) for stage in stages}
    rest = [Stage(one.method, one.id, 0, True) for one in contacts]
    rest += [Stage(EMAIL, "", 0, True)] if has_mail else []
    reserve = [one for one in rest if (one.method, one.contact_id) not in used]
    return Plan((*stages, *reserve), tuple(missing))


def quiet_until(preference: Preference, severity: Severity, at: int, zone: tzinfo) -> int:
    """When the quiet that holds at an instant ends, 0 where there is none; instants in ms."""
    if severity is Severity.CRITICAL or not _is_quiet(preference, at, zone):
        return 0
    ends = sorted(_ends(preference, at, zone))
    return next((end for end in ends if not _is_quiet(preference, end, zone)), 0)


def _is_quiet(preference: Preference, at: int, zone: tzinfo) -> bool:
    return covering(preference.quiet, Moment(at, zone, {})) >= 0


def _ends(preference: Preference, at: int, zone: tzinfo) -> list[int]:
    """The ends of quiet windows within the next days."""
    today = datetime.fromtimestamp(at // SECOND, zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    found = []
    for window in preference.quiet:
        hours, minutes = int(window.end[:2]), int(window.end[3:])
        if (hours, minutes) == (23, 59):
            hours, minutes = 24, 0
        for day in range(_DAYS_AHEAD):
            local = today + timedelta(days=day, hours=hours, minutes=minutes)
            found.append(int(local.timestamp()) * SECOND)
    return [end for end in found if end > at]
