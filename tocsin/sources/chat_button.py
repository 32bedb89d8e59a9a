"""Buttons that somebody pressed in a chat: who, which, and whether the platform itself says so.

Slack signs each request with the app's signing secret; Feishu encrypts or signs with a key of the
app and repeats its verification token. A request of more than five minutes ago is none.
"""

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from msgspec import Struct

from tocsin.domain.chat_app import ChatApp
from tocsin.kernel.units import MINUTE, from_seconds

WINDOW_MS: Final = 5 * MINUTE
_BLOCK: Final = 16


class Forged(Exception):
    """The platform did not say this, or not now."""


class Press(Struct, frozen=True):
    """A button that was pressed. `name` is unique to the press; `user_id` is the platform's.

    `reply_url` is where the platform takes an answer, empty where the response is the answer.
    """

    name: str
    user_id: str
    action: str
    incident_id: str
    reply_url: str = ""


class Challenge(Struct, frozen=True):
    """The platform asks whether somebody is here; the text is to be said back."""

    text: str


def slack(body: bytes, headers: Mapping[str, str], app: ChatApp, at: int) -> Press | None:
    """What Slack says at an instant (ms), None for what is no button of ours; else Forged."""
    stamp = headers.get("x-slack-request-timestamp", "")
    _require_fresh(stamp, at)
    text = b"v0:" + stamp.encode() + b":" + body
    made = "v0=" + hmac.new(app.signing_secret.encode(), text, hashlib.sha256).hexdigest()
    given = headers.get("x-slack-signature", "")
    if not app.signing_secret or not hmac.compare_digest(made.encode(), given.encode()):
        raise Forged("the signature is not Slack's")
    said = _object(parse_qs(body.decode("utf-8", "replace")).get("payload", [""])[0].encode())
    actions = said.get("actions")
    pressed = actions[0] if isinstance(actions, list) and actions else None
    if said.get("type") != "block_actions" or not isinstance(pressed, dict):
        return None
    return Press(
        name=given,
        user_id=_text(said.get("user"), "id"),
        action=_text(pressed, "action_id"),
        incident_id=_text(pressed, "value"),
        reply_url=_text(said, "response_url"),
    )


def feishu(
    body: bytes, headers: Mapping[str, str], app: ChatApp, at: int
) -> Press | Challenge | None:
    """What Feishu says at an instant (ms), None for what is no button of ours; else Forged."""
    said = _object(body)
    if app.encrypt_key:
        said = _decrypted(_text(said, "encrypt"), app.encrypt_key)
    if said.get("type") == "url_verification":
        _require_token(_text(said, "token"), app)
        return Challenge(_text(said, "challenge"))
    head = said.get("header")
    _require_token(_text(head, "token"), app)
    if app.encrypt_key:
        _require_signature(body, headers, app)
        _require_fresh(headers.get("x-lark-request-timestamp", ""), at)
    else:
        # Without a key nothing is signed but by the token; the instant is in microseconds.
        _require_fresh(_text(head, "create_time")[:10], at)
    if _text(head, "event_type") != "card.action.trigger":
        return None
    event = said.get("event")
    parts = event if isinstance(event, dict) else {}
    pressed = parts.get("action")
    value = pressed.get("value") if isinstance(pressed, dict) else None
    return Press(
        name=_text(head, "event_id"),
        user_id=_text(parts.get("operator"), "open_id"),
        action=_text(value, "action"),
        incident_id=_text(value, "incident_id"),
    )


def _require_fresh(stamp: str, at: int) -> None:
    fits = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
    if not fits or abs(at - from_seconds(int(stamp))) > WINDOW_MS:
        raise Forged("the request is not of now")


def _require_token(given: str, app: ChatApp) -> None:
    token = app.verification_token
    if not token or not hmac.compare_digest(token.encode(), given.encode()):
        raise Forged("the verification token is another")


def _require_signature(body: bytes, headers: Mapping[str, str], app: ChatApp) -> None:
    stamp = headers.get("x-lark-request-timestamp", "")
    nonce = headers.get("x-lark-request-nonce", "")
    text = (stamp + nonce + app.encrypt_key).encode() + body
    made = hashlib.sha256(text).hexdigest()
    if not hmac.compare_digest(made.encode(), headers.get("x-lark-signature", "").encode()):
        raise Forged("the signature is not Feishu's")


def _decrypted(text: str, key: str) -> dict[str, Any]:
    """AES-256-CBC by the key's SHA-256; the first block is the initialisation vector."""
    try:
        sealed = b64decode(text, validate=True)
        cipher = Cipher(
            algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(sealed[:_BLOCK])
        )
        opening, padding = cipher.decryptor(), PKCS7(_BLOCK * 8).unpadder()
        padded = opening.update(sealed[_BLOCK:]) + opening.finalize()
        return _object(padding.update(padded) + padding.finalize())
    except ValueError:
        raise Forged("the encryption is another") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise Forged("the body is no JSON object") from None
    if not isinstance(found, dict):
        raise Forged("the body is no JSON object")
    return found


def _text(of: object, name: str) -> str:
    found = of.get(name) if isinstance(of, dict) else None
    return found if isinstance(found, str) else ""
