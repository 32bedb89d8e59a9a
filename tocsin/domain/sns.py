"""Amazon SNS messages: which addresses are Amazon's, and whether Amazon signed.

Nothing is fetched from an address in a message before `is_amazon` said that it is theirs.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

AMAZON: Final = re.compile(r"sns\.[a-z0-9-]{2,40}\.amazonaws\.com(\.cn)?")

NOTIFICATION: Final = "Notification"
SUBSCRIPTION: Final = "SubscriptionConfirmation"
UNSUBSCRIPTION: Final = "UnsubscribeConfirmation"

_SIGNED_OF_NOTIFICATION: Final = (
    "Message",
    "MessageId",
    "Subject",
    "Timestamp",
    "TopicArn",
    "Type",
)
_SIGNED_OF_CONFIRMATION: Final = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
SIGNED: Final = {
    NOTIFICATION: _SIGNED_OF_NOTIFICATION,
    SUBSCRIPTION: _SIGNED_OF_CONFIRMATION,
    UNSUBSCRIPTION: _SIGNED_OF_CONFIRMATION,
}
"""What each type of message has signed, in the order it is signed."""

# SHA-1 is what Amazon signs version 1 with.
_HASHES: Final = {"1": SHA1, "2": SHA256}


class BadSignature(Exception):
    """Amazon did not sign this; the text says what is wrong, for people."""


def is_amazon(url: str, hosts: re.Pattern[str] = AMAZON) -> bool:
    """Whether an address is https, at an SNS host of Amazon's, with nothing odd about it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and hosts.fullmatch(parts.netloc) is not None


def signed_text(message: Mapping[str, str]) -> str:
    """What Amazon signs of a message: names and values of the members that it has, a line each."""
    names = SIGNED.get(message.get("Type", ""), ())
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name))


def verify(message: Mapping[str, str], certificate: bytes) -> None:
    """Raise BadSignature unless the PEM certificate's owner signed the message."""
    algorithm = _HASHES.get(message.get("SignatureVersion", ""))
    if algorithm is None:
        raise BadSignature("its SignatureVersion is neither 1 nor 2")
    try:
        key = load_pem_x509_certificate(certificate).public_key()
        signature = b64decode(message.get("Signature", ""), validate=True)
    except ValueError:
        raise BadSignature("its certificate or its Signature cannot be read") from None
    if not isinstance(key, RSAPublicKey):
        raise BadSignature("its certificate holds no RSA key")
    try:
        key.verify(signature, signed_text(message).encode(), PKCS1v15(), algorithm())
    except InvalidSignature:
        raise BadSignature("its Signature is not by the owner of its certificate") from None
