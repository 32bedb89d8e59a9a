"""Amazon SNS as we meet it: messages that it signs, and the servers its addresses lead to."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.outbound.servers import Certificates, http_server, reply
from tocsin.domain.sns import signed_text

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
HOST = "https://sns.eu-west-1.amazonaws.com"
HEADERS = {"Content-Type": "text/plain; charset=UTF-8", "User-Agent": "Amazon Simple Notification"}


class Signer:
    """A key and a certificate of its own making, as Amazon has."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        born = datetime(2026, 1, 1, tzinfo=UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(7)
            .not_valid_before(born)
            .not_valid_after(born + timedelta(days=365))
            .sign(self._key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    def signed(self, message: Mapping[str, str], version: str = "2") -> dict[str, str]:
        algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()
        text = signed_text(message).encode()
        signature = self._key.sign(text, padding.PKCS1v15(), algorithm)
        encoded = base64.b64encode(signature).decode()
        return {**message, "SignatureVersion": version, "Signature": encoded}


def notification(message: str, message_id: str = "m-1", **more: str) -> dict[str, str]:
    return {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-01-02T03:04:06.000Z",
        "SigningCertURL": f"{HOST}/SimpleNotificationService-1.pem",
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
        **more,
    }


def confirmation(host: str = HOST, **more: str) -> dict[str, str]:
    return {
        "Type": "SubscriptionConfirmation",
        "MessageId": "c-1",
        "Token": "2336412f37",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic.",
        "SubscribeURL": f"{host}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37",
        "Timestamp": "2026-01-02T03:04:06.000Z",
        "SigningCertURL": f"{host}/SimpleNotificationService-1.pem",
        **more,
    }


def headers(kind: str, **more: str) -> dict[str, str]:
    return {**HEADERS, "x-amz-sns-message-type": kind, "x-amz-sns-topic-arn": TOPIC, **more}


class Amazon:
    """What its host was asked for; `hosts` is the pattern of its name."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.asked: list[str] = []
        self.certificates = Certificates("localhost")
        self.status = 200
        self.host = ""

    @property
    def hosts(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.host.removeprefix("https://")))

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        is_certificate = handler.path.endswith(".pem")
        reply(handler, self.status, self.signer.certificate if is_certificate else b"<ok/>")


@contextmanager
def amazon(signer: Signer) -> Iterator[Amazon]:
    """Its host on loopback, over TLS."""
    one = Amazon(signer)
    with http_server(one.answer, one.certificates.server) as port:
        one.host = f"https://localhost:{port}"
        yield one


def encoded(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode()
