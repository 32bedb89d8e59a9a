"""Keys: made, listed, switched, renamed, rotated and deleted by their member or an admin."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.app_key import KEYS_PER_MEMBER_MAX, AppKey, KeyKind, KeyStatus
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, BadRequest, InvalidParameter
from tocsin.kernel.text import digest
from tocsin.kernel.units import DAY
from tocsin.store import app_key as app_keys
from tocsin.store import member as members
from tocsin.store.database import Tx

HINT_LENGTH: Final = 4
OVERLAP_MAX: Final = 30 * DAY


class Made(Struct, frozen=True):
    """A new key and its secret, which nobody can look up later."""

    key: AppKey
    secret: str


class Wish(Struct, frozen=True):
    """What a new key shall be; `expires_at` in ms, 0 = never."""

    name: str
    kind: KeyKind = KeyKind.APP
    expires_at: int = 0


def create(tx: Tx, account_id: int, member_id: int, wish: Wish, created_by: int) -> Made:
    """A key for a member, who may have five of each kind."""
    members.get(tx, account_id, member_id, lock=True)
    held = [key for key in app_keys.of_member(tx, account_id, member_id) if key.kind is wish.kind]
    if len(held) >= KEYS_PER_MEMBER_MAX:
        raise BadRequest(
            "a member has at most {maximum} keys; delete one first", maximum=KEYS_PER_MEMBER_MAX
        )
    _require_future(tx, wish.expires_at)
    secret = _secret(tx, account_id, wish.kind)
    key = AppKey(
        id=tx.ids.object_id(),
        account_id=account_id,
        member_id=member_id,
        kind=wish.kind,
        name=wish.name,
        hash=digest(secret),
        hint=secret[:HINT_LENGTH],
        status=KeyStatus.ENABLED,
        created_at=tx.now,
        created_by=created_by,
        expires_at=wish.expires_at,
        last_used_at=0,
        previous_hash="",
        previous_until=0,
    )
    app_keys.add(tx, key)
    return Made(key, secret)


def own(tx: Tx, caller: Caller, key_id: str) -> AppKey:
    """A key the caller may change: their own, or anybody's for an admin."""
    found = app_keys.get(tx, caller.account_id, key_id, lock=True)
    require_holder(caller, found.member_id)
    return found


def require_holder(caller: Caller, member_id: int) -> None:
    """AccessDenied unless these keys are the caller's own or the caller is an admin."""
    if member_id != caller.member_id and not caller.is_admin:
        raise AccessDenied("only an admin may handle the keys of somebody else")


def switch(tx: Tx, caller: Caller, key_id: str, status: KeyStatus) -> AppKey:
    changed = replace(own(tx, caller, key_id), status=status)
    app_keys.put(tx, changed)
    return changed


def rename(tx: Tx, caller: Caller, key_id: str, name: str) -> AppKey:
    changed = replace(own(tx, caller, key_id), name=name)
    app_keys.put(tx, changed)
    return changed


def delete(tx: Tx, caller: Caller, key_id: str) -> None:
    found = own(tx, caller, key_id)
    app_keys.remove(tx, found.account_id, found.id)


def rotate(tx: Tx, caller: Caller, key_id: str, overlap_ms: int, expires_at: int | None) -> Made:
    """A new secret for a key; the one before opens the door for `overlap_ms` more.

    `expires_at` None keeps the key's expiry. A secret still in its overlap ends at once.
    """
    found = own(tx, caller, key_id)
    if expires_at is not None:
        _require_future(tx, expires_at)
    secret = _secret(tx, found.account_id, found.kind)
    changed = replace(
        found,
        hash=digest(secret),
        hint=secret[:HINT_LENGTH],
        previous_hash=found.hash if overlap_ms else "",
        previous_until=tx.now + overlap_ms if overlap_ms else 0,
        expires_at=found.expires_at if expires_at is None else expires_at,
    )
    app_keys.put(tx, changed)
    return Made(changed, secret)


def _secret(tx: Tx, account_id: int, kind: KeyKind) -> str:
    return tx.ids.key(account_id) if kind is KeyKind.APP else tx.ids.hex32()


def _require_future(tx: Tx, expires_at: int) -> None:
    if expires_at and expires_at <= tx.now:
        raise InvalidParameter("{field} must lie in the future, or be 0", field="expires_at")
