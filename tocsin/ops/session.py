"""Operations on sessions: signing in and out of the console, and where a member is signed in."""

from typing import Annotated, Self

from msgspec import Meta, Struct

from tocsin.domain.session import Session, WayIn
from tocsin.engine import password_change
from tocsin.engine import session as engine
from tocsin.engine.session import SignIn
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Entered, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import account as accounts
from tocsin.store import member as members
from tocsin.store.database import Database, Tx
from tocsin.wire.scalars import MemberId, Seconds
from tocsin.wire.session import RATE, TAG, NewSession, entered, visitor

Typed = Annotated[str, Meta(max_length=256)]
Mine = Annotated[int, Meta(description="Whose; 0 = the caller's own. Others' need Members Manage.")]


class CreateSession(Struct, frozen=True):
    email: Typed
    password: Typed
    new_password: Annotated[
        str,
        Meta(
            max_length=256,
            description="Needed once, to replace a one-time password; RequestVerifyRequired asks for it.",
        ),
    ] = ""
    code: Annotated[
        str, Meta(max_length=64, description="Needed where SecondFactorRequired asks for it.")
    ] = ""


class SessionInfo(Struct, frozen=True):
    """Who calls, and what they may do: what a page must know to show only what will work."""

    session_id: Annotated[str, Meta(description="Empty for a caller with a key.")]
    account_id: int
    account_name: str
    member_id: MemberId
    member_name: str
    email: str
    locale: str
    time_zone: str
    is_admin: bool
    team_ids: list[int]
    permissions: Annotated[list[str], Meta(description="As `x-permission` in /openapi.json.")]


class ListSessions(Struct, frozen=True):
    member_id: Mine = 0


class SessionRow(Struct, frozen=True):
    session_id: str
    member_id: MemberId
    way: Annotated[WayIn, Meta(description="What they signed in with.")]
    ip: Annotated[str, Meta(description="Where from.")]
    agent: Annotated[str, Meta(description="What the browser calls itself.")]
    created_at: Seconds
    used_at: Annotated[int, Meta(description="Last call, right to about ten seconds.")]
    expires_at: Seconds
    is_current: Annotated[bool, Meta(description="The one that this call came by.")]

    @classmethod
    def of(cls, session: Session, caller: Caller) -> Self:
        return cls(
            session_id=session.id,
            member_id=session.member_id,
            way=session.way,
            ip=session.ip,
            agent=session.agent,
            created_at=seconds(session.created_at),
            used_at=seconds(session.used_at),
            expires_at=seconds(session.expires_at),
            is_current=session.id == caller.session_id,
        )


class Sessions(Struct, frozen=True):
    items: list[SessionRow]


class UpdatePassword(Struct, frozen=True):
    password: Annotated[
        Typed, Meta(description="The present one; ignored where the caller has none.")
    ]
    new_password: Annotated[Typed, Meta(description="Ten characters or more.")]


class RevokeSessions(Struct, frozen=True):
    session_ids: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    member_id: Mine = 0


@operation("/session/create", None, Kind.OPEN, tag=TAG, rate=RATE)
def create(database: Database, caller: Caller, request: CreateSession) -> Entered[NewSession]:
    """Sign in to the console: the answer sets the session's cookie.

    Later calls with the cookie are the member's, without a key. Those that are POST need the header
    `X-Tocsin-Console: 1` too, which no other site's page can send.
    """
    typed = SignIn(
        email=request.email,
        password=request.password,
        new_password=request.new_password,
        code=request.code,
        visitor=visitor(caller),
    )
    return entered(database, engine.sign_in(database, typed))


@operation("/session/delete", None, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: Empty) -> Entered[Empty]:
    """Sign out of the console; nothing happens to a caller with a key."""
    engine.end(tx, caller, 0, [caller.session_id])
    return Entered(Empty(), caller, "", 0)


@operation("/session/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: Empty) -> SessionInfo:
    """Show who is signed in or whose key it is, and what they may do."""
    account = accounts.get(tx, caller.account_id)
    member = members.get(tx, caller.account_id, caller.member_id)
    return SessionInfo(
        session_id=caller.session_id,
        account_id=account.id,
        account_name=account.name,
        member_id=member.id,
        member_name=member.name,
        email=member.email,
        locale=member.locale,
        time_zone=member.time_zone,
        is_admin=caller.is_admin,
        team_ids=sorted(caller.team_ids),
        permissions=sorted(caller.permissions),
    )


@operation("/member/password/update", None, Kind.CALL_OUT, tag=TAG)
def update_password(database: Database, caller: Caller, request: UpdatePassword) -> Empty:
    """Replace the caller's own password, which they must know; their other sessions end."""
    password_change.change(database, caller, request.password, request.new_password)
    return Empty()


@operation("/session/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListSessions) -> Sessions:
    """List where a member is signed in, the session used last first."""
    found = engine.of_member(tx, caller, request.member_id)
    return Sessions([SessionRow.of(each, caller) for each in found])


@operation("/session/revoke", None, Kind.WRITE, tag=TAG)
def revoke(tx: Tx, caller: Caller, request: RevokeSessions) -> Empty:
    """Sign a member out of these sessions; those that have ended already are no matter."""
    engine.end(tx, caller, request.member_id, request.session_ids)
    return Empty()
