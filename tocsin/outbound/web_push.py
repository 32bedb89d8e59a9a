"""Push to browsers: the payload encrypted for one of them, the request signed as ours (VAPID)."""

import json
from base64 import urlsafe_b64decode
from typing import Final
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from http_ece import ECEException
from py_vapid import Vapid02, VapidException

from tocsin.kernel.units import HOUR, seconds
from tocsin.outbound.post import Build, Telling
from tocsin.outbound.safe_fetch import Fetch
from tocsin.outbound.transport import SendFailed

TEXT_BYTES_MAX: Final = 2_000
TITLE_BYTES_MAX: Final = 500
_SIGNED_FOR_MS: Final = 12 * HOUR
_KEPT_SECONDS: Final = 3600


def web_push(contact: str) -> Build:
    """A browser's subscription: `target` is its endpoint, `token` its public key (p256dh),
    `sign_secret` its auth secret, `key` our own private key, raw and in base64url.

    `contact` is the mail address that a push service may write to about us.
    """

    def build(telling: Telling) -> Fetch:
        address = telling.address
        try:
            body = http_ece.encrypt(
                _payload(telling),
                private_key=_new_key(),
                dh=unpadded(address.token),
                auth_secret=unpadded(address.sign_secret),
                version="aes128gcm",
            )
            signed = Vapid02.from_raw(address.key.encode()).sign(_claims(telling, contact))
        except (ValueError, ECEException, VapidException) as problem:
            raise SendFailed(
                f"this subscription is not usable: {problem}", retryable=False
            ) from None
        headers = {
            **signed,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_KEPT_SECONDS),
            "Urgency": "high",
        }
        return Fetch(url=address.target, method="POST", headers=headers, body=body)

    return build


def unpadded(text: str) -> bytes:
    """What base64url without padding stands for; ValueError for anything else."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _payload(telling: Telling) -> bytes:
    """What a page's service worker gets: JSON of less than 4 KB, the least that all carry."""
    post = telling.post
    said = {
        "title": _cut(post.title, TITLE_BYTES_MAX),
        "body": _cut(telling.text, TEXT_BYTES_MAX),
        "severity": post.severity,
        "url": post.url,
        "ack_url": post.ack_url,
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _claims(telling: Telling, contact: str) -> dict[str, object]:
    parts = urlsplit(telling.address.target)
    return {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": seconds(telling.at + _SIGNED_FOR_MS),
        "sub": f"mailto:{contact}",
    }


def _new_key() -> ec.EllipticCurvePrivateKey:
    """A key for one message."""
    return ec.generate_private_key(ec.SECP256R1())


def _cut(text: str, most: int) -> str:
    """Text of at most so many bytes once it is JSON in UTF-8."""
    shown = text
    while len(json.dumps(shown, ensure_ascii=False).encode()) > most:
        shown = shown[: len(shown) * 3 // 4]
    return shown if shown == text else f"{shown}…"
