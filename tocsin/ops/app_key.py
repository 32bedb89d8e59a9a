"""Operations on app keys: what programs show instead of a password.

A key does what its member may do. Members handle their own keys, admins everybody's.
"""

from typing import Annotated, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.app_key import AppKey, KeyKind, KeyStatus
from tocsin.engine import app_key as engine
from tocsin.engine.app_key import Made, Wish
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.units import MINUTE, from_seconds, seconds
from tocsin.store import app_key as app_keys
from tocsin.store.database import Tx
from tocsin.wire.scalars import PersonId, Seconds

TAG = "Platform/App keys"
OVERLAP_MINUTES_MAX = 30 * 24 * 60

KeyId = Annotated[str, Meta(description="As `/person/app-key/list` gives it; not the secret.")]
KeyName = Annotated[str, Meta(min_length=1, max_length=39)]
WhosePerson = Annotated[int, Meta(description="Whose; 0 = the caller's own.")]
Expiry = Annotated[
    int, Meta(ge=0, le=32_503_680_000, description="Unix time in seconds; 0 = never.")
]
Secret = Annotated[str, Meta(description="The key itself; shown this once and never again.")]
SecretKind = Annotated[
    KeyKind, Meta(description="`app` for this API, `truewatch` for `DF-API-KEY` of /api/v1.")
]


class CreateKey(Struct, frozen=True, forbid_unknown_fields=True):
    key_name: KeyName
    person_id: WhosePerson = 0
    kind: SecretKind = KeyKind.APP
    expires_at: Expiry = 0


class CreatedKey(Struct, frozen=True):
    key_id: KeyId
    key_name: str
    app_key: Secret
    expires_at: Seconds

    @classmethod
    def of(cls, made: Made) -> Self:
        key = made.key
        return cls(key.id, key.name, made.secret, seconds(key.expires_at))


class ListKeys(Struct, frozen=True):
    person_id: WhosePerson = 0


class KeyRow(Struct, frozen=True):
    """A key without its secret."""

    key_id: KeyId
    key_name: str
    person_id: PersonId
    kind: SecretKind
    hint: Annotated[str, Meta(description="The secret's first four characters.")]
    status: KeyStatus
    created_at: Seconds
    created_by: int
    expires_at: Annotated[int, Meta(description="Unix time in seconds; 0 = never.")]
    last_used_at: Annotated[int, Meta(description="Unix time in seconds; 0 = never yet.")]
    previous_until: Annotated[
        int, Meta(description="Until when the secret before the last rotation works; 0 = not.")
    ]

    @classmethod
    def of(cls, key: AppKey, now: int) -> Self:
        overlaps = now < key.previous_until
        return cls(
            key_id=key.id,
            key_name=key.name,
            person_id=key.member_id,
            kind=key.kind,
            hint=key.hint,
            status=key.status,
            created_at=seconds(key.created_at),
            created_by=key.created_by,
            expires_at=seconds(key.expires_at),
            last_used_at=seconds(key.last_used_at),
            previous_until=seconds(key.previous_until) if overlaps else 0,
        )


class KeyRows(Struct, frozen=True):
    items: list[KeyRow]


class NameKey(Struct, frozen=True):
    key_id: KeyId


class RenameKey(Struct, frozen=True):
    key_id: KeyId
    key_name: KeyName


class RotateKey(Struct, frozen=True):
    key_id: KeyId
    overlap_minutes: Annotated[
        int, Meta(ge=0, le=OVERLAP_MINUTES_MAX, description="How long the old secret still works.")
    ] = 60
    expires_at: Expiry | UnsetType = UNSET


@operation("/person/app-key/create", Permission.API_KEYS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateKey) -> CreatedKey:
    """Make a key and show its secret, once. A member has at most five of a kind."""
    member_id = request.person_id or caller.member_id
    engine.require_holder(caller, member_id)
    wish = Wish(request.key_name, request.kind, from_seconds(request.expires_at))
    return CreatedKey.of(
        engine.create(tx, caller.account_id, member_id, wish, created_by=caller.member_id)
    )


@operation("/person/app-key/list", Permission.API_KEYS_READ, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: ListKeys) -> KeyRows:
    """List a member's keys, oldest first, without their secrets."""
    member_id = request.person_id or caller.member_id
    engine.require_holder(caller, member_id)
    found = app_keys.of_member(tx, caller.account_id, member_id)
    return KeyRows([KeyRow.of(key, tx.now) for key in found])


@operation("/person/app-key/enable", Permission.API_KEYS_MANAGE, Kind.WRITE, tag=TAG)
def enable(tx: Tx, caller: Caller, request: NameKey) -> Empty:
    """Let a disabled key in again."""
    engine.switch(tx, caller, request.key_id, KeyStatus.ENABLED)
    return Empty()


@operation("/person/app-key/disable", Permission.API_KEYS_MANAGE, Kind.WRITE, tag=TAG)
def disable(tx: Tx, caller: Caller, request: NameKey) -> Empty:
    """Refuse a key, and the secret before its rotation, until it is enabled again."""
    engine.switch(tx, caller, request.key_id, KeyStatus.DISABLED)
    return Empty()


@operation("/person/app-key/delete", Permission.API_KEYS_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: NameKey) -> Empty:
    """Remove a key for good."""
    engine.delete(tx, caller, request.key_id)
    return Empty()


@operation("/person/app-key/name/reset", Permission.API_KEYS_MANAGE, Kind.WRITE, tag=TAG)
def rename(tx: Tx, caller: Caller, request: RenameKey) -> Empty:
    """Give a key another name."""
    engine.rename(tx, caller, request.key_id, request.key_name)
    return Empty()


@operation("/person/app-key/rotate", Permission.API_KEYS_MANAGE, Kind.WRITE, tag=TAG)
def rotate(tx: Tx, caller: Caller, request: RotateKey) -> CreatedKey:
    """Give a key a new secret and show it, once; the old one still works for the overlap."""
    expires_at = None if request.expires_at is UNSET else from_seconds(request.expires_at)
    overlap_ms = request.overlap_minutes * MINUTE
    return CreatedKey.of(engine.rotate(tx, caller, request.key_id, overlap_ms, expires_at))
