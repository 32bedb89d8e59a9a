"""Operations on the links that let people in: the set-up of a server, and invitations."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.entry_link import LinkPurpose
from tocsin.engine import entry_link as engine
from tocsin.engine import first_start
from tocsin.engine.entry_link import Newcomer
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Entered, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store.database import Database, Tx
from tocsin.wire.scalars import MemberId, Seconds, TimeZone
from tocsin.wire.session import RATE, TAG, NewSession, entered, visitor

Token = Annotated[str, Meta(max_length=256, description="What follows `#` in the link.")]
Password = Annotated[str, Meta(max_length=256, description="Ten characters or more.")]
Name = Annotated[str, Meta(max_length=39, description="Empty: as it is.")]


class SetupInfo(Struct, frozen=True):
    is_needed: Annotated[bool, Meta(description="Whether the owner has not chosen a password yet.")]


class SignInInfo(Struct, frozen=True):
    """How people may come in, beside password and passkey."""

    provider: Annotated[str, Meta(description="What people call it; empty: there is none.")]
    start_url: Annotated[str, Meta(description="Where a browser goes to sign in there.")]


class CompleteSetup(Struct, frozen=True):
    token: Token
    member_name: Annotated[str, Meta(min_length=2, max_length=39)]
    email: Annotated[str, Meta(max_length=255, description="The owner's login from now on.")]
    password: Password
    account_name: Annotated[str, Meta(min_length=1, max_length=255)]
    team_name: Annotated[str, Meta(max_length=39, description="A first team; empty: none.")] = ""
    time_zone: TimeZone = ""


class LinkToken(Struct, frozen=True):
    token: Token


class InvitationInfo(Struct, frozen=True):
    """Whom the link lets in."""

    purpose: LinkPurpose
    account_name: str
    member_name: str
    email: str
    expires_at: Seconds


class CreateInvitation(Struct, frozen=True):
    member_id: MemberId
    by_mail: Annotated[bool, Meta(description="Mail it to them, too.")] = False


class NewInvitation(Struct, frozen=True):
    url: Annotated[str, Meta(description="Good once; nobody can look it up later.")]
    expires_at: Seconds


class AcceptInvitation(Struct, frozen=True):
    token: Token
    password: Password
    member_name: Name = ""
    time_zone: TimeZone = ""
    code: Annotated[
        str, Meta(max_length=64, description="Needed where SecondFactorRequired asks for it.")
    ] = ""


@operation("/setup/info", None, Kind.OPEN, tag=TAG, audited=False)
def setup_info(database: Database, caller: Caller, request: Empty) -> SetupInfo:
    """Tell whether this server still waits for its owner."""
    with database.read() as tx:
        return SetupInfo(first_start.awaits_owner(tx))


@operation("/session/oidc/info", None, Kind.OPEN, tag=TAG, audited=False)
def sign_in_info(database: Database, caller: Caller, request: Empty) -> SignInInfo:
    """Tell whether people may sign in by a provider of the organisation's, and where."""
    name = database.site.sign_in_provider
    return SignInInfo(name, f"{database.site.public_url}/session/oidc/start" if name else "")


@operation("/setup/complete", None, Kind.OPEN, tag=TAG, rate=RATE)
def complete(database: Database, caller: Caller, request: CompleteSetup) -> Entered[NewSession]:
    """Make the server the owner's, by the link that its first start showed, and sign them in."""
    who = Newcomer(
        password=request.password,
        name=request.member_name,
        email=request.email,
        account_name=request.account_name,
        team_name=request.team_name,
        time_zone=request.time_zone,
    )
    purposes = {LinkPurpose.SETUP}
    opened = engine.enter(database, request.token, purposes, who, visitor(caller))
    return entered(database, opened)


@operation("/invitation/info", None, Kind.OPEN, tag=TAG, rate=RATE, audited=False)
def info(database: Database, caller: Caller, request: LinkToken) -> InvitationInfo:
    """Show whom a link lets in; Unauthorized once it was used or is over."""
    with database.read() as tx:
        known = engine.look(tx, request.token)
    return InvitationInfo(
        purpose=known.link.purpose,
        account_name=known.account_name,
        member_name=known.member.name,
        email=known.member.email,
        expires_at=seconds(known.link.expires_at),
    )


@operation("/invitation/create", Permission.MEMBERS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateInvitation) -> NewInvitation:
    """Make a link by which a member chooses a password: who was invited, or who lost theirs.

    It is good once: for seven days for a new member, else for one. The links they had stop working.
    """
    made = engine.invite(tx, caller, request.member_id, by_mail=request.by_mail)
    return NewInvitation(made.url, seconds(made.expires_at))


@operation("/invitation/accept", None, Kind.OPEN, tag=TAG, rate=RATE)
def accept(database: Database, caller: Caller, request: AcceptInvitation) -> Entered[NewSession]:
    """Choose a password by a link, and be signed in; other sessions of the member end."""
    who = Newcomer(
        request.password, request.member_name, time_zone=request.time_zone, code=request.code
    )
    purposes = {LinkPurpose.INVITATION, LinkPurpose.RESET}
    opened = engine.enter(database, request.token, purposes, who, visitor(caller))
    return entered(database, opened)
