"""Calendars kept elsewhere: entered, read every hour, and what became of the last reading.

A reading is owed like a message, so nothing is held open while it lasts. One that fails leaves
what the calendar said before, and says why.
"""

from datetime import tzinfo
from typing import Final
from urllib.parse import urlsplit

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain import ical_source as rules
from tocsin.domain.ical_source import SOURCES_MAX, URL_MAX, IcalSource, People, Slot
from tocsin.domain.interval import Interval
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.timer import Timer
from tocsin.domain.webhook_target import check_endpoint
from tocsin.engine import account_time, coverage_watch, schedule_watch
from tocsin.engine.access import require_known_team, require_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, Failure, ReferenceExist, ResourceNotFound
from tocsin.kernel.units import DAY, HOUR
from tocsin.outbound.address import Reach
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import Message, Receipt, SendFailed
from tocsin.sources import ical
from tocsin.store import delivery, timer
from tocsin.store import ical_source as sources
from tocsin.store import member as members
from tocsin.store import schedule as schedules
from tocsin.store.database import Database, Tx

DUE: Final = "schedule.source"
METHOD: Final = "ical"
READ_EVERY_MS: Final = HOUR
BEHIND_MS: Final = 60 * DAY
AHEAD_MS: Final = 180 * DAY
SKIPPED_MAX: Final = 20
_WEBCAL: Final = "webcal://"


class SourceWish(Struct, frozen=True):
    """What somebody wants a calendar to be; UNSET leaves a part as it is."""

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    team_id: int | UnsetType = UNSET


def create(tx: Tx, caller: Caller, wish: SourceWish) -> IcalSource:
    """Enter a calendar; it is read at once."""
    if sources.count(tx, caller.account_id) >= SOURCES_MAX:
        raise BadRequest(
            "an account may have {maximum} calendars of others; delete one first",
            maximum=SOURCES_MAX,
        )
    blank = IcalSource(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        team_id=0,
        name="",
        host="",
        sealed=b"",
        slots=(),
        read_at=0,
        tried_at=0,
        problem="",
        skipped=(),
        created_at=tx.now,
        created_by=caller.member_id,
        updated_at=tx.now,
        updated_by=caller.member_id,
    )
    new = _carried_out(tx, caller, blank, wish)
    sources.add(tx, new)
    read_soon(tx, new)
    return new


def change(tx: Tx, caller: Caller, source_id: str, wish: SourceWish) -> None:
    """Change a calendar; from another address it is read at once."""
    before = managed(tx, caller, source_id)
    after = _carried_out(tx, caller, before, wish)
    sources.save(tx, after)
    if wish.url is not UNSET:
        read_soon(tx, after)


def delete(tx: Tx, caller: Caller, source_id: str) -> None:
    """Delete a calendar that no schedule has layers from."""
    found = managed(tx, caller, source_id)
    refs = sources.users(tx, found.account_id, found.id)
    if refs:
        raise ReferenceExist(
            "{name} is still used by {count} others; take them out there first",
            refs,
            name=found.name,
            count=len(refs),
        )
    timer.clear(tx, DUE, found.id)
    sources.remove(tx, found.account_id, found.id)


def managed(tx: Tx, caller: Caller, source_id: str) -> IcalSource:
    """A calendar that the caller may change, locked."""
    found = sources.get(tx, caller.account_id, source_id, lock=True)
    if found is None:
        raise ResourceNotFound("no calendar has the id {cal_id}", cal_id=source_id)
    require_team(caller, [found.team_id], found.created_by)
    return found


def read_soon(tx: Tx, source: IcalSource) -> None:
    """Have a calendar read as soon as an engine comes by."""
    timer.set_(tx, source.account_id, DUE, source.id, tx.now)


def hold(tx: Tx, account_id: int, source_id: str) -> None:
    """Lock the calendar that a timer is about."""
    sources.get(tx, account_id, source_id, lock=True)


def come_due(tx: Tx, fired: Timer) -> None:
    """It is time to read a calendar."""
    if sources.get(tx, fired.account_id, fired.subject) is None:
        return
    delivery.owe(tx, fired.account_id, METHOD, fired.subject, str(fired.account_id).encode(), "")
    timer.set_(tx, fired.account_id, DUE, fired.subject, tx.now + READ_EVERY_MS)


class IcalTransport:
    """Reads a calendar. What goes wrong is noted with the calendar, and the next hour tries
    again: there is nothing to repeat sooner."""

    retry = RetryPolicy(failures_max=3, age_max_ms=HOUR)
    senders = 1

    def __init__(self, database: Database, reach: Reach) -> None:
        self._database = database
        self._reach = reach

    def send(self, message: Message) -> Receipt:
        account_id = int(message.payload)
        with self._database.read() as tx:
            source = sources.get(tx, account_id, message.target)
            if source is None:
                return Receipt("it was deleted")
            zone = account_time.zone(tx, account_id)
            people = _people(tx, account_id)
            now = tx.now
        try:
            url = self._database.site.seal.open(source.sealed)
            window = Interval(now - BEHIND_MS, now + AHEAD_MS)
            slots, skipped = self._read(url, window, zone, people)
            found = replace(source, slots=slots, skipped=skipped, problem="")
        except (SendFailed, ValueError, Failure) as failure:
            found = replace(source, problem=_why(failure))
        with self._database.write() as tx:
            _keep(tx, source, found)
        return Receipt(found.problem or f"{len(found.slots)} entries")

    def _read(
        self, url: str, window: Interval, zone: tzinfo, people: People
    ) -> tuple[tuple[Slot, ...], tuple[str, ...]]:
        wish = Fetch(
            url,
            headers={"Accept": "text/calendar, */*;q=0.1", "User-Agent": "Tocsin"},
            answer_bytes_max=ical.FILE_BYTES_MAX + 1,
        )
        answer = fetch(wish, self._reach)
        if answer.status != 200:
            raise SendFailed(f"answered {answer.status}, not 200", retryable=True)
        found = ical.read(answer.body, window, zone)
        return rules.slots(found.entries, people), found.skipped[:SKIPPED_MAX]


def _keep(tx: Tx, read: IcalSource, found: IcalSource) -> None:
    """Keep a reading, unless the calendar was given another address meanwhile."""
    now = sources.get(tx, read.account_id, read.id, lock=True)
    if now is None or now.sealed != read.sealed:
        return
    changed = replace(
        now,
        slots=found.slots,
        skipped=found.skipped,
        problem=found.problem,
        tried_at=tx.now,
        read_at=now.read_at if found.problem else tx.now,
    )
    sources.save(tx, changed)
    if found.slots == now.slots:
        return
    coverage_watch.touch(tx, read.account_id)
    for schedule_id in sources.schedule_ids(tx, read.account_id, read.id):
        schedule = schedules.get(tx, read.account_id, schedule_id, lock=True)
        if schedule:
            schedule_watch.changed(tx, schedule)


def _people(tx: Tx, account_id: int) -> People:
    found = members.live(tx, account_id)
    return People.of((one.id, one.name, one.email) for one in found)


def _carried_out(tx: Tx, caller: Caller, before: IcalSource, wish: SourceWish) -> IcalSource:
    after = replace(before, updated_at=tx.now, updated_by=caller.member_id)
    if wish.name is not UNSET:
        after = replace(after, name=wish.name)
    if wish.team_id is not UNSET:
        if wish.team_id:
            require_known_team(tx, caller.account_id, wish.team_id, ResourceNotFound)
            require_team(caller, [wish.team_id])
        after = replace(after, team_id=wish.team_id)
    if wish.url is not UNSET:
        url = wish.url.strip()
        if url.lower().startswith(_WEBCAL):
            url = f"https://{url[len(_WEBCAL) :]}"
        check_endpoint(url, "url", URL_MAX)
        host = urlsplit(url).hostname or ""
        after = replace(
            after, host=host, sealed=tx.site.seal.close(url), slots=(), skipped=(), problem=""
        )
    return after


def _why(failure: SendFailed | ValueError | Failure) -> str:
    if isinstance(failure, SendFailed):
        return failure.why
    return failure.message() if isinstance(failure, Failure) else str(failure)
