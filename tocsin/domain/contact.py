"""How a person can be reached: addresses they gave and, by a code sent there, proved to be theirs."""

import re
from base64 import urlsafe_b64decode
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from tocsin.domain.member import is_email, plain_phone
from tocsin.domain.webhook_target import check_endpoint
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.units import MINUTE

CODE_LIFE_MS: Final = 15 * MINUTE
CODE_TRIES_MAX: Final = 5
CODE_WAIT_MS: Final = MINUTE
CONTACTS_MAX: Final = 20
NAME_MAX: Final = 60
TARGET_MAX: Final = 2048
BROWSER_KEY_BYTES: Final = 65
BROWSER_SECRET_BYTES: Final = 16


class Service(StrEnum):
    """What carries a message to a person or a chat."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    NTFY = "ntfy"
    GOTIFY = "gotify"
    UNIFIED_PUSH = "unifiedpush"
    WEB_PUSH = "webpush"
    SLACK = "slack"
    TEAMS = "teams"
    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    TELEGRAM = "telegram"
    ZOOM = "zoom"
    APPRISE = "apprise"
    SLACK_APP = "slack_app"
    FEISHU_APP = "feishu_app"


PUSH: Final = "push"
PUSHED: Final = frozenset({Service.NTFY, Service.GOTIFY, Service.UNIFIED_PUSH, Service.WEB_PUSH})
"""Services that people call push: whichever of them a person has is meant by it."""
METHODS: Final = (PUSH, *(service for service in Service if service not in PUSHED))
"""What people may prefer to be told by."""
BY_APP: Final = frozenset({Service.SLACK_APP, Service.FEISHU_APP})
"""Services that speak through an integration: a contact's token is its id."""
_BY_PHONE: Final = frozenset({Service.SMS, Service.VOICE})


_CHAT_USER: Final = {
    Service.SLACK_APP: re.compile(r"[UW][A-Z0-9]{2,30}"),
    Service.FEISHU_APP: re.compile(r"ou_[A-Za-z0-9]{2,60}"),
}


class Contact(Struct, frozen=True):
    """A way to reach a person. `label` is what may be shown of the address; the address itself is
    sealed. Of a code only the hash is kept. Instants are ms, 0 where it has not happened."""

    id: str
    account_id: int
    person_id: int
    service: Service
    name: str
    label: str
    sealed: bytes
    created_at: int
    verified_at: int = 0
    code_hash: str = ""
    code_sent_at: int = 0
    code_failures: int = 0

    @property
    def method(self) -> str:
        """The method people know it by."""
        return PUSH if self.service in PUSHED else str(self.service)

    def awaits_code(self, at: int) -> bool:
        """Whether a code would be taken now."""
        alive = at < self.code_sent_at + CODE_LIFE_MS
        return bool(self.code_hash) and alive and self.code_failures < CODE_TRIES_MAX


class Address(Struct, frozen=True):
    """Where a contact is: a mail address, a phone number or a URL, and what opens the door.

    `token` is a bot's or an application's secret, `sign_secret` what requests are signed with;
    of a browser they are its public key and its auth secret. `key` is our own to sign with.
    """

    target: str
    token: str = ""
    sign_secret: str = ""
    key: str = ""


def plain(service: Service, address: Address) -> Address:
    """The address as it is kept; InvalidParameter for one that the service could not use."""
    target = address.target.strip()
    if service is Service.EMAIL:
        if not is_email(target):
            raise InvalidParameter("{value} is not an email address", value=target)
    elif service in _BY_PHONE:
        phone = plain_phone(target)
        if phone is None or not phone.startswith("+"):
            raise InvalidParameter(
                "{value} is no phone number with a country, as +4930123456", value=target
            )
        target = phone
    elif service is Service.TELEGRAM:
        if not address.token:
            raise InvalidParameter("a telegram chat needs its bot's token", field="token")
    elif service in BY_APP:
        if not _CHAT_USER[service].fullmatch(target) or not address.token.strip().isdecimal():
            raise InvalidParameter(
                "a {service} contact needs the user's id there as target, and the integration's id "
                "as token",
                service=service,
            )
    elif service is not Service.APPRISE:
        check_endpoint(target, "target", TARGET_MAX)
        if service is Service.GOTIFY and not address.token:
            raise InvalidParameter("gotify needs an application's token", field="token")
        if service is Service.WEB_PUSH:
            _check_browser(address)
    return Address(target, address.token.strip(), address.sign_secret.strip())


def _check_browser(address: Address) -> None:
    """Raise InvalidParameter for what cannot be keys of a browser's subscription."""
    for field, text, size in (
        ("p256dh", address.token, BROWSER_KEY_BYTES),
        ("auth", address.sign_secret, BROWSER_SECRET_BYTES),
    ):
        try:
            found = urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
        except ValueError:
            found = b""
        if len(found) != size:
            raise InvalidParameter(
                "{field} must be {size} bytes in base64url, as the browser gave it",
                field=field,
                size=size,
            )


def label(service: Service, address: Address) -> str:
    """What may be shown of an address: never what opens the door."""
    if service is Service.EMAIL or service is Service.TELEGRAM:
        return address.target
    if service in BY_APP:
        return f"{service} {address.target}"
    if service in _BY_PHONE:
        return f"{address.target[:4]}****{address.target[-2:]}"
    return f"{service} at {urlsplit(address.target).hostname or 'its service'}"
