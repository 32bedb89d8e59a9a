"""A browser and its push service: subscribes, decrypts what arrives, and checks who signed it.

Written from RFC 8188, RFC 8291 and RFC 8292 alone; it shares no line with what sends.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.outbound.servers import reply


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw(shown: str) -> bytes:
    return urlsafe_b64decode(shown + "=" * (-len(shown) % 4))


class Browser:
    """Subscribed to `server_key` (what `applicationServerKey` was); answers with `status`."""

    def __init__(self, server_key: str, status: int = 201) -> None:
        self.server_key = server_key
        self.status = status
        self.auth = b"0123456789abcdef"
        self._key = ec.derive_private_key(4_711, ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.claims: list[dict[str, Any]] = []

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": text(self.public), "auth": text(self.auth)}

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.headers.append(headers)
        assert len(body) <= 4096
        assert headers["content-encoding"] == "aes128gcm"
        self.claims.append(self._signed(headers["authorization"]))
        self.got.append(json.loads(self._opened(body)))
        reply(handler, self.status)

    def _signed(self, authorization: str) -> dict[str, Any]:
        scheme, _, rest = authorization.partition(" ")
        assert scheme == "vapid"
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        assert parts["k"] == self.server_key
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(parts["k"]))
        signed, _, signature = parts["t"].rpartition(".")
        pair = raw(signature)
        numbers = (int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big"))
        point.verify(encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(SHA256()))
        head, claims = (json.loads(raw(one)) for one in signed.split("."))
        assert (head["alg"], head["typ"]) == ("ES256", "JWT")
        return dict(claims)

    def _opened(self, body: bytes) -> bytes:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._key.exchange(ec.ECDH(), point)
        info = b"WebPush: info\x00" + self.public + theirs
        secret = _derived(self.auth, shared, info, 32)
        key = _derived(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(salt, secret, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded[-1:] == b"\x02"
        return padded[:-1]


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
