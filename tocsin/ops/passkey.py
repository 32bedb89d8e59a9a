"""Operations on passkeys: made by who is signed in, and a way in without a password."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tocsin.engine import passkey as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Entered, Kind, operation
from tocsin.kernel.units import seconds
from tocsin.store import passkey as passkeys
from tocsin.store.database import Database, Tx
from tocsin.wire.scalars import Seconds
from tocsin.wire.session import RATE, TAG, NewSession, entered, visitor

Credential = Annotated[
    dict[str, Any],
    Meta(description="The `toJSON()` of what `navigator.credentials` gave."),
]
Name = Annotated[str, Meta(min_length=1, max_length=engine.NAME_LENGTH_MAX)]


class PasskeyOptions(Struct, frozen=True):
    options: Annotated[
        dict[str, Any],
        Meta(description="For `PublicKeyCredential.parse…OptionsFromJSON`; good for five minutes."),
    ]


class CreatePasskey(Struct, frozen=True):
    name: Name
    credential: Credential


class NewPasskey(Struct, frozen=True):
    passkey_id: str


class PasskeyRow(Struct, frozen=True):
    passkey_id: str
    name: str
    created_at: Seconds
    used_at: Annotated[int, Meta(description="In seconds; 0 = never.")]


class Passkeys(Struct, frozen=True):
    items: list[PasskeyRow]


class DeletePasskey(Struct, frozen=True):
    passkey_id: str


class ProvePasskey(Struct, frozen=True):
    credential: Credential


@operation("/passkey/challenge", None, Kind.WRITE, tag=TAG, audited=False)
def challenge(tx: Tx, caller: Caller, request: Empty) -> PasskeyOptions:
    """Ask for what the caller's browser makes a passkey from."""
    return PasskeyOptions(engine.begin(tx, caller))


@operation("/passkey/create", None, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreatePasskey) -> NewPasskey:
    """Keep a passkey that the caller's browser made; it lets them in from now on."""
    return NewPasskey(engine.add(tx, caller, request.name, request.credential).id)


@operation("/passkey/list", None, Kind.READ, tag=TAG)
def list_(tx: Tx, caller: Caller, request: Empty) -> Passkeys:
    """List the caller's passkeys, oldest first."""
    return Passkeys(
        [
            PasskeyRow(each.id, each.name, seconds(each.created_at), seconds(each.used_at))
            for each in passkeys.of_member(tx, caller.account_id, caller.member_id)
        ]
    )


@operation("/passkey/delete", None, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: DeletePasskey) -> Empty:
    """Take a passkey of the caller away; it lets nobody in any more."""
    engine.remove(tx, caller, request.passkey_id)
    return Empty()


@operation("/session/passkey/challenge", None, Kind.OPEN, tag=TAG, rate=RATE, audited=False)
def ask(database: Database, caller: Caller, request: Empty) -> PasskeyOptions:
    """Ask for what a browser proves a passkey by."""
    with database.write() as tx:
        return PasskeyOptions(engine.ask(tx))


@operation("/session/passkey/create", None, Kind.OPEN, tag=TAG, rate=RATE)
def enter(database: Database, caller: Caller, request: ProvePasskey) -> Entered[NewSession]:
    """Sign in with a passkey, without a password or a code: the answer sets the session's cookie."""
    with database.write() as tx:
        opened = engine.enter(tx, request.credential, visitor(caller))
    return entered(database, opened)
