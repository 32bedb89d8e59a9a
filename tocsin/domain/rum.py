"""What a person did in an application, as RUM SDKs tell it: events, and the sessions they form."""

from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.issue_event import Retention


class RumKind(StrEnum):
    """What an event tells of."""

    VIEW = "view"
    ACTION = "action"
    RESOURCE = "resource"
    LONG_TASK = "long_task"
    VITAL = "vital"
    ERROR = "error"


DETAILS: Final = frozenset({RumKind.RESOURCE, RumKind.LONG_TASK})
"""Kinds that come in masses and are forgotten first."""


class RumEvent(Struct, frozen=True):
    """One event; instants in ms, `duration_ns` as SDKs measure it, 0 and "" are unknown.

    A view is told of again while it lasts: its id stays, `document_version` rises. `name` and
    `type` say what it was: a view's name, an action's target, a resource's address, an error's
    message. `digest` is the first grouping hash of an error that belongs to an issue.
    """

    kind: RumKind
    event_id: str
    occurred_at: int
    received_at: int
    session_id: str = ""
    session_type: str = ""
    view_id: str = ""
    user_id: str = ""
    user_name: str = ""
    user_email: str = ""
    service: str = ""
    env: str = ""
    version: str = ""
    url: str = ""
    name: str = ""
    type: str = ""
    status: int = 0
    duration_ns: int = 0
    document_version: int = 1
    is_crash: bool = False
    has_replay: bool = False
    digest: str = ""

    @property
    def ended_at(self) -> int:
        return self.occurred_at + self.duration_ns // 1_000_000


class RumSession(Struct, frozen=True):
    """What the events of one session come to; instants in ms.

    Where they disagree the earliest is right about the place, and the latest that names a person
    about the person, who was last named at `user_seen_at`.
    """

    session_id: str
    type: str
    started_at: int
    last_seen_at: int
    service: str
    env: str
    version: str
    url: str
    user_seen_at: int
    user_id: str
    user_name: str
    user_email: str
    has_replay: bool
    is_crash: bool
    view_count: int = 0
    action_count: int = 0
    resource_count: int = 0
    long_task_count: int = 0
    vital_count: int = 0
    error_count: int = 0
    expires_at: int = 0


def expires_at(event: RumEvent, kept: Retention) -> int:
    """When an event is forgotten."""
    return event.received_at + (kept.detail_ms if event.kind in DETAILS else kept.session_ms)


def begun(event: RumEvent, kept: Retention) -> RumSession:
    """A session as one event of it tells, which is not counted yet."""
    return RumSession(
        session_id=event.session_id,
        type=event.session_type,
        started_at=event.occurred_at,
        last_seen_at=event.ended_at,
        service=event.service,
        env=event.env,
        version=event.version,
        url=event.url,
        user_seen_at=event.occurred_at if event.user_id else 0,
        user_id=event.user_id,
        user_name=event.user_name,
        user_email=event.user_email,
        has_replay=event.has_replay,
        is_crash=event.is_crash,
        expires_at=event.received_at + kept.session_ms,
    )


def merged(one: RumSession, other: RumSession) -> RumSession:
    """Two accounts of a session as one: whichever order they come in, and however often, it is
    the same, but for the counts, which add up."""
    first = min(one, other, key=_beginning)
    person = max(one, other, key=_person)
    return replace(
        first,
        type=max(one.type, other.type),
        last_seen_at=max(one.last_seen_at, other.last_seen_at),
        user_seen_at=person.user_seen_at,
        user_id=person.user_id,
        user_name=person.user_name,
        user_email=person.user_email,
        has_replay=one.has_replay or other.has_replay,
        is_crash=one.is_crash or other.is_crash,
        expires_at=max(one.expires_at, other.expires_at),
        view_count=one.view_count + other.view_count,
        action_count=one.action_count + other.action_count,
        resource_count=one.resource_count + other.resource_count,
        long_task_count=one.long_task_count + other.long_task_count,
        vital_count=one.vital_count + other.vital_count,
        error_count=one.error_count + other.error_count,
    )


def counted(session: RumSession, kind: RumKind) -> RumSession:
    """The session with one more event of a kind."""
    name = f"{kind}_count"
    return replace(session, **{name: getattr(session, name) + 1})


def _beginning(session: RumSession) -> tuple[int, str, str, str, str]:
    return session.started_at, session.service, session.env, session.version, session.url


def _person(session: RumSession) -> tuple[int, str, str, str]:
    return session.user_seen_at, session.user_id, session.user_name, session.user_email
