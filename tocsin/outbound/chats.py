"""Chat robots: what each takes, and how it wants to be sure who speaks."""

import hmac
from base64 import b64encode
from typing import Any, Final
from urllib.parse import quote, urlencode

from tocsin.outbound.post import Build, Telling, json_request
from tocsin.outbound.safe_fetch import Fetch

TELEGRAM_URL: Final = "https://api.telegram.org"
_COLOURS: Final = {"Critical": "attention", "Warning": "warning"}


def slack(telling: Telling) -> Fetch:
    """An incoming webhook; the address is the secret."""
    return json_request(telling.address.target, {"text": telling.text})


def teams(telling: Telling) -> Fetch:
    """A workflow that takes an adaptive card."""
    post = telling.post
    actions = [
        {"type": "Action.OpenUrl", "title": title, "url": url}
        for title, url in (("Open", post.url), ("Acknowledge", post.ack_url))
        if url
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "text": post.title,
                "weight": "Bolder",
                "wrap": True,
                "color": _COLOURS.get(post.severity, "default"),
            },
            {"type": "TextBlock", "text": telling.text, "wrap": True},
        ],
        "actions": actions,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return json_request(telling.address.target, {"type": "message", "attachments": [attachment]})


def feishu(telling: Telling) -> Fetch:
    """A custom robot; where it has a secret, that and the time are the key of an empty HMAC."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": telling.text}}
    secret = telling.address.sign_secret
    if secret:
        key = f"{telling.seconds}\n{secret}".encode()
        body["timestamp"] = telling.seconds
        body["sign"] = b64encode(hmac.digest(key, b"", "sha256")).decode()
    return json_request(telling.address.target, body)


def dingtalk(telling: Telling) -> Fetch:
    """A custom robot; where it has a secret, that signs the time and itself."""
    url, secret = telling.address.target, telling.address.sign_secret
    if secret:
        signed = hmac.digest(secret.encode(), f"{telling.at}\n{secret}".encode(), "sha256")
        more = urlencode({"timestamp": str(telling.at), "sign": b64encode(signed).decode()})
        url = f"{url}{'&' if '?' in url else '?'}{more}"
    markdown = {"title": telling.post.title, "text": telling.text.replace("\n", "  \n")}
    return json_request(url, {"msgtype": "markdown", "markdown": markdown})


def wecom(telling: Telling) -> Fetch:
    """A group robot; the address is the secret."""
    body = {"msgtype": "markdown", "markdown": {"content": telling.text}}
    return json_request(telling.address.target, body)


def telegram(base_url: str) -> Build:
    """A bot at the service of that address; the target is the chat."""

    def build(telling: Telling) -> Fetch:
        url = f"{base_url}/bot{quote(telling.address.token, safe=':')}/sendMessage"
        body: dict[str, Any] = {
            "chat_id": telling.address.target,
            "text": telling.text,
            "disable_web_page_preview": True,
        }
        if telling.post.ack_url:
            button = {"text": "Acknowledge", "url": telling.post.ack_url}
            body["reply_markup"] = {"inline_keyboard": [[button]]}
        return json_request(url, body)

    return build


def zoom(telling: Telling) -> Fetch:
    """An incoming webhook with its verification token."""
    url = telling.address.target
    url = url if "format=" in url else f"{url}{'&' if '?' in url else '?'}format=full"
    lines = [{"type": "message", "text": telling.text}]
    body = {"content": {"head": {"text": telling.post.title}, "body": lines}}
    return json_request(url, body, {"Authorization": telling.address.token})
