"""Letting somebody in by a link: the first owner, who was invited, who forgot the password.

A link is good once and for a while, kept by hash, and replaced by a newer one. Whoever uses it
chooses a password and is signed in; every other session of theirs ends. Who has a second factor
shows a code of it.
"""

from typing import Final

from msgspec import Struct

from tocsin.domain.entry_link import LIFE_MS, EntryLink, LinkPurpose
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.session import WayIn
from tocsin.engine import account, second_factor, session
from tocsin.engine import member as members_engine
from tocsin.engine import role as roles
from tocsin.engine import team as teams
from tocsin.engine.access import require_reach
from tocsin.engine.account import AccountWish
from tocsin.engine.member import Lookup, Profile
from tocsin.engine.page_message import owe_plain
from tocsin.engine.password import hash_password
from tocsin.engine.session import Opened, Visitor
from tocsin.engine.team import TeamWish
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, Unauthorized
from tocsin.kernel.text import digest
from tocsin.store import account as accounts
from tocsin.store import entry_link as links
from tocsin.store import member as members
from tocsin.store import session as sessions
from tocsin.store.database import Database, Tx
from tocsin.store.session import Login

PLACES: Final = {
    LinkPurpose.SETUP: "setup",
    LinkPurpose.INVITATION: "welcome",
    LinkPurpose.RESET: "welcome",
}
"""The console's page that takes each; the secret follows `#`, which no server is told."""


class Made(Struct, frozen=True):
    """A link as it is handed over."""

    url: str
    expires_at: int


class Known(Struct, frozen=True):
    """Whom a link lets in, and where."""

    link: EntryLink
    member: Member
    account_name: str


class Newcomer(Struct, frozen=True):
    """What somebody says of themselves; what is empty stays as it is."""

    password: str
    name: str = ""
    email: str = ""
    account_name: str = ""
    team_name: str = ""
    time_zone: str = ""
    code: str = ""


def make(tx: Tx, member: Member, purpose: LinkPurpose) -> Made:
    """A link for a member, in place of those they have."""
    secret = tx.ids.hex32() + tx.ids.hex32()
    expires_at = tx.now + LIFE_MS[purpose]
    links.add(tx, EntryLink(member.account_id, member.id, purpose, expires_at), digest(secret))
    return Made(f"{tx.site.public_url}/{PLACES[purpose]}#{secret}", expires_at)


def invite(tx: Tx, caller: Caller, member_id: int, *, by_mail: bool) -> Made:
    """A link for somebody else, who may be let in by those only who could make them a member."""
    member = members.get(tx, caller.account_id, member_id)
    held = members.role_ids(tx, member.account_id, [member.id])[member.id]
    require_reach(caller, roles.by_ids(tx, member.account_id, held))
    if member.is_external:
        raise InvalidParameter("{name} signs in elsewhere and has no password", name=member.name)
    is_new = member.status is MemberStatus.PENDING
    made = make(tx, member, LinkPurpose.INVITATION if is_new else LinkPurpose.RESET)
    if by_mail:
        _mail(tx, caller, member, made)
    return made


def look(tx: Tx, secret: str) -> Known:
    """Whom a link would let in; Unauthorized when it is used or over."""
    link = links.get(tx, digest(secret))
    if link is None:
        raise Unauthorized("this link was used or is over; ask for another")
    member = members.get(tx, link.account_id, link.member_id)
    return Known(link, member, accounts.get(tx, link.account_id).name)


def enter(
    database: Database, secret: str, purposes: set[LinkPurpose], who: Newcomer, visitor: Visitor
) -> Opened:
    """Let somebody in by a link, which is then used up."""
    if len(who.password) < session.PASSWORD_LENGTH_MIN:
        raise InvalidParameter(
            "{field} must have at least {minimum} characters",
            field="password",
            minimum=session.PASSWORD_LENGTH_MIN,
        )
    with database.read() as tx:
        look(tx, secret)
    hashed = hash_password(who.password)
    with database.write() as tx:
        known = look(tx, secret)
        if known.link.purpose not in purposes:
            raise Unauthorized("this link was used or is over; ask for another")
        link = known.link
        session.require_code(tx, link.account_id, link.member_id, who.code)
        links.remove_of(tx, link.account_id, link.member_id)
        if second_factor.passes(tx, link.account_id, link.member_id, who.code):
            login = Login(link.account_id, link.member_id, hashed, False)
            sessions.set_password(tx, login, hashed)
            opened = session.open_for(tx, login, WayIn.LINK, visitor)
            _introduce(tx, opened.caller, who)
            return opened
    # Or the code could be guessed with it.
    raise Unauthorized("this code is wrong, and the link is used up; ask for another")


def _introduce(tx: Tx, caller: Caller, who: Newcomer) -> None:
    """Write down what somebody said of themselves and their team."""
    given = {"name": who.name, "email": who.email, "time_zone": who.time_zone}
    profile = Profile(**{field: text for field, text in given.items() if text})
    if profile != Profile():
        members_engine.edit(tx, caller, Lookup(caller.member_id), profile)
    if who.account_name:
        zone = {"time_zone": who.time_zone} if who.time_zone else {}
        account.change(tx, caller, AccountWish(name=who.account_name, **zone))
    if who.team_name:
        teams.upsert(tx, caller, TeamWish(0, who.team_name, person_ids=(caller.member_id,)))


def _mail(tx: Tx, caller: Caller, member: Member, made: Made) -> None:
    if not member.email:
        raise InvalidParameter("{name} has no mail address; hand over the link", name=member.name)
    name = accounts.get(tx, member.account_id).name
    text = f"{caller.member_name} lets you in to {name} at Tocsin. Choose a password:\n\n{made.url}"
    owe_plain(tx, member, None, f"Your way in to {name}", text, str(member.id), secret=True)
