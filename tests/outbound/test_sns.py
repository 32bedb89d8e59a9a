"""A subscription is confirmed once Amazon's signature is seen to be good, and only then."""

from collections.abc import Iterator

import pytest

from tests.outbound.servers import LOOPBACK
from tests.senders.amazon import Amazon, Signer, amazon, confirmation, encoded
from tocsin.domain.sns import BadSignature, is_amazon, verify
from tocsin.outbound.address import Reach
from tocsin.outbound.sns import SnsTransport
from tocsin.outbound.transport import Message, SendFailed


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def aws(signer: Signer) -> Iterator[Amazon]:
    with amazon(signer) as one:
        yield one


def send(aws: Amazon, message: dict[str, str]) -> str:
    transport = SnsTransport(LOOPBACK, aws.certificates.client, aws.hosts)
    return transport.send(Message("d-1", message["TopicArn"], encoded(message))).answer


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_request_is_confirmed_by_fetching_its_address_once(
    aws: Amazon, signer: Signer, version: str
) -> None:
    asked = signer.signed(confirmation(aws.host), version)
    assert send(aws, asked) == f"confirmed {asked['TopicArn']}"
    certificate, subscribed = aws.asked
    assert certificate.endswith(".pem")
    assert "Action=ConfirmSubscription" in subscribed


@pytest.mark.parametrize(
    "changed",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:666:other"},
        {"Token": "another"},
        {"Signature": "bm90IG9uZQ=="},
        {"Signature": "not base64"},
        {"SignatureVersion": "3"},
    ],
)
def test_what_amazon_did_not_sign_is_never_confirmed(
    aws: Amazon, signer: Signer, changed: dict[str, str]
) -> None:
    with pytest.raises(SendFailed) as failed:
        send(aws, {**signer.signed(confirmation(aws.host)), **changed})
    assert not failed.value.retryable
    assert all(path.endswith(".pem") for path in aws.asked)


def test_nothing_is_fetched_from_an_address_that_is_not_amazons(
    aws: Amazon, signer: Signer
) -> None:
    asked = signer.signed(confirmation(aws.host))
    transport = SnsTransport(LOOPBACK, aws.certificates.client)
    with pytest.raises(SendFailed, match="no https address of Amazon"):
        transport.send(Message("d-1", "t", encoded(asked)))
    assert aws.asked == []


def test_an_internal_address_behind_the_name_is_not_reached(aws: Amazon, signer: Signer) -> None:
    transport = SnsTransport(Reach(), aws.certificates.client, aws.hosts)
    with pytest.raises(SendFailed, match="internal address"):
        transport.send(Message("d-1", "t", encoded(signer.signed(confirmation(aws.host)))))
    assert aws.asked == []


def test_it_is_tried_again_while_amazon_is_down(aws: Amazon, signer: Signer) -> None:
    aws.status = 503
    with pytest.raises(SendFailed) as failed:
        send(aws, signer.signed(confirmation(aws.host)))
    assert failed.value.retryable


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://sns.eu-west-1.amazonaws.com/x.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True),
        ("http://sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:8443/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", False),
        ("https://evil.example/sns.eu-west-1.amazonaws.com", False),
        ("https://user@sns.eu-west-1.amazonaws.com/", False),
        ("https://sns.eu-west-1.amazonaws.com@evil.example/", False),
        ("https://sns.a.b.amazonaws.com/", False),
        ("https://s3.eu-west-1.amazonaws.com/", False),
        ("https://[::1/", False),
        ("", False),
    ],
)
def test_only_hosts_of_amazon_sns_are_taken_for_theirs(url: str, theirs: bool) -> None:
    assert is_amazon(url) is theirs


def test_a_certificate_that_is_none_proves_nothing(signer: Signer) -> None:
    with pytest.raises(BadSignature):
        verify(signer.signed(confirmation()), b"<html>")
