"""Second factors: made, proved once, asked for at each sign-in by password, and taken away.

A code counts once. Whoever lost the phone has ten recovery codes, each good once, or somebody who
manages members and could make them one.
"""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.access import Permission
from tocsin.domain.second_factor import (
    RECOVERY_CODES,
    SecondFactor,
    address,
    grouped,
    plain,
    secret_from,
    step_of,
)
from tocsin.engine import role as roles
from tocsin.engine.access import require_permission, require_reach
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter
from tocsin.kernel.text import digest
from tocsin.store import member as members
from tocsin.store import second_factor as factors
from tocsin.store.database import Tx


class Secret(Struct, frozen=True):
    """What goes into an authenticator, shown once."""

    secret: str
    url: str


class State(Struct, frozen=True):
    is_on: bool
    codes_left: int


def state(tx: Tx, caller: Caller) -> State:
    """Whether the caller has a second factor, and how many recovery codes are left."""
    left = factors.count_codes(tx, caller.account_id, caller.member_id)
    return State(is_on(tx, caller.account_id, caller.member_id), left)


def is_on(tx: Tx, account_id: int, member_id: int) -> bool:
    """Whether signing in by password asks this member for a code."""
    found = factors.get(tx, account_id, member_id)
    return found is not None and found.confirmed_at > 0


def begin(tx: Tx, caller: Caller) -> Secret:
    """A secret for the caller's authenticator; it counts once a code of it was shown."""
    if is_on(tx, caller.account_id, caller.member_id):
        raise BadRequest("there is a second factor already; take it away first")
    secret = secret_from(tx.ids.hex32() + tx.ids.hex32()[:8])
    sealed = tx.site.seal.close(secret)
    factors.put(tx, SecondFactor(caller.account_id, caller.member_id, sealed, 0, 0, tx.now))
    login = members.get(tx, caller.account_id, caller.member_id).email
    return Secret(secret, address(secret, login))


def confirm(tx: Tx, caller: Caller, code: str) -> list[str]:
    """Have the second factor count from now on; the recovery codes, shown once."""
    found = factors.get(tx, caller.account_id, caller.member_id, lock=True)
    if found is None or found.confirmed_at:
        raise BadRequest("no second factor waits for its first code; begin with /totp/create")
    step = step_of(tx.site.seal.open(found.sealed), plain(code), tx.now, found.last_step)
    if not step:
        raise InvalidParameter("this code is wrong or was used; wait for the next one")
    factors.put(tx, replace(found, confirmed_at=tx.now, last_step=step))
    codes = [tx.ids.hex32()[:16] for _ in range(RECOVERY_CODES)]
    factors.set_codes(tx, caller.account_id, caller.member_id, map(digest, codes))
    return [grouped(each) for each in codes]


def passes(tx: Tx, account_id: int, member_id: int, code: str) -> bool:
    """Whether a code is right, one of the authenticator or for recovery; it is used up then."""
    found = factors.get(tx, account_id, member_id, lock=True)
    if found is None or not found.confirmed_at:
        return True
    typed = plain(code)
    step = step_of(tx.site.seal.open(found.sealed), typed, tx.now, found.last_step)
    if step:
        factors.put(tx, replace(found, last_step=step))
        return True
    return factors.use_code(tx, account_id, member_id, digest(typed))


def remove(tx: Tx, caller: Caller, member_id: int, code: str) -> None:
    """Take the second factor of the caller away, who shows a code; or that of a member who lost
    theirs, by who could make them one."""
    if member_id not in (0, caller.member_id):
        require_permission(caller, Permission.MEMBERS_MANAGE)
        held = members.role_ids(tx, caller.account_id, [member_id])[member_id]
        require_reach(caller, roles.by_ids(tx, caller.account_id, held))
        member_id = members.get(tx, caller.account_id, member_id).id
    elif not passes(tx, caller.account_id, caller.member_id, code):
        raise InvalidParameter("this code is wrong or was used; wait for the next one")
    factors.remove(tx, caller.account_id, member_id or caller.member_id)
