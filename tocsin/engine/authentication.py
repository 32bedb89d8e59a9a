"""From a secret shown to the caller it stands for."""

from msgspec.structs import replace

from tocsin.domain.access import ACCOUNT_ADMIN, effective
from tocsin.domain.app_key import KeyKind, KeyStatus, opens
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import ResourceNotFound, Unauthorized
from tocsin.kernel.text import digest
from tocsin.store import account as accounts
from tocsin.store import credential
from tocsin.store.credential import Holder
from tocsin.store.database import Tx


def by_key(tx: Tx, secret: str, ip: str, kind: KeyKind = KeyKind.APP) -> Caller:
    """The member a key stands for; Unauthorized for an unknown, disabled or expired key."""
    secret_hash = digest(secret)
    key = credential.key_by_hash(tx, secret_hash, kind)
    if key is None:
        raise Unauthorized("this app_key is not a valid one")
    if key.status is KeyStatus.DISABLED:
        raise Unauthorized("this app_key is disabled; enable it or use another")
    if not opens(key, secret_hash, tx.now):
        raise Unauthorized("this app_key has expired; create or rotate one")
    holder = credential.holder(tx, key.account_id, key.member_id)
    if holder is None:
        raise Unauthorized("this app_key is not a valid one")
    return _caller(tx, holder, ip, key.id)


def by_session(tx: Tx, secret: str, ip: str) -> Caller:
    """The member signed in with a console session; Unauthorized when it has ended."""
    found = credential.session_holder(tx, digest(secret))
    if found is None:
        raise Unauthorized("this session has ended; sign in again")
    holder, session_id = found
    return replace(_caller(tx, holder, ip, ""), session_id=session_id)


def by_member(tx: Tx, account_id: int, member_id: int) -> Caller | None:
    """A member as they would call, None for one who is unknown or deleted."""
    holder = credential.holder(tx, account_id, member_id)
    return _caller(tx, holder, "", "") if holder else None


def by_console(tx: Tx) -> Caller:
    """The owner of the first account, for whoever has the server's own database at hand."""
    first = accounts.first(tx)
    holder = credential.holder(tx, first.id, first.id) if first else None
    if holder is None:
        raise ResourceNotFound("there is no account yet; start the server once: tocsin serve")
    return _caller(tx, holder, "", "")


def _caller(tx: Tx, holder: Holder, ip: str, key_id: str) -> Caller:
    standing = credential.standing(tx, holder.account_id, holder.member_id)
    return Caller(
        account_id=holder.account_id,
        member_id=holder.member_id,
        member_name=holder.name,
        permissions=effective(standing.roles),
        team_ids=standing.team_ids,
        is_admin=any(role.id == ACCOUNT_ADMIN for role in standing.roles),
        key_id=key_id,
        ip=ip,
    )
