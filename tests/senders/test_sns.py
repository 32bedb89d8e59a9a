"""Amazon SNS at the door: subscriptions, alarms, EventBridge, plain text, raw delivery."""

import json

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import SNSBackend, Subscription, Topic, sns_backends
from sqlalchemy import select

from tests.cast import Cast
from tests.push import engine
from tests.senders.amazon import HOST, TOPIC, Signer, confirmation, encoded, headers, notification
from tests.senders.sending import Sending, fixture
from tests.server import Server
from tocsin.domain.delivery import Delivery
from tocsin.domain.sns import verify
from tocsin.store.database import Database
from tocsin.store.tables.engine import delivery

NOTIFIED = headers("Notification")


@pytest.fixture
def topic(server: Server, database: Database, cast: Cast) -> Sending:
    path = "/event/push/alert/aws-cloudwatch"
    return Sending(server, database, cast, "aws-cloudwatch", path)


def owed(database: Database) -> list[Delivery]:
    with database.read() as tx:
        return tx.rows(select(delivery).where(delivery.c.method == "sns"), Delivery)


def passed_on(name: str, message_id: str) -> bytes:
    return encoded(notification(fixture(name).decode(), message_id, Subject="ALARM"))


@pytest.mark.door(
    "/event/push/alert/aws-cloudwatch",
    "fire",
    "resolve",
    sender="CloudWatch through SNS, signed by ourselves",
)
def test_an_alarm_fires_and_recovers(topic: Sending) -> None:
    topic.fire(passed_on("sns/cloudwatch_alarm.json", "m-1"), NOTIFIED)
    alert = topic.alert()
    assert (alert["title"], alert["alert_severity"]) == ("db1-cpu", "Warning")
    assert alert["labels"]["DBInstanceIdentifier"] == "db1"
    assert "Threshold Crossed" in alert["description"]
    topic.fire(passed_on("sns/cloudwatch_ok.json", "m-2"), NOTIFIED)
    assert topic.incidents()[0]["progress"] == "Closed"


def test_a_message_delivered_late_a_second_time_opens_nothing_anew(topic: Sending) -> None:
    topic.fire(passed_on("sns/cloudwatch_alarm.json", "m-1"), NOTIFIED)
    topic.fire(passed_on("sns/cloudwatch_ok.json", "m-2"), NOTIFIED)
    topic.fire(passed_on("sns/cloudwatch_alarm.json", "m-1"), NOTIFIED)
    [incident] = topic.incidents()
    assert incident["progress"] == "Closed"
    topic.fire(passed_on("sns/cloudwatch_alarm.json", "m-3"), NOTIFIED)
    assert len(topic.incidents()) == 2


@pytest.mark.door("/event/push/alert/sns", "fire", sender="CloudWatch through SNS")
def test_rules_of_the_integration_say_how_bad_an_alarm_is(
    server: Server, database: Database, cast: Cast
) -> None:
    rule = {"if": [{"key": "title", "oper": "IN", "vals": ["db*"]}], "status": "Critical"}
    topic = Sending(
        server, database, cast, "aws-cloudwatch", "/event/push/alert/sns",
        settings={"status_rules": [rule]},
    )  # fmt: skip
    topic.fire(passed_on("sns/cloudwatch_alarm.json", "m-1"), NOTIFIED)
    assert topic.alert()["alert_severity"] == "Critical"


@pytest.mark.door(
    "/event/push/alert/aws-eventbridge", "fire", sender="EventBridge (after its docs)"
)
def test_an_alarm_is_one_alert_whether_sns_or_eventbridge_brings_it(topic: Sending) -> None:
    address = f"/event/push/alert/aws-eventbridge?integration_key={topic.key}"
    sent = topic.send(fixture("sns/eventbridge_alarm.json"), address=address)
    assert sent.status_code == 200, sent.text
    topic.fire(passed_on("sns/cloudwatch_alarm.json", "m-1"), NOTIFIED)
    assert len(topic.alerts()) == 1
    topic.fire(passed_on("sns/cloudwatch_ok.json", "m-2"), NOTIFIED)
    assert topic.incidents()[0]["progress"] == "Closed"


def test_any_event_of_eventbridge_is_an_alert_that_does_not_recover(topic: Sending) -> None:
    topic.fire(passed_on("sns/eventbridge_other.json", "m-1"), NOTIFIED)
    alert = topic.alert()
    assert alert["title"] == "EC2 Instance State-change Notification"
    assert alert["labels"]["source"] == "aws.ec2"


def test_plain_text_is_an_alert_of_its_own(topic: Sending) -> None:
    topic.fire(encoded(notification("backup failed\non db1", Subject="Backups")), NOTIFIED)
    topic.fire(encoded(notification("backup failed\non db1", "m-2")), NOTIFIED)
    first, second = topic.alerts()
    assert (first["title"], second["title"]) == ("Backups", "backup failed")
    assert first["labels"] == {"topic": TOPIC, "subject": "Backups"}


def test_raw_delivery_brings_the_bare_message(topic: Sending) -> None:
    raw = headers(
        "Notification", **{"x-amz-sns-rawdelivery": "true", "x-amz-sns-message-id": "m-9"}
    )
    topic.fire(fixture("sns/cloudwatch_alarm.json"), raw)
    assert topic.alert()["title"] == "db1-cpu"
    topic.fire(fixture("sns/cloudwatch_ok.json"), raw)
    assert topic.incidents()[0]["progress"] == "Triggered", "the same message id is a repeat"


def test_a_subscription_is_owed_its_confirmation_once(topic: Sending, database: Database) -> None:
    asked = Signer().signed(confirmation())
    for _ in range(3):
        topic.fire(encoded(asked), headers("SubscriptionConfirmation"))
    [one] = owed(database)
    assert one.target == TOPIC
    assert json.loads(one.payload)["SubscribeURL"].startswith(HOST)
    assert topic.incidents() == []


@pytest.mark.parametrize("member", ["SigningCertURL", "SubscribeURL"])
def test_an_address_that_is_not_amazons_is_refused_at_the_door(
    topic: Sending, database: Database, member: str
) -> None:
    asked = {**Signer().signed(confirmation()), member: "https://sns.evil.example/x.pem"}
    response = topic.send(encoded(asked), headers("SubscriptionConfirmation"))
    assert response.status_code == 400
    assert member in response.json()["error"]["message"]
    engine(database)
    assert owed(database) == []


def test_a_topic_that_says_goodbye_is_heard_out(topic: Sending) -> None:
    gone = {**confirmation(), "Type": "UnsubscribeConfirmation"}
    topic.fire(encoded(gone), headers("UnsubscribeConfirmation"))
    assert topic.incidents() == topic.rejected() == []


@pytest.mark.door(
    "/event/push/alert/aws-cloudwatch",
    "fire",
    "resolve",
    sender="SNS of `moto` 5 from PyPI, published to by `boto3`",
)
def test_motos_sns_delivers_what_is_published(topic: Sending) -> None:
    """It sends no confirmation and no Subject; its signature is another test's."""
    ours = {"passthrough": {"urls": [f"{topic.server.base}/.*"]}, "mock_credentials": True}
    with mock_aws(config={"core": ours}):
        sns = boto3.client("sns", region_name="eu-west-1")
        arn = sns.create_topic(Name="alarms")["TopicArn"]
        address = f"{topic.server.base}{topic.address}"
        sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=address)
        sns.publish(TopicArn=arn, Message=fixture("sns/cloudwatch_alarm.json").decode())
        engine(topic.database)
        assert topic.alert()["title"] == "db1-cpu"
        sns.publish(TopicArn=arn, Message=fixture("sns/cloudwatch_ok.json").decode())
        engine(topic.database)
    assert [one["progress"] for one in topic.incidents()] == ["Closed"]


def test_motos_signature_holds() -> None:
    made = Topic("alarms", SNSBackend("eu-west-1", "123456789012"))
    subscription = Subscription("123456789012", made, "http://tocsin.example/", "http")
    sent = subscription.get_post_data(fixture("sns/cloudwatch_alarm.json").decode(), "m-1", None)
    certificate = _certificate_of(sent["SigningCertURL"])
    verify({name: value for name, value in sent.items() if isinstance(value, str)}, certificate)


def _certificate_of(url: str) -> bytes:
    keys = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"]._message_public_keys
    found = keys[url.rpartition("/")[2]]
    assert isinstance(found, bytes)
    return found
