"""What a provider says counts only where every check of it holds."""

import hmac
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from msgspec.structs import replace

from tocsin.kernel.settings import Settings
from tocsin.outbound.oidc import Attempt, Provider, Refused, Vouched

NOW_S = 1_800_000_000
ATTEMPT = Attempt("state", "nonce of this one", "verifier", 0)
GOOD = {
    "aud": "tocsin",
    "exp": NOW_S + 300,
    "nonce": ATTEMPT.nonce,
    "sub": "b-17",
    "email": "bob@acme.example",
    "email_verified": True,
}


class Idp:
    """A provider that says whatever it is told to."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.answers: dict[str, Any] = {}
        answers = self.answers

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                said = answers.get(self.path.partition("?")[0])
                self.send_response(200 if said is not None else 500)
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        answers["/.well-known/openid-configuration"] = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/user",
        }
        answers["/keys"] = KeySet([self.key]).as_dict()

    def says(self, claims: dict[str, Any], key: RSAKey | None = None) -> None:
        header = {"alg": "RS256", "kid": "1"}
        token = jwt.encode(header, {"iss": self.url, **claims}, key or self.key)
        self.answers["/token"] = {"id_token": token, "access_token": "a"}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def idp() -> Iterator[Idp]:
    found = Idp()
    yield found
    found.close()


def redeem(idp: Idp, **settings: Any) -> Vouched:
    chosen = replace(Settings(oidc_issuer=idp.url, oidc_client_id="tocsin"), **settings)
    provider = Provider(chosen, "http://127.0.0.1/session/oidc/callback")
    return provider.redeem("code", ATTEMPT, NOW_S * 1000)


def confused(secret: bytes, issuer: str) -> str:
    """A token that is signed with a shared secret."""
    parts = ({"alg": "HS256", "kid": "1"}, {"iss": issuer, **GOOD})
    said = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signed = urlsafe_b64encode(hmac.digest(secret, said, "sha256")).rstrip(b"=")
    return (said + b"." + signed).decode()


def test_what_holds_is_believed(idp: Idp) -> None:
    idp.says(GOOD)
    assert redeem(idp) == Vouched(idp.url, "b-17", "bob@acme.example", "")
    idp.says(GOOD | {"email_verified": False, "aud": ["other", "tocsin"]})
    assert redeem(idp).email == ""
    assert redeem(idp, oidc_trust_email=True).email == "bob@acme.example"
    idp.says({name: value for name, value in GOOD.items() if "email" not in name})
    idp.answers["/user"] = {"sub": "b-17", "email": "bob@acme.example", "email_verified": True}
    assert redeem(idp).email == "bob@acme.example"
    idp.answers["/user"] = {"sub": "eve", "email": "bob@acme.example", "email_verified": True}
    assert redeem(idp).email == "", "it speaks of somebody else"


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["tocsin", "another"], "azp": "another"},
        {"exp": NOW_S - 120},
        {"exp": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": ""},
    ],
    ids=str,
)
def test_what_does_not_hold_is_not(idp: Idp, forged: dict[str, Any]) -> None:
    idp.says(GOOD | forged)
    with pytest.raises(Refused):
        redeem(idp)


def test_what_somebody_else_signed_is_not(idp: Idp) -> None:
    idp.says(GOOD, RSAKey.generate_key(2048, {"kid": "1"}))
    with pytest.raises(Refused, match="signature"):
        redeem(idp)
    # The public key taken for a shared secret, as in CVE-2015-9235.
    idp.answers["/token"] = {"id_token": confused(idp.key.as_pem(private=False), idp.url)}
    with pytest.raises(Refused, match="signature"):
        redeem(idp)
    for token in ("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        idp.answers["/token"] = {"id_token": token}
        with pytest.raises(Refused, match="signature"):
            redeem(idp)
    idp.answers["/token"] = None
    with pytest.raises(Refused, match="500"):
        redeem(idp)
