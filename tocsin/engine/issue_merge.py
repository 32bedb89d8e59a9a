"""Issues made one by hand and made two again, and events put elsewhere.

A merged issue stays in the store, resolved and out of sight: its hashes, events and comments go to
the other one, its id and its names lead there. What it had counted and where it stood is still
there when it is taken out again.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue import Issue, StageChange, Status, steer, update
from tocsin.domain.issue_activity import Activity, ActivityType
from tocsin.domain.issue_merge import Merge, check, combined, parted, reduced, seen
from tocsin.domain.issue_opening import opened
from tocsin.domain.retracing import as_it_ran, is_retraced
from tocsin.domain.version import is_newer
from tocsin.engine import issue_finding
from tocsin.engine.access import require_doer
from tocsin.engine.error_grouping import Rulebook, Rulebooks
from tocsin.engine.issue import keep, visible
from tocsin.engine.issue_batch import CHECK, grouping
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.units import DAY
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_event, issue_sighting, timer
from tocsin.store import issue_merge as stored
from tocsin.store.database import Tx

LOOK_AGAIN_MS: Final = 14 * DAY


class Part(Struct, frozen=True):
    """What goes out of an issue: the ids of its events, and hashes."""

    event_ids: list[str]
    digests: frozenset[str]


def merge(tx: Tx, caller: Caller, target_id: str, source_ids: Sequence[str]) -> Issue:
    """Make issues one, which stands where the target stood. One that was merged into it before is
    passed over; InvalidParameter for issues of different applications or services."""
    target, *found = _locked(tx, caller, [target_id, *source_ids])
    asked = zip(found, source_ids, strict=True)
    check(target, [source for source, asked_id in asked if source.issue_id == asked_id])
    sources = {each.issue_id: each for each in found if each.issue_id != target.issue_id}
    for source in sources.values():
        target = _merge(tx, caller, target, source)
    return target


def take_out(tx: Tx, caller: Caller, target_id: str, source_id: str) -> Issue:
    """Take an issue out of the one it was merged into: it stands again where it stood."""
    (target,) = _locked(tx, caller, [target_id])
    records = stored.of_target(tx, caller.account_id, target.issue_id)
    known = {each.issue_id: each for each in records}
    if source_id not in known:
        raise ResourceNotFound(
            "issue {issue_id} was not merged into this one; list what was first",
            issue_id=source_id,
        )
    record = known[source_id]
    (source,) = issues.by_ids(tx, caller.account_id, [source_id], lock=True)
    others = {digest for each in records if each != record for digest in each.digests}
    part = _part(tx, target, frozenset(record.digests) - others)
    since = issues.counted(tx, caller.account_id, part.digests) - record.counted
    stored.repoint(tx, caller.account_id, target.issue_id, source_id, part.digests)
    stored.move_events(tx, target.issue_id, source_id, part.event_ids)
    staying = stored.events(tx, target.issue_id)
    shown = {each.version for each in staying}
    issue_finding.unshare(tx, target.issue_id, record.tags, staying)
    stored.unshare(tx, source, target.issue_id, record.versions, shown)
    stored.forget(tx, source_id)
    _show(tx, source, stored.events(tx, source_id))

    back = steer(source, record.stage, None, (), caller.member_id, tx.now)
    whole = replace(back.issue, merged_into="", error_count=max(0, source.error_count + since))
    span = stored.span(tx, source_id)
    if span and span.last_seen_at > whole.last_seen_at:
        whole = replace(
            whole, last_seen_at=span.last_seen_at, last_seen_version=span.last_seen_version
        )
    source = keep(tx, source, replace(back, issue=whole, reason="It was taken out again."))
    left = reduced(target, whole, record, tx.now, caller.member_id)
    _settle(tx, target, seen(left, stored.span(tx, target.issue_id)))
    _note(tx, ActivityType.UNMERGED, caller, target, source)
    return source


def split_off(tx: Tx, caller: Caller, issue_id: str, digests: Sequence[str]) -> Issue:
    """Make a new issue of what some hashes lead to. An issue's own first hash stays with it."""
    (issue,) = _locked(tx, caller, [issue_id])
    wanted = frozenset(digests)
    held = {each.digest for each in issues.hashes_of(tx, caller.account_id, issue.issue_id)}
    if not wanted <= held - {issue.digest}:
        raise InvalidParameter(
            "digests must name hashes of the issue, and not {digest}, which is its own",
            digest=issue.digest,
        )
    part = _part(tx, issue, wanted)
    part = Part(part.event_ids, part.digests - {issue.digest})
    if not part.event_ids:
        raise InvalidParameter("no stored event of the issue was grouped by these hashes")
    going = [each for each in stored.events(tx, issue.issue_id) if each.event_id in part.event_ids]
    new = _opened(tx, caller, issue, going, part)
    stored.repoint(tx, caller.account_id, issue.issue_id, new.issue_id, part.digests)
    stored.move_events(tx, issue.issue_id, new.issue_id, part.event_ids)
    stored.keep_first(tx, new.issue_id)
    left = reduced(issue, new, None, tx.now, caller.member_id)
    _settle(tx, issue, seen(left, stored.span(tx, issue.issue_id)))
    _note(tx, ActivityType.UNMERGED, caller, issue, new)
    return new


def move_event(tx: Tx, caller: Caller, issue_id: str, event_id: str, target_id: str) -> None:
    """Put one stored event under another issue of the application. What comes next goes where its
    hashes lead, as before."""
    issue, target = _locked(tx, caller, [issue_id, target_id])
    check(issue, [target])
    event = _event(tx, issue, event_id)
    key = (target.issue_id, event.session_id)
    person = (target.issue_id, event.user_id)
    place = (tx, caller.account_id)
    is_new = stored.move_events(tx, issue.issue_id, target.issue_id, [event_id])
    sessions = issue_sighting.new_sessions(*place, {key} if event.session_id else ())
    people = issue_sighting.new_users(*place, {person} if event.user_id else ())
    _show(tx, target, [event])
    stored.file_under(tx, caller.account_id, issue.application_id, event_id, target.digest)
    grown = replace(
        seen(target, stored.span(tx, target.issue_id)),
        error_count=target.error_count + is_new,
        session_count=target.session_count + len(sessions),
        user_count=target.user_count + len(people),
        is_crash=target.is_crash or event.is_crash,
        updated_at=tx.now,
        updated_by=caller.member_id,
    )
    _settle(tx, target, grown)
    _lose(tx, caller, issue, event)
    _note(tx, ActivityType.EVENT_MOVED, caller, issue, target, event_id)


def delete_event(tx: Tx, caller: Caller, issue_id: str, event_id: str) -> None:
    """Delete one stored event with all it said; its issue counts it no more."""
    (issue,) = _locked(tx, caller, [issue_id])
    event = _event(tx, issue, event_id)
    place = (caller.account_id, issue.application_id)
    stored.drop_event(tx, *place, issue.issue_id, event_id)
    _lose(tx, caller, issue, event)
    entry = Activity(ActivityType.EVENT_DELETED, caller.member_id, detail={"event_id": event_id})
    activities.note(tx, caller.account_id, [(issue.issue_id, entry)])


def _locked(tx: Tx, caller: Caller, issue_ids: Sequence[str]) -> list[Issue]:
    """Issues the caller may see and change, locked together with the grouping of their
    application."""
    require_doer(caller)
    found = [visible(tx, caller, issue_id) for issue_id in issue_ids]
    for application_id in sorted({each.application_id for each in found}):
        issues.hold(tx, application_id)
    ids = sorted({each.issue_id for each in found})
    known = {each.issue_id: each for each in issues.by_ids(tx, caller.account_id, ids, lock=True)}
    return [known[each.issue_id] for each in found]


def _merge(tx: Tx, caller: Caller, target: Issue, source: Issue) -> Issue:
    account_id = caller.account_id
    hashes = issues.hashes_of(tx, account_id, source.issue_id)
    digests = tuple(each.digest for each in hashes)
    stored.repoint(tx, account_id, source.issue_id, target.issue_id, digests)
    stored.move_events(tx, source.issue_id, target.issue_id, None)
    sessions, users, versions = stored.share(tx, source.issue_id, target.issue_id)
    tags = issue_finding.share(tx, source, target, versions)
    stored.talk(tx, source.issue_id, target.issue_id)
    own = _without_merged(tx, caller, source)
    inner = stored.of_target(tx, account_id, source.issue_id)
    mine = frozenset(digests).difference(*(each.digests for each in inner))
    stored.hand_on(tx, source.issue_id, target.issue_id)
    record = Merge(
        issue_id=source.issue_id,
        account_id=account_id,
        target_id=target.issue_id,
        merged_at=tx.now,
        merged_by=caller.member_id,
        stage=source.stage,
        digests=digests,
        versions=versions,
        tags=tags,
        shared_sessions=sessions,
        shared_users=users,
        counted=issues.counted(tx, account_id, mine),
    )
    stored.put(tx, record)
    gone = update(own, Status.RESOLVED, None, caller.member_id, tx.now)
    hidden = replace(gone.issue, merged_into=target.issue_id)
    keep(tx, source, replace(gone, issue=hidden, reason="It was merged into another issue."))
    whole = combined(target, source, record, _newest(tx, target, source), tx.now)
    _settle(tx, target, whole)
    _note(tx, ActivityType.MERGED, caller, target, source)
    return whole


def _without_merged(tx: Tx, caller: Caller, issue: Issue) -> Issue:
    """An issue with its own counts alone: what was merged into it is told apart again."""
    records = {
        each.issue_id: each for each in stored.of_target(tx, issue.account_id, issue.issue_id)
    }
    for inner in issues.by_ids(tx, issue.account_id, list(records)):
        issue = reduced(issue, inner, records[inner.issue_id], tx.now, caller.member_id)
    return issue


def _newest(tx: Tx, target: Issue, source: Issue) -> str:
    """The later of both issues' newest versions."""
    versions = [target.newest_version, source.newest_version]
    place = (tx, target.account_id, target.application_id, target.service)
    known = issue_sighting.releases(*place, versions)
    mine, theirs = (known.get(version) for version in versions)
    if mine and theirs:
        return theirs.version if is_newer(theirs, mine) else mine.version
    return target.newest_version or source.newest_version


def _part(tx: Tx, issue: Issue, digests: frozenset[str]) -> Part:
    """What goes with some hashes of an issue, as its stored events tell."""
    book = Rulebooks(tx).of(issue.account_id, issue.application_id)
    told = [
        (event.event_id, _digests(book, event, issue.application_id))
        for event in stored.events(tx, issue.issue_id)
    ]
    held = {each.digest for each in issues.hashes_of(tx, issue.account_id, issue.issue_id)}
    event_ids, taken = parted(told, digests)
    return Part(event_ids, taken & held)


def _digests(book: Rulebook, event: ErrorEvent, application_id: str) -> list[str]:
    """The hashes an event has now, and those it had before source maps led it back."""
    forms = [event, as_it_ran(event)] if is_retraced(event) else [event]
    return [each.digest for form in forms for each in book.fingerprint(form, application_id).hashes]


def _opened(tx: Tx, caller: Caller, issue: Issue, going: Sequence[ErrorEvent], part: Part) -> Issue:
    """A new issue of events that were another's, stored with what they say."""
    book = Rulebooks(tx).of(issue.account_id, issue.application_id)
    prints = book.fingerprint(going[0], issue.application_id)
    blank = opened(
        going[0],
        prints,
        issue_id=tx.ids.short(),
        account_id=issue.account_id,
        application_id=issue.application_id,
        number=tx.ids.plain_number(),
        tracking_id=f"isset_{tx.ids.hex32()}",
        at=tx.now,
    )
    last = max(going, key=lambda event: event.occurred_at)
    key, place = blank.issue_id, (tx, issue.account_id)
    sessions = {(key, event.session_id) for event in going if event.session_id}
    people = {(key, event.user_id) for event in going if event.user_id}
    new = replace(
        blank,
        digest=min(part.digests),
        severity=issue.severity,
        is_crash=any(event.is_crash for event in going),
        last_seen_at=last.occurred_at,
        last_seen_version=last.version,
        newest_version=issue.newest_version if last.version == issue.last_seen_version else "",
        error_count=max(len(going), issues.counted(tx, issue.account_id, part.digests)),
        session_count=len(sessions),
        user_count=len(people),
        updated_by=caller.member_id,
    )
    issues.add(tx, [new])
    issues.explain(tx, issue.account_id, [grouping(key, prints)])
    issues.note(tx, issue.account_id, [(key, StageChange(tx.now, new.stage, caller.member_id))])
    issue_sighting.new_sessions(*place, sessions)
    issue_sighting.new_users(*place, people)
    _show(tx, new, going, is_new=True)
    timer.set_(tx, issue.account_id, CHECK, key, tx.now + LOOK_AGAIN_MS)
    return new


def _show(tx: Tx, issue: Issue, events: Sequence[ErrorEvent], *, is_new: bool = False) -> None:
    """Have an issue be found by what its events say."""
    key, account_id = issue.issue_id, issue.account_id
    versions = {(key, each.version) for each in events if each.version}
    shown = issue_sighting.add_versions(tx, account_id, versions)
    told = [(key, each) for each in events]
    issue_finding.file(tx, account_id, {key: issue}, {key} if is_new else (), told, shown)


def _event(tx: Tx, issue: Issue, event_id: str) -> ErrorEvent:
    found = issue_event.get(tx, issue.account_id, issue.issue_id, event_id)
    if found is None:
        raise issue_event.missing(issue.issue_id, event_id)
    return found.event


def _lose(tx: Tx, caller: Caller, issue: Issue, event: ErrorEvent) -> None:
    """Count one event off an issue, which was seen when what is left was, and off its hash."""
    book = Rulebooks(tx).of(issue.account_id, issue.application_id)
    issues.count(tx, issue.account_id, {_digests(book, event, issue.application_id)[0]: -1})
    stored.keep_first(tx, issue.issue_id)
    less = replace(
        seen(issue, stored.span(tx, issue.issue_id)),
        error_count=max(0, issue.error_count - 1),
        updated_at=tx.now,
        updated_by=caller.member_id,
    )
    _settle(tx, issue, less)


def _settle(tx: Tx, before: Issue, after: Issue) -> None:
    if after != before:
        issues.put(tx, [after])


def _note(
    tx: Tx,
    kind: ActivityType,
    caller: Caller,
    issue: Issue,
    other: Issue,
    event_id: str = "",
) -> None:
    """Put it on the timelines of both issues."""
    more = {"event_id": event_id} if event_id else {}
    entries = [
        (mine.issue_id, Activity(kind, caller.member_id, detail=_named(theirs, role) | more))
        for mine, theirs, role in ((issue, other, "other"), (other, issue, "issue"))
    ]
    activities.note(tx, caller.account_id, entries)


def _named(issue: Issue, role: str) -> dict[str, str]:
    return {role: issue.issue_id, "title": issue.title}
