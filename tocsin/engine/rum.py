"""What people did in an application, folded into their sessions."""

from collections.abc import Sequence

from msgspec import Struct

from tocsin.domain.application import Application
from tocsin.domain.issue_event import Retention
from tocsin.domain.rum import RumEvent, RumKind, RumSession, begun, counted, merged
from tocsin.engine.application import seen
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound
from tocsin.store import issue as issues
from tocsin.store import issue_event, rum
from tocsin.store.database import Tx
from tocsin.store.rum import PackedRum


class Linked(Struct, frozen=True):
    """An event of a session, and the issue it belongs to, "" for none."""

    event: RumEvent
    issue_id: str


def record(tx: Tx, application: Application, arrived: Sequence[PackedRum]) -> None:
    """Store events and bring their sessions up to date; what came before changes nothing, and of
    a view the highest version counts."""
    issues.hold(tx, application.id)
    newest: dict[tuple[RumKind, str], PackedRum] = {}
    for one in arrived:
        key = one.event.kind, one.event.event_id
        if key not in newest or one.event.document_version > newest[key].event.document_version:
            newest[key] = one
    known = rum.versions(tx, application.id, newest)
    fresh = {
        key: one for key, one in newest.items() if one.event.document_version > known.get(key, 0)
    }
    kept = issue_event.retention(tx, application.account_id, application.id)
    rum.keep(tx, application.account_id, application.id, list(fresh.values()), kept)
    _fold(tx, application, [(one.event, key not in known) for key, one in fresh.items()], kept)


def _fold(
    tx: Tx,
    application: Application,
    events: Sequence[tuple[RumEvent, bool]],
    kept: Retention,
) -> None:
    """Fold events into their sessions; with each whether it counts."""
    named = [(event, counts) for event, counts in events if event.session_id]
    found = rum.sessions(tx, application.id, {event.session_id for event, _ in named})
    for event, counts in named:
        alone = begun(event, kept)
        told = counted(alone, event.kind) if counts else alone
        before = found.get(event.session_id)
        found[event.session_id] = merged(before, told) if before else told
    rum.keep_sessions(tx, application.account_id, application.id, list(found.values()))


def session(tx: Tx, caller: Caller, application_id: str, session_id: str) -> RumSession:
    """A session of an application the caller may see; ResourceNotFound otherwise."""
    application = seen(tx, caller, application_id)
    found = rum.session(tx, caller.account_id, application.id, session_id)
    if found is None:
        raise ResourceNotFound(
            "application {application_id} has no session {session_id} any more, or never had it",
            application_id=application_id,
            session_id=session_id,
        )
    return found


def linked(tx: Tx, account_id: int, events: Sequence[RumEvent]) -> list[Linked]:
    """Events, each with the issue its error belongs to now."""
    digests = sorted({event.digest for event in events if event.digest})
    known = issues.by_hashes(tx, account_id, digests)
    return [Linked(event, known.get(event.digest, "")) for event in events]
