"""Apps of Slack and Feishu: messages with buttons, answers to who pressed one, and who that is."""

import re
import threading
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from tocsin.domain.chat_app import ChatApp
from tocsin.domain.retry import PATIENT, RetryPolicy
from tocsin.kernel.clock import Clock
from tocsin.kernel.units import MINUTE, from_seconds
from tocsin.outbound.address import ANYWHERE, Reach
from tocsin.outbound.post import (
    Build,
    Telling,
    json_request,
    judge,
    telling_of,
)
from tocsin.outbound.safe_fetch import Fetch, fetch
from tocsin.outbound.sealed import Seals, opened
from tocsin.outbound.transport import Message, Receipt, SendFailed

SLACK_REPLY: Final = "slack_reply"
POSTED: Final = r"message (?P<message>[\w.-]+(/[\w.-]+)?); "
"""How the record of a message that was posted begins: with what the platform calls it."""
ACK: Final = "ack"
RESOLVE: Final = "resolve"
ACTIONS: Final = {ACK: "Acknowledge", RESOLVE: "Resolve"}
ASK_SECONDS_MAX: Final = 2
SECTION_MAX: Final = 2_900
_TOKEN_SPARE_MS: Final = 5 * MINUTE


def slack_app(base_url: str) -> Build:
    """A message by a Slack app: `target` is a channel or a user, `token` the bot's."""

    def build(telling: Telling) -> Fetch:
        post = telling.post
        text = telling.text
        blocks: list[dict[str, Any]] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION_MAX]}}
        ]
        if post.incident_id:
            buttons: list[dict[str, Any]] = [
                {
                    "type": "button",
                    "action_id": action,
                    "value": post.incident_id,
                    "text": {"type": "plain_text", "text": title},
                    **({"style": "primary"} if action == ACK else {}),
                }
                for action, title in ACTIONS.items()
            ]
            blocks.append({"type": "actions", "elements": buttons})
        body = {"channel": telling.address.target, "text": text, "blocks": blocks}
        headers = {"Authorization": f"Bearer {telling.address.token}"}
        if not post.replaces:
            return json_request(f"{base_url}/api/chat.postMessage", body, headers)
        channel, _, stamp = post.replaces.partition("/")
        changed = {**body, "channel": channel, "ts": stamp}
        return json_request(f"{base_url}/api/chat.update", changed, headers)

    return build


class SlackTransport:
    """Messages by a Slack app, with what Slack calls each in its record."""

    retry = PATIENT
    senders = 2

    def __init__(self, base_url: str, reach: Reach, seal: Seals, clock: Clock) -> None:
        self._build = slack_app(base_url)
        self._reach = reach
        self._seal = seal
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        answer = fetch(self._build(telling_of(message, self._seal, self._clock.now())), self._reach)
        receipt = judge(answer)
        said = _object(answer.body)
        return _posted(receipt, f"{said.get('channel', '')}/{said.get('ts', '')}")


class Reply(Struct, frozen=True):
    """A delivery's payload: what to answer who pressed a button in Slack; `door` is the sealed
    address that Slack gave for it. `to_all`: everybody in the chat sees it."""

    text: str
    door: str
    to_all: bool = False


class SlackReplyTransport:
    """Answers at addresses that came with a signed request; they hold for half an hour."""

    retry = RetryPolicy(failures_max=5, age_max_ms=30 * MINUTE)
    senders = 1

    def __init__(self, reach: Reach, seal: Seals) -> None:
        self._reach = reach
        self._seal = seal

    def send(self, message: Message) -> Receipt:
        reply = msgspec.json.decode(message.payload, type=Reply)
        body = {
            "text": reply.text,
            "response_type": "in_channel" if reply.to_all else "ephemeral",
            "replace_original": False,
        }
        return judge(fetch(json_request(opened(self._seal, reply.door), body), self._reach))


class FeishuTransport:
    """Messages by a Feishu app: `target` is a chat (oc_…), a user (ou_…) or a mail address, `token`
    the app's secret, `sign_secret` its id."""

    retry = PATIENT
    senders = 2

    def __init__(self, base_url: str, reach: Reach, seal: Seals, clock: Clock) -> None:
        self._base_url = base_url
        self._reach = reach
        self._seal = seal
        self._clock = clock
        self._door = FeishuDoor(base_url, reach)

    def send(self, message: Message) -> Receipt:
        telling = telling_of(message, self._seal, self._clock.now())
        address = telling.address
        token = self._door.token(address.sign_secret, address.token, telling.at)
        kind = urlencode({"receive_id_type": _kind(address.target)})
        headers = {"Authorization": f"Bearer {token}"}
        messages = f"{self._base_url}/open-apis/im/v1/messages"
        if telling.post.replaces:
            card = {"content": msgspec.json.encode(_card(telling)).decode()}
            change = json_request(
                f"{messages}/{quote(telling.post.replaces, safe='')}", card, headers
            )
            patched = msgspec.structs.replace(change, method="PATCH")
            return judge(fetch(patched, self._reach))
        body = {
            "receive_id": address.target,
            "msg_type": "interactive",
            "content": msgspec.json.encode(_card(telling)).decode(),
            "uuid": message.id,
        }
        answer = fetch(json_request(f"{messages}?{kind}", body, headers), self._reach)
        receipt = judge(answer)
        data = _object(answer.body).get("data")
        return _posted(receipt, str(data.get("message_id", "")) if isinstance(data, dict) else "")


class FeishuDoor:
    """The tokens that apps speak with, each kept until shortly before it ends."""

    def __init__(self, base_url: str, reach: Reach) -> None:
        self._base_url = base_url
        self._reach = reach
        self._kept: dict[tuple[str, str], tuple[str, int]] = {}
        self._lock = threading.Lock()

    def token(self, app_id: str, secret: str, at: int) -> str:
        """An app's token at an instant (ms); SendFailed where there is none to be had."""
        with self._lock:
            token, until = self._kept.get((app_id, secret), ("", 0))
        if until > at:
            return token
        body = {"app_id": app_id, "app_secret": secret}
        path = "/open-apis/auth/v3/tenant_access_token/internal"
        request = json_request(f"{self._base_url}{path}", body)
        request = msgspec.structs.replace(request, seconds_max=ASK_SECONDS_MAX)
        answer = fetch(request, self._reach)
        judge(answer)
        token, seconds = _token(answer.body)
        with self._lock:
            self._kept[app_id, secret] = (token, at + from_seconds(seconds) - _TOKEN_SPARE_MS)
        return token


def slack_email(base_url: str, app: ChatApp, user_id: str) -> str:
    """The mail address that Slack confirmed of a user, empty for none."""
    url = f"{base_url}/api/users.info?{urlencode({'user': user_id})}"
    user = _asked(url, app.token).get("user")
    found = user if isinstance(user, dict) else {}
    profile = found.get("profile")
    email = profile.get("email") if isinstance(profile, dict) else ""
    confirmed = found.get("is_email_confirmed", True) and not found.get("deleted")
    return email if confirmed and isinstance(email, str) else ""


def feishu_email(base_url: str, door: FeishuDoor, app: ChatApp, user_id: str, at: int) -> str:
    """The mail address that an organisation gave a user of Feishu, empty for none."""
    token = door.token(app.app_id, app.app_secret, at)
    url = f"{base_url}/open-apis/contact/v3/users/{quote(user_id, safe='')}?user_id_type=open_id"
    data = _asked(url, token).get("data")
    user = data.get("user") if isinstance(data, dict) else None
    found = user if isinstance(user, dict) else {}
    email = found.get("enterprise_email") or found.get("email") or ""
    return email if isinstance(email, str) else ""


def _asked(url: str, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = fetch(Fetch(url, "GET", headers, seconds_max=ASK_SECONDS_MAX), ANYWHERE)
    judge(answer)
    try:
        said = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        raise SendFailed("the answer is no JSON", retryable=True) from None
    return said if isinstance(said, dict) else {}


def _posted(receipt: Receipt, name: str) -> Receipt:
    """A receipt that says what the platform calls the message."""
    answer = f"message {name}; {receipt.answer}"
    return msgspec.structs.replace(receipt, answer=answer if re.match(POSTED, answer) else
                                   receipt.answer)  # fmt: skip


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _token(body: bytes) -> tuple[str, int]:
    class Said(Struct):
        tenant_access_token: str
        expire: int

    try:
        said = msgspec.json.decode(body, type=Said)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise SendFailed("the platform gave no token", retryable=True) from None
    return said.tenant_access_token, said.expire


def _kind(target: str) -> str:
    if "@" in target:
        return "email"
    return {"oc_": "chat_id", "ou_": "open_id", "on_": "union_id"}.get(target[:3], "user_id")


def _card(telling: Telling) -> dict[str, Any]:
    post = telling.post
    elements: list[dict[str, Any]] = [{"tag": "markdown", "content": telling.text}]
    if post.incident_id:
        buttons = [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": title},
                "type": "primary" if action == ACK else "default",
                "value": {"action": action, "incident_id": post.incident_id},
            }
            for action, title in ACTIONS.items()
        ]
        elements.append({"tag": "action", "actions": buttons})
    colour = {"Critical": "red", "Warning": "orange"}.get(post.severity, "yellow")
    head = {"template": colour, "title": {"tag": "plain_text", "content": post.title}}
    return {"config": {"wide_screen_mode": True}, "header": head, "elements": elements}
