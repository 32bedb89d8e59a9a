"""Operations on second factors: codes of an authenticator, asked for at sign-in by password."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.engine import second_factor as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, Rate, operation
from tocsin.store.database import Tx
from tocsin.wire.session import TAG

GUESSING_RATE = Rate(20, 2)
Code = Annotated[str, Meta(max_length=64, description="Of the authenticator, or one for recovery.")]


class SecondFactorInfo(Struct, frozen=True):
    is_on: bool
    recovery_codes_left: int


class SecondFactorSecret(Struct, frozen=True):
    secret: Annotated[str, Meta(description="To be typed in where nothing can be scanned.")]
    url: Annotated[str, Meta(description="`otpauth://…`, to be shown as a QR code.")]


class ConfirmSecondFactor(Struct, frozen=True):
    code: Code


class RecoveryCodes(Struct, frozen=True):
    codes: Annotated[list[str], Meta(description="Each good once, in place of a code.")]


class DeleteSecondFactor(Struct, frozen=True):
    code: Code = ""
    member_id: Annotated[
        int, Meta(description="Somebody who lost theirs; 0 = the caller, who sends a code.")
    ] = 0


@operation("/totp/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: Empty) -> SecondFactorInfo:
    """Tell whether signing in by password asks the caller for a code."""
    found = engine.state(tx, caller)
    return SecondFactorInfo(found.is_on, found.codes_left)


@operation("/totp/create", None, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: Empty) -> SecondFactorSecret:
    """Make a secret for the caller's authenticator; it counts once `/totp/confirm` saw a code."""
    made = engine.begin(tx, caller)
    return SecondFactorSecret(made.secret, made.url)


@operation("/totp/confirm", None, Kind.WRITE, tag=TAG, rate=GUESSING_RATE)
def confirm(tx: Tx, caller: Caller, request: ConfirmSecondFactor) -> RecoveryCodes:
    """Show a first code of the authenticator: from now on signing in asks for one.

    The answer has ten recovery codes for the day the authenticator is gone, shown once.
    """
    return RecoveryCodes(engine.confirm(tx, caller, request.code))


@operation("/totp/delete", None, Kind.WRITE, tag=TAG, rate=GUESSING_RATE)
def delete(tx: Tx, caller: Caller, request: DeleteSecondFactor) -> Empty:
    """Take the caller's second factor away, by a code; or, with Members Manage, that of a member."""
    engine.remove(tx, caller, request.member_id, request.code)
    return Empty()
