"""SMS and calls, by two providers. Callbacks of either are believed only with its signature."""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from tocsin.outbound.post import Telling, json_request
from tocsin.outbound.safe_fetch import Fetch

SPOKEN_MAX: Final = 500
ACK_KEY: Final = "1"


class Line(Struct, frozen=True):
    """An account at a provider; an empty `url` means its usual address."""

    account: str
    token: str
    sender: str
    url: str = ""


class Callback(Struct, frozen=True):
    """What a provider asked of us: the URL as it knows it, and its form."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


class Provider(Protocol):
    """Makes requests for a provider, and tells its callbacks from forged ones."""

    def sms(self, telling: Telling) -> Fetch: ...

    def call(self, telling: Telling) -> Fetch: ...

    def script(self, text: str, key_url: str) -> str:
        """What to say on the phone, and where a pressed key goes, as the provider reads it."""
        ...

    def is_genuine(self, callback: Callback) -> bool: ...


class Twilio:
    """Twilio, or who speaks its API."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def sms(self, telling: Telling) -> Fetch:
        return self._ask("Messages", {"To": telling.address.target, "Body": telling.text})

    def call(self, telling: Telling) -> Fetch:
        script = self.script(telling.text, telling.post.ack_url)
        return self._ask("Calls", {"To": telling.address.target, "Twiml": script})

    def script(self, text: str, key_url: str) -> str:
        said = f"<Say>{escape(text[:SPOKEN_MAX])}</Say>"
        if not key_url:
            return f"<Response>{said}</Response>"
        action = quoteattr(key_url)
        return f'<Response><Gather numDigits="1" action={action}>{said}{said}</Gather></Response>'

    def is_genuine(self, callback: Callback) -> bool:
        """HMAC-SHA1 of the URL and of every field, sorted, by the account's token."""
        text = callback.url + "".join(f"{key}{callback.form[key]}" for key in sorted(callback.form))
        digest = hmac.digest(self._line.token.encode(), text.encode(), "sha1")
        return _same(b64encode(digest).decode(), callback.headers.get("x-twilio-signature", ""))

    def _ask(self, what: str, form: dict[str, str]) -> Fetch:
        base = self._line.url or "https://api.twilio.com"
        account = quote(self._line.account, safe="")
        return Fetch(
            url=f"{base.rstrip('/')}/2010-04-01/Accounts/{account}/{what}.json",
            method="POST",
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": _basic(self._line),
            },
            body=urlencode({"From": self._line.sender, **form}).encode(),
        )


class Plivo:
    """Plivo. What to say it asks of us when the call is taken."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def sms(self, telling: Telling) -> Fetch:
        return self._ask(
            "Message", {"src": self._line.sender, "text": telling.text}, telling, "dst"
        )

    def call(self, telling: Telling) -> Fetch:
        body = {
            "from": self._line.sender,
            "answer_url": telling.post.ack_url,
            "answer_method": "POST",
        }
        return self._ask("Call", body, telling, "to")

    def script(self, text: str, key_url: str) -> str:
        said = f"<Speak>{escape(text[:SPOKEN_MAX])}</Speak>"
        if not key_url:
            return f"<Response>{said}</Response>"
        action = quoteattr(key_url)
        return (
            f'<Response><GetDigits action={action} method="POST" numDigits="1">{said}{said}'
            "</GetDigits></Response>"
        )

    def is_genuine(self, callback: Callback) -> bool:
        """Version 3: HMAC-SHA256 of URL, sorted fields and nonce by the account's token."""
        nonce = callback.headers.get("x-plivo-signature-v3-nonce", "")
        parts = urlsplit(callback.url)
        query = "&".join(f"{key}={value}" for key, value in sorted(parse_qsl(parts.query)))
        fields = "".join(f"{key}{callback.form[key]}" for key in sorted(callback.form))
        asked = f"?{query}" if query or fields else ""
        between = "." if query and fields else ""
        text = f"{parts.scheme}://{parts.netloc}{parts.path}{asked}{between}{fields}"
        digest = hmac.digest(self._line.token.encode(), f"{text}.{nonce}".encode(), "sha256")
        made = b64encode(digest).decode()
        given = callback.headers.get("x-plivo-signature-v3", "")
        return any(_same(made, one.strip()) for one in given.split(","))

    def _ask(self, what: str, body: dict[str, str], telling: Telling, to: str) -> Fetch:
        base = self._line.url or "https://api.plivo.com"
        account = quote(self._line.account, safe="")
        url = f"{base.rstrip('/')}/v1/Account/{account}/{what}/"
        return json_request(
            url, {**body, to: telling.address.target}, {"Authorization": _basic(self._line)}
        )


PROVIDERS: Final[dict[str, Callable[[Line], Provider]]] = {"twilio": Twilio, "plivo": Plivo}


def _basic(line: Line) -> str:
    return "Basic " + b64encode(f"{line.account}:{line.token}".encode()).decode()


def _same(made: str, given: str) -> bool:
    return hmac.compare_digest(made.encode(), given.encode())
