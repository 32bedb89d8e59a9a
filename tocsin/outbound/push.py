"""Push to phones and browsers by servers that one may run oneself."""

from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from tocsin.outbound.post import Telling, json_request
from tocsin.outbound.safe_fetch import Fetch

_NTFY: Final = {"Critical": 5, "Warning": 4}
_GOTIFY: Final = {"Critical": 10, "Warning": 7}
_ORDINARY: Final = 3


def ntfy(telling: Telling) -> Fetch:
    """A topic of an ntfy server; a token where it asks for one."""
    post, parts = telling.post, urlsplit(telling.address.target)
    folder, _, topic = parts.path.rstrip("/").rpartition("/")
    body: dict[str, Any] = {
        "topic": topic,
        "title": post.title,
        "message": telling.text,
        "priority": _NTFY.get(post.severity, _ORDINARY),
        "click": post.url,
    }
    if post.ack_url:
        # A view, not a request from the phone: a page with a button asks once more.
        body["actions"] = [{"action": "view", "label": "Acknowledge", "url": post.ack_url}]
    token = telling.address.token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = urlunsplit((parts.scheme, parts.netloc, folder or "/", parts.query, ""))
    return json_request(url, body, headers)


def gotify(telling: Telling) -> Fetch:
    """An application of a Gotify server."""
    post = telling.post
    extras = {"client::notification": {"click": {"url": post.ack_url or post.url}}}
    body = {
        "title": post.title,
        "message": telling.text,
        "priority": _GOTIFY.get(post.severity, _ORDINARY),
        "extras": extras,
    }
    url = f"{telling.address.target.rstrip('/')}/message"
    return json_request(url, body, {"X-Gotify-Key": telling.address.token})


def unified_push(telling: Telling) -> Fetch:
    """An endpoint that a phone's distributor gave out."""
    return Fetch(
        url=telling.address.target,
        method="POST",
        headers={"Content-Type": "text/plain; charset=utf-8", "TTL": "3600", "Urgency": "high"},
        body=f"{telling.post.title}\n{telling.text}\n{telling.post.ack_url}".encode()[:4000],
    )
