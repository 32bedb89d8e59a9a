"""An OpenID Connect provider that vouches for people: its addresses, and what it says of who came.

The authorization code flow with PKCE. What it says counts only where its signature, issuer,
audience, age and nonce are right (OpenID Connect Core 1.0, 3.1.3.7).
"""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from tocsin.kernel.settings import Settings
from tocsin.kernel.units import seconds
from tocsin.outbound.address import ANYWHERE
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.transport import SendFailed

ALGORITHMS: Final = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "EdDSA",
]
SCOPE: Final = "openid email profile"
ANSWER_BYTES_MAX: Final = 512 * 1024
LEEWAY_S: Final = 60
T = TypeVar("T")
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Vouched(Struct, frozen=True):
    """Whom the provider says came; `subject` is theirs for good, `email` is empty unless it is
    verified."""

    issuer: str
    subject: str
    email: str
    name: str


class Attempt(Struct, frozen=True):
    """What ties an answer of the provider to the browser that asked."""

    state: str
    nonce: str
    verifier: str
    expires_at: int


class Refused(Exception):
    """The provider does not vouch, or cannot be believed; says why, without secrets."""


class _Metadata(Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""


class _Tokens(Struct, frozen=True):
    id_token: str
    access_token: str = ""


class Provider:
    """`back_url` is where the provider sends people when they are done."""

    def __init__(self, settings: Settings, back_url: str) -> None:
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._client = (settings.oidc_client_id, settings.oidc_client_secret)
        self._trusts_email = settings.oidc_trust_email
        self._back_url = back_url
        self._known: _Metadata | None = None

    def address(self, attempt: Attempt) -> str:
        """Where a browser goes to show who is there."""
        digest = sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client[0],
            "redirect_uri": self._back_url,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        place = self._metadata().authorization_endpoint
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def redeem(self, code: str, attempt: Attempt, now: int) -> Vouched:
        """Whom a code stands for; Refused where the provider's answer does not hold."""
        known = self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back_url,
            "code_verifier": attempt.verifier,
        }
        pair = ":".join(quote(part, safe="") for part in self._client)
        basic = b64encode(pair.encode()).decode()
        asked = Fetch(
            known.token_endpoint,
            "POST",
            _FORM | {"Authorization": f"Basic {basic}"},
            urlencode(form).encode(),
        )
        tokens = _ask(asked, _Tokens)
        claims = self._claims(known, tokens.id_token, attempt, now)
        if not claims.get("email") and known.userinfo_endpoint and tokens.access_token:
            bearer = {"Authorization": f"Bearer {tokens.access_token}"}
            more = _ask(Fetch(known.userinfo_endpoint, headers=bearer), dict[str, Any])
            claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        verified = claims.get("email_verified") in (True, "true") or self._trusts_email
        return Vouched(
            issuer=self._issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email") or "") if verified else "",
            name=str(claims.get("name") or claims.get("preferred_username") or ""),
        )

    def _claims(
        self, known: _Metadata, id_token: str, attempt: Attempt, now: int
    ) -> dict[str, Any]:
        """What the provider signed."""
        # Only who signs in by a provider needs it.
        from joserfc import jwt  # noqa: PLC0415 - heavy, see above
        from joserfc.errors import JoseError  # noqa: PLC0415 - heavy, see above
        from joserfc.jwk import KeySet  # noqa: PLC0415 - heavy, see above

        keys: Any = _ask(Fetch(known.jwks_uri), dict[str, Any])
        try:
            found = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        except (JoseError, ValueError, KeyError, TypeError) as failure:
            raise Refused(f"its signature does not hold ({type(failure).__name__})") from None
        claims: dict[str, Any] = dict(found.claims)
        meant = claims.get("aud")
        audience = meant if isinstance(meant, list) else [meant]
        expires = claims.get("exp")
        if str(claims.get("iss", "")).rstrip("/") != self._issuer:
            raise Refused("it speaks for another issuer")
        if self._client[0] not in audience or claims.get("azp", self._client[0]) != self._client[0]:
            raise Refused("it speaks to another client")
        if not isinstance(expires, int | float) or expires + LEEWAY_S < seconds(now):
            raise Refused("what it says is too old; look at the clocks of both machines")
        if not compare_digest(str(claims.get("nonce", "")), attempt.nonce):
            raise Refused("it answers another question")
        if not claims.get("sub"):
            raise Refused("it names nobody")
        return claims

    def _metadata(self) -> _Metadata:
        """The provider's addresses, asked once."""
        if self._known is None:
            place = f"{self._issuer}/.well-known/openid-configuration"
            found = _ask(Fetch(place), _Metadata)
            if found.issuer.rstrip("/") != self._issuer:
                raise Refused("it calls itself by another issuer; check oidc_issuer")
            self._known = found
        return self._known


def _ask(request: Fetch, shape: type[T]) -> T:
    bounded = msgspec.structs.replace(request, answer_bytes_max=ANSWER_BYTES_MAX)
    try:
        answer = fetch(bounded, ANYWHERE)
    except SendFailed as failure:
        raise Refused(f"it cannot be reached: {failure.why}") from None
    if answer.status != 200:
        raise Refused(f"it answered {answer.status}")
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("its answer cannot be understood") from None
