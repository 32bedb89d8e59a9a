"""Passkeys (WebAuthn): made by who is signed in, and a way in of their own.

The device checks its owner, by a finger or a PIN, so a passkey is both factors at once. It works for
this server's address alone, and each challenge is good once.
"""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from tocsin.domain.passkey import CHALLENGE_LIFE_MS, PASSKEYS_MAX, Passkey
from tocsin.domain.second_factor import ISSUER
from tocsin.domain.session import WayIn
from tocsin.engine import session
from tocsin.engine.session import Opened, Visitor
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter, ResourceNotFound, Unauthorized
from tocsin.kernel.text import cut, digest
from tocsin.store import member as members
from tocsin.store import passkey as passkeys
from tocsin.store.database import Tx
from tocsin.store.session import Login

NAME_LENGTH_MAX = 100


def begin(tx: Tx, caller: Caller) -> dict[str, Any]:
    """What the caller's browser is to make a passkey from."""
    # Certificates and curves that nothing else here needs.
    import webauthn  # noqa: PLC0415 - heavy, see above
    from webauthn.helpers import structs  # noqa: PLC0415 - heavy, see above

    known = passkeys.of_member(tx, caller.account_id, caller.member_id)
    if len(known) >= PASSKEYS_MAX:
        raise BadRequest("a member has at most {maximum} passkeys", maximum=PASSKEYS_MAX)
    member = members.get(tx, caller.account_id, caller.member_id)
    options = webauthn.generate_registration_options(
        rp_id=_host(tx),
        rp_name=ISSUER,
        user_id=str(member.id).encode(),
        user_name=member.email or member.name,
        user_display_name=member.name,
        challenge=_challenge(tx, caller.account_id, caller.member_id),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=each.credential_id) for each in known
        ],
    )
    return _plain(webauthn.options_to_json(options))


def add(tx: Tx, caller: Caller, name: str, credential: dict[str, Any]) -> Passkey:
    """Keep the passkey that the caller's browser made."""
    import webauthn  # noqa: PLC0415 - heavy, see `begin`
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - heavy, see `begin`

    challenge = _answered(credential)
    if not passkeys.challenge_met(tx, digest(challenge.hex()), caller.account_id, caller.member_id):
        raise InvalidParameter("this passkey answers no challenge of ours; begin anew")
    try:
        checked = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(tx),
            expected_origin=_origin(tx),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise InvalidParameter("this passkey could not be verified; begin anew") from None
    new = Passkey(
        id=tx.ids.object_id(),
        credential_hash=digest(checked.credential_id.hex()),
        credential_id=checked.credential_id,
        account_id=caller.account_id,
        member_id=caller.member_id,
        name=cut(name, NAME_LENGTH_MAX),
        public_key=checked.credential_public_key,
        sign_count=checked.sign_count,
        created_at=tx.now,
        used_at=0,
    )
    if passkeys.by_credential(tx, new.credential_hash):
        raise InvalidParameter("this passkey is known already")
    passkeys.add(tx, new)
    return new


def remove(tx: Tx, caller: Caller, passkey_id: str) -> None:
    """Take a passkey of the caller away."""
    if not passkeys.remove(tx, caller.account_id, caller.member_id, passkey_id):
        raise ResourceNotFound(
            "you have no passkey with the id {passkey_id}", passkey_id=passkey_id
        )


def ask(tx: Tx) -> dict[str, Any]:
    """What a browser is to prove a passkey by, whoever's it is."""
    import webauthn  # noqa: PLC0415 - heavy, see `begin`
    from webauthn.helpers import structs  # noqa: PLC0415 - heavy, see `begin`

    options = webauthn.generate_authentication_options(
        rp_id=_host(tx),
        challenge=_challenge(tx, 0, 0),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _plain(webauthn.options_to_json(options))


def enter(tx: Tx, credential: dict[str, Any], visitor: Visitor) -> Opened:
    """Sign in who proves a passkey; Unauthorized for everybody else."""
    import webauthn  # noqa: PLC0415 - heavy, see `begin`
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - heavy, see `begin`

    refused = Unauthorized("this passkey does not let anybody in here")
    challenge = _answered(credential)
    try:
        named = webauthn.base64url_to_bytes(credential["rawId"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise refused from None
    known = passkeys.by_credential(tx, digest(named.hex()))
    if not passkeys.challenge_met(tx, digest(challenge.hex()), 0, 0) or known is None:
        raise refused
    try:
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(tx),
            expected_origin=_origin(tx),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise refused from None
    passkeys.used(tx, known.id, checked.new_sign_count)
    login = Login(known.account_id, known.member_id, "", False)
    return session.open_for(tx, login, WayIn.PASSKEY, visitor)


def _challenge(tx: Tx, account_id: int, member_id: int) -> bytes:
    secret = tx.ids.hex32() + tx.ids.hex32()
    expires_at = tx.now + CHALLENGE_LIFE_MS
    passkeys.challenge_sent(tx, digest(secret), account_id, member_id, expires_at)
    return bytes.fromhex(secret)


def _answered(credential: dict[str, Any]) -> bytes:
    """The challenge that a browser says it answers."""
    import webauthn  # noqa: PLC0415 - heavy, see `begin`

    try:
        said = webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"])
        return webauthn.base64url_to_bytes(msgspec.json.decode(said)["challenge"])
    except (ValueError, KeyError, TypeError, AttributeError, msgspec.DecodeError):
        raise InvalidParameter(
            "this is no credential as navigator.credentials gives it as JSON"
        ) from None


def _host(tx: Tx) -> str:
    return urlsplit(tx.site.public_url).hostname or ""


def _origin(tx: Tx) -> str:
    scheme, place, *_ = urlsplit(tx.site.public_url)
    return f"{scheme}://{place}"


def _plain(options: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(options)
    return found
