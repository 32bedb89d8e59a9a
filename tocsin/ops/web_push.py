"""Push to the caller's browsers."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.contact import NAME_MAX, TARGET_MAX, Address
from tocsin.engine import push_key, web_push
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import ObjectId

TAG: Final = "Preferences"

Endpoint = Annotated[str, Meta(min_length=1, max_length=TARGET_MAX)]


class ReadPushKey(Struct, frozen=True):
    """Nothing to say."""


class PushKeyShown(Struct, frozen=True):
    public_key: Annotated[str, Meta(description="What `applicationServerKey` takes.")]


class SubscriptionKeys(Struct, frozen=True):
    p256dh: Annotated[str, Meta(max_length=200)]
    auth: Annotated[str, Meta(max_length=100)]


class Subscribe(Struct, frozen=True):
    """What `PushSubscription.toJSON()` gives, and a name for it."""

    endpoint: Endpoint
    keys: SubscriptionKeys
    name: Annotated[str, Meta(max_length=NAME_MAX)] = ""


class Subscribed(Struct, frozen=True):
    contact_id: ObjectId
    is_verified: bool


class Unsubscribe(Struct, frozen=True):
    endpoint: Endpoint


@operation("/preference/push/key", None, Kind.WRITE, tag=TAG, audited=False)
def show_key(tx: Tx, caller: Caller, request: ReadPushKey) -> PushKeyShown:
    """Show the account's public key for push, which a browser subscribes with."""
    return PushKeyShown(push_key.public(tx, caller.account_id))


@operation("/preference/push/subscribe", None, Kind.WRITE, tag=TAG)
def subscribe(tx: Tx, caller: Caller, request: Subscribe) -> Subscribed:
    """Add a browser to the caller's contacts; a code is pushed there to prove it."""
    address = Address(request.endpoint, request.keys.p256dh, request.keys.auth)
    made = web_push.subscribe(tx, caller, request.name, address)
    return Subscribed(made.id, bool(made.verified_at))


@operation("/preference/push/unsubscribe", None, Kind.WRITE, tag=TAG)
def unsubscribe(tx: Tx, caller: Caller, request: Unsubscribe) -> Empty:
    """Take a browser from the caller's contacts."""
    web_push.unsubscribe(tx, caller, request.endpoint)
    return Empty()
