"""Slack and Feishu as apps meet them: their Web APIs, and requests as they sign them."""

import hashlib
import json
from base64 import b64encode
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from slack_sdk.signature import Clock, SignatureVerifier

from tests.outbound.servers import reply

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_TOKEN = "xoxb-1"
APP_SECRET, APP_ID = "feishu-app-secret", "cli_a1"
VERIFICATION, ENCRYPT_KEY = "v3rify", "encrypt-me"


class Platform:
    """Answers the calls of both platforms' APIs and keeps what was asked."""

    def __init__(self) -> None:
        self.emails = {"U0BOB": "bob@acme.example", "ou_bob": "bob@acme.example"}
        self.confirmed = True
        self.asked: list[tuple[str, dict[str, str], Any]] = []

    def of(self, path: str) -> list[Any]:
        return [body for asked, _, body in self.asked if asked.startswith(path)]

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else None
        self.asked.append((handler.path, dict(handler.headers), body))
        answer = json.dumps(self._said(urlsplit(handler.path).path, handler)).encode()
        reply(handler, 200, answer, Content_Type="application/json")

    def _said(self, path: str, handler: BaseHTTPRequestHandler) -> Any:
        token = handler.headers.get("Authorization", "")
        if path == "/api/chat.postMessage":
            channel = self.asked[-1][2]["channel"]
            return {"ok": token == f"Bearer {BOT_TOKEN}", "channel": channel, "ts": "1.2"}
        if path == "/api/users.info":
            user = parse_qs(urlsplit(handler.path).query)["user"][0]
            profile = {"email": self.emails.get(user, "")}
            return {"ok": True, "user": {"is_email_confirmed": self.confirmed, "profile": profile}}
        if path.endswith("/tenant_access_token/internal"):
            return {"code": 0, "tenant_access_token": "t-1", "expire": 7200}
        if path == "/open-apis/im/v1/messages":
            fine = token == "Bearer t-1"
            return {"code": 0 if fine else 99991663, "msg": "x", "data": {"message_id": "om_1"}}
        if path.startswith("/open-apis/contact/v3/users/"):
            email = self.emails.get(path.rpartition("/")[2], "")
            return {"code": 0, "data": {"user": {"email": email}}}
        return {"ok": True}


class _At(Clock):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


def slack_press(
    user: str,
    action: str,
    incident: str,
    at: int,
    reply_url: str = "",
    secret: str = SIGNING_SECRET,
) -> tuple[bytes, dict[str, str]]:
    """A button pressed in Slack, signed by Slack's own package; `at` in seconds."""
    pressed = {"type": "button", "action_id": action, "value": incident}
    payload = {
        "type": "block_actions",
        "user": {"id": user, "team_id": "T1"},
        "actions": [pressed],
        "response_url": reply_url,
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    signature = SignatureVerifier(secret, _At(at)).generate_signature(timestamp=str(at), body=body)
    assert signature
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": signature,
    }
    return body, headers


def feishu_press(
    user: str, action: str, incident: str, at: int, token: str = VERIFICATION, event: str = "e1"
) -> dict[str, Any]:
    """A button pressed in Feishu; `at` in seconds."""
    return {
        "schema": "2.0",
        "header": {
            "event_id": event,
            "token": token,
            "create_time": str(at * 1_000_000),
            "event_type": "card.action.trigger",
            "app_id": APP_ID,
        },
        "event": {
            "operator": {"open_id": user},
            "action": {"tag": "button", "value": {"action": action, "incident_id": incident}},
        },
    }


def feishu_sealed(
    said: dict[str, Any], at: int, key: str = ENCRYPT_KEY
) -> tuple[bytes, dict[str, str]]:
    """A request as Feishu encrypts and signs it, from its manual."""
    padder = PKCS7(128).padder()
    padded = padder.update(json.dumps(said).encode()) + padder.finalize()
    vector = b"sixteen byte iv!"
    sealing = Cipher(
        algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(vector)
    ).encryptor()
    sealed = b64encode(vector + sealing.update(padded) + sealing.finalize()).decode()
    body = json.dumps({"encrypt": sealed}).encode()
    signature = hashlib.sha256(f"{at}n0nce{key}".encode() + body).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Lark-Request-Timestamp": str(at),
        "X-Lark-Request-Nonce": "n0nce",
        "X-Lark-Signature": signature,
    }
    return body, headers
