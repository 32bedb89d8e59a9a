"""Acknowledging by a link in a mail and by a key on the phone."""

import re

import httpx
import msgspec
import pytest
from sqlalchemy import update
from twilio.request_validator import RequestValidator

from tests.cast import Cast
from tests.incidents import info, report, timeline
from tests.ops.test_preference import add, prefer
from tests.server import Server
from tocsin.domain.member import Locale
from tocsin.kernel.settings import Settings
from tocsin.store import delivery
from tocsin.store.database import Database
from tocsin.store.tables.platform import member


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings, phone_provider="twilio", phone_account="AC1", phone_token="secret"
    )


def mail(database: Database, cast: Cast, incident: str) -> dict[str, str]:
    with database.read() as tx:
        (owed,) = delivery.of(tx, cast.account_id, incident)
    return dict(msgspec.json.decode(owed.payload))


def test_looking_at_a_link_changes_nothing_and_its_button_acknowledges(
    server: Server, cast: Cast, database: Database
) -> None:
    incident = report(server, cast.alice, "<i>x</i>", assigned_to={"person_ids": [cast.bob.id]})
    told = mail(database, cast, incident)
    (link,) = re.findall(r"Acknowledge: (\S+)", told["text"])
    assert f'<a href="{link}">Acknowledge</a>' in told["html"]
    assert link.startswith(f"{server.base}/ack/")
    for method in ("GET", "HEAD", "GET"):
        shown = httpx.request(method, link)
        assert shown.status_code == 200
        assert info(server, cast.bob, incident)["progress"] == "Triggered"
    assert "<button>Acknowledge</button>" in shown.text
    assert "&lt;i&gt;x&lt;/i&gt;" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "Acknowledged by Bob." in httpx.post(link).text
    seen = info(server, cast.bob, incident)
    assert (seen["progress"], seen["responders"][0]["acknowledged_at"] > 0) == ("Processing", True)
    [entry] = timeline(server, cast.bob, incident, types=["i_ack"])
    assert entry["reason"] == "Bob took it in hand by the link in their email message"


def test_a_forged_or_old_link_is_worth_nothing(
    server: Server, cast: Cast, database: Database
) -> None:
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    (link,) = re.findall(r"Acknowledge: (\S+)", mail(database, cast, incident)["text"])
    for bad in (
        link[:-1],
        link[:-3] + "AAA",
        f"{server.base}/ack/",
        f"{server.base}/ack/{'a' * 46}",
    ):
        assert httpx.post(bad).status_code == 400
    server.clock.advance(8 * 86_400)
    assert httpx.post(link).status_code == 400
    assert info(server, cast.bob, incident)["progress"] == "Triggered"


def test_pressing_one_on_the_phone_acknowledges_if_the_provider_signs_it(
    server: Server, cast: Cast, database: Database
) -> None:
    add(server, database, cast, cast.bob, service="sms", target="+49 30 123456")
    prefer(server, cast.bob, ["sms"])
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    (link,) = re.findall(r"(http\S+/ack/\S+)$", mail(database, cast, incident)["text"])
    url = link.replace("/ack/", "/voice/")
    form = {"Digits": "1"}
    signature = RequestValidator("secret").compute_signature(url, form)
    assert httpx.post(url, data=form).status_code == 403
    forged = {"X-Twilio-Signature": signature}
    assert httpx.post(url, data={"Digits": "2"}, headers=forged).status_code == 403
    assert info(server, cast.bob, incident)["progress"] == "Triggered"
    said = httpx.post(url, data=form, headers=forged)
    assert "Acknowledged. Thank you, Bob." in said.text
    [entry] = timeline(server, cast.bob, incident, types=["i_ack"])
    assert entry["reason"] == "Bob took it in hand by key 1 in their sms message"
    assert info(server, cast.bob, incident)["progress"] == "Processing"


def test_the_page_and_the_call_speak_the_person_s_language(
    server: Server, cast: Cast, database: Database
) -> None:
    with database.write() as tx:
        speaks_chinese = update(member).where(member.c.id == cast.bob.id)
        tx.run(speaks_chinese.values(locale=Locale.CHINESE))
    incident = report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    (link,) = re.findall(r"Acknowledge: (\S+)", mail(database, cast, incident)["text"])
    shown = httpx.get(link).text
    assert "<button>认领</button>" in shown
    assert '<html lang="zh">' in shown
    assert "Bob 已认领。" in httpx.post(link).text
    url = link.replace("/ack/", "/voice/")
    form = {"Digits": "1"}
    signature = RequestValidator("secret").compute_signature(url, form)
    said = httpx.post(url, data=form, headers={"X-Twilio-Signature": signature})
    assert "已认领。谢谢，Bob。" in said.text
    refused = httpx.get(link[:-1], headers={"Accept-Language": "zh-CN"})
    assert "该链接已失效" in refused.text
