"""Buttons in Slack and Feishu: who pressed acts as themselves, and nobody acts as anybody else."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import text, update

from tests.cast import Cast, Person
from tests.chat_platforms import (
    APP_ID,
    APP_SECRET,
    BOT_TOKEN,
    ENCRYPT_KEY,
    SIGNING_SECRET,
    VERIFICATION,
    Platform,
    feishu_press,
    feishu_sealed,
    slack_press,
)
from tests.engine.test_services import send_all
from tests.escalation import people, rule
from tests.incidents import fire_timers, info, make_channel, report, timeline
from tests.outbound.servers import http_server
from tests.server import Server
from tocsin.engine import handlers
from tocsin.kernel.settings import Settings
from tocsin.store import delivery
from tocsin.store.tables.platform import member

SLACK_APP = {"token": BOT_TOKEN, "signing_secret": SIGNING_SECRET}
FEISHU_APP = {"app_id": APP_ID, "app_secret": APP_SECRET, "verification_token": VERIFICATION}
HIDDEN = "***"


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def place(platform: Platform) -> Iterator[str]:
    with http_server(platform) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def settings(settings: Settings, place: str) -> Settings:
    return msgspec.structs.replace(
        settings, slack_url=place, feishu_url=f"{place}/", outbound_allowed_networks="127.0.0.0/8"
    )


class App(msgspec.Struct):
    id: int
    key: str


def make_app(server: Server, cast: Cast, kind: str, **secrets: str) -> App:
    wish = {"plugin_type": kind, "name": kind, "settings": {"app": secrets}}
    made = server.post("/datasource/upsert", wish, cast.alice.key).data
    return App(made["integration_id"], made["integration_key"])


def press(server: Server, path: str, signed: tuple[bytes, dict[str, str]]) -> httpx.Response:
    body, headers = signed
    return server.request("POST", path, content=body, headers=headers)


def now(server: Server) -> int:
    return server.clock.now() // 1000


def send(server: Server, settings: Settings, *methods: str) -> None:
    work = handlers.work(server.database, settings)
    for method in methods:
        send_all(server.database, work, method)


def seen(server: Server, cast: Cast, incident: str) -> tuple[str, list[int]]:
    found = info(server, cast.alice, incident)
    acked = [one["person_id"] for one in found["responders"] if one["acknowledged_at"]]
    return found["progress"], acked


def deleted(server: Server, who: Person, cast: Cast) -> None:
    wish = {"member_id": who.id}
    assert server.post("/member/delete", wish, cast.alice.key).status == 200


def test_a_slack_chat_is_told_with_buttons_and_they_act_as_who_pressed(
    server: Server, cast: Cast, settings: Settings, platform: Platform, place: str
) -> None:
    app = make_app(server, cast, "slack_app", **SLACK_APP)
    channel = make_channel(server, server.database, cast)
    robot = {"type": "slack_app", "settings": {"integration_id": app.id, "chat_ids": ["C1", "C2"]}}
    rule(server, cast.alice, channel, {"target": people(cast.charlie, webhooks=[robot])})
    incident = report(server, cast.alice, "Disk full", channel_id=channel)
    fire_timers(server.database)
    send(server, settings, "slack_app")
    first, second = platform.of("/api/chat.postMessage")
    assert (first["channel"], second["channel"]) == ("C1", "C2")
    assert "Disk full" in first["blocks"][0]["text"]["text"]
    buttons = first["blocks"][1]["elements"]
    assert [(one["action_id"], one["value"]) for one in buttons] == [
        ("ack", incident),
        ("resolve", incident),
    ]
    path, answer_at = f"/chat/slack/{app.key}", f"{place}/answer/1"
    pressed = slack_press("U0BOB", "ack", incident, now(server), answer_at)
    assert press(server, path, pressed).status_code == 200
    assert seen(server, cast, incident) == ("Processing", [cast.bob.id])
    send(server, settings, "slack_reply")
    (said,) = platform.of("/answer/1")
    assert (said["response_type"], said["replace_original"]) == ("in_channel", False)
    assert said["text"].startswith("Bob acknowledged #")
    with server.database.write() as tx:
        tx.run(update(member).where(member.c.id == cast.bob.id).values(locale="zh-CN"))
    again = slack_press("U0BOB", "ack", "a" * 24, now(server), f"{place}/answer/2")
    press(server, path, again)
    send(server, settings, "slack_reply")
    (refused,) = platform.of("/answer/2")
    assert not refused["text"].isascii()
    resolved = slack_press("U0BOB", "resolve", incident, now(server))
    assert press(server, path, resolved).status_code == 200
    assert seen(server, cast, incident)[0] == "Closed"
    (entry,) = timeline(server, cast.alice, incident, types=["i_rslv"])
    assert entry["creator_id"] == cast.bob.id


def test_a_press_counts_once(server: Server, cast: Cast, place: str) -> None:
    app = make_app(server, cast, "slack_app", **SLACK_APP)
    incident = report(server, cast.alice)
    pressed = slack_press("U0BOB", "resolve", incident, now(server))
    path = f"/chat/slack/{app.key}"
    assert press(server, path, pressed).status_code == 200
    server.post("/incident/reopen", {"incident_ids": [incident]}, cast.alice.key)
    assert press(server, path, pressed).status_code == 200
    assert seen(server, cast, incident)[0] == "Triggered"


def test_a_forged_or_old_press_does_nothing(server: Server, cast: Cast) -> None:
    app = make_app(server, cast, "slack_app", **SLACK_APP)
    incident = report(server, cast.alice)
    path, at = f"/chat/slack/{app.key}", now(server)
    body, headers = slack_press("U0BOB", "ack", incident, at)
    unsigned = {"Content-Type": headers["Content-Type"]}
    forged = [
        slack_press("U0BOB", "ack", incident, at, secret="x" * 32),
        slack_press("U0BOB", "ack", incident, at - 301),
        slack_press("U0BOB", "ack", incident, at + 301),
        (body + b"&x=1", headers),
        (body, unsigned),
        (body, {**headers, "X-Slack-Request-Timestamp": "soon"}),
        (body, {**headers, "X-Slack-Request-Timestamp": str(at - 1)}),
    ]
    for one in forged:
        assert press(server, path, one).status_code == 401
    assert press(server, f"/chat/slack/{'x' * 35}", (body, headers)).status_code == 400
    assert server.request("GET", path).status_code == 405
    other = make_app(server, cast, "feishu_app", **FEISHU_APP)
    assert press(server, f"/chat/slack/{other.key}", (body, headers)).status_code == 400
    assert seen(server, cast, incident) == ("Triggered", [])


def test_who_is_nobody_here_or_may_not_is_told_so(
    server: Server, cast: Cast, settings: Settings, platform: Platform, place: str
) -> None:
    app = make_app(server, cast, "slack_app", **SLACK_APP)
    incident = report(server, cast.alice)
    platform.emails |= {"U0CHARLIE": "charlie@acme.example"}
    path = f"/chat/slack/{app.key}"
    for user, why in (("U0NOBODY", "nobody here is known"), ("U0CHARLIE", "needs the permission")):
        pressed = slack_press(user, "ack", incident, now(server), f"{place}/answer/{user}")
        assert press(server, path, pressed).status_code == 200
        send(server, settings, "slack_reply")
        (said,) = platform.of(f"/answer/{user}")
        assert said["response_type"] == "ephemeral"
        assert why in said["text"]
    platform.confirmed = False
    pressed = slack_press("U0BOB", "ack", incident, now(server))
    assert press(server, path, pressed).status_code == 200
    assert seen(server, cast, incident) == ("Triggered", [])


def test_a_verified_contact_says_who_somebody_is(
    server: Server, cast: Cast, settings: Settings, platform: Platform
) -> None:
    app = make_app(server, cast, "slack_app", **SLACK_APP)
    wish = {"service": "slack_app", "target": "U0PRIVATE", "token": str(app.id)}
    made = server.post("/preference/contact/create", wish, cast.bob.key).data
    incident = report(server, cast.alice)
    path = f"/chat/slack/{app.key}"
    press(server, path, slack_press("U0PRIVATE", "ack", incident, now(server)))
    assert seen(server, cast, incident) == ("Triggered", [])
    send(server, settings, "slack_app")
    (told,) = platform.of("/api/chat.postMessage")
    assert (told["channel"], len(told["blocks"])) == ("U0PRIVATE", 1)
    proof = {"contact_id": made["contact_id"], "code": told["text"][:6]}
    assert server.post("/preference/contact/verify", proof, cast.bob.key).data["is_verified"]
    server.clock.advance(1)
    press(server, path, slack_press("U0PRIVATE", "ack", incident, now(server)))
    assert seen(server, cast, incident) == ("Processing", [cast.bob.id])
    wish = {"trigger_notify": {"warning": [f"slack_app:{app.id}"]}}
    assert server.post("/preference/update", wish, cast.bob.key).status == 200
    report(server, cast.alice, assigned_to={"person_ids": [cast.bob.id]})
    send(server, settings, "slack_app")
    assert len(platform.of("/api/chat.postMessage")[1]["blocks"]) == 2


@pytest.mark.parametrize("encrypt_key", ["", ENCRYPT_KEY])
def test_feishu_buttons_act_and_are_answered_at_once(
    server: Server,
    cast: Cast,
    settings: Settings,
    platform: Platform,
    encrypt_key: str,
) -> None:
    app = make_app(server, cast, "feishu_app", **FEISHU_APP, encrypt_key=encrypt_key)
    path, at = f"/chat/feishu/{app.key}", now(server)

    def signed(said: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        if encrypt_key:
            return feishu_sealed(said, at)
        return json.dumps(said).encode(), {"Content-Type": "application/json"}

    hello = {"type": "url_verification", "challenge": "c1", "token": VERIFICATION}
    assert press(server, path, signed(hello)).json() == {"challenge": "c1"}
    channel = make_channel(server, server.database, cast)
    robot = {"type": "feishu_app", "settings": {"data_source_id": app.id, "chat_ids": ["oc_1"]}}
    rule(server, cast.alice, channel, {"target": people(cast.charlie, webhooks=[robot])})
    incident = report(server, cast.alice, channel_id=channel)
    fire_timers(server.database)
    send(server, settings, "feishu_app")
    (told,) = platform.of("/open-apis/im/v1/messages?receive_id_type=chat_id")
    card = json.loads(told["content"])
    assert (told["receive_id"], told["msg_type"]) == ("oc_1", "interactive")
    values = [one["value"] for one in card["elements"][1]["actions"]]
    assert values[0] == {"action": "ack", "incident_id": incident}
    answer = press(server, path, signed(feishu_press("ou_bob", "ack", incident, at)))
    assert answer.json()["toast"]["type"] == "success"
    assert "Bob acknowledged" in answer.json()["toast"]["content"]
    assert seen(server, cast, incident) == ("Processing", [cast.bob.id])
    again = press(server, path, signed(feishu_press("ou_bob", "resolve", incident, at)))
    assert (again.status_code, again.json()) == (200, {})
    nobody = feishu_press("ou_nobody", "resolve", incident, at, event="e2")
    assert press(server, path, signed(nobody)).json()["toast"]["type"] == "error"
    assert seen(server, cast, incident)[0] == "Processing"


def test_forged_requests_of_feishu_do_nothing(server: Server, cast: Cast) -> None:
    plain = make_app(server, cast, "feishu_app", **FEISHU_APP)
    sealed = make_app(server, cast, "feishu_app", **FEISHU_APP, encrypt_key=ENCRYPT_KEY)
    incident, at = report(server, cast.alice), now(server)
    right = feishu_press("ou_bob", "ack", incident, at)
    wrong = feishu_press("ou_bob", "ack", incident, at, token="other")
    old = feishu_press("ou_bob", "ack", incident, at - 301)
    hello = {"type": "url_verification", "challenge": "c1", "token": "other"}
    for said in (wrong, old, hello, {}, {"header": {"token": 5}}, []):
        body = json.dumps(said).encode()
        assert press(server, f"/chat/feishu/{plain.key}", (body, {})).status_code == 401
    body, headers = feishu_sealed(right, at)
    forged = [
        (json.dumps(right).encode(), {}),
        (b'{"encrypt": "AAAA"}', headers),
        (body, {**headers, "X-Lark-Signature": "0" * 64}),
        (body, {**headers, "X-Lark-Request-Nonce": "other"}),
        feishu_sealed(right, at, key="other"),
        feishu_sealed(right, at - 301),
        feishu_sealed(wrong, at),
    ]
    for one in forged:
        assert press(server, f"/chat/feishu/{sealed.key}", one).status_code == 401
    assert seen(server, cast, incident) == ("Triggered", [])


def test_what_an_app_speaks_by_is_sealed_and_shown_to_nobody(server: Server, cast: Cast) -> None:
    app = make_app(server, cast, "slack_app", **SLACK_APP)
    shown = server.post("/datasource/desc", {"integration_id": app.id}, cast.alice.key).data
    assert shown["settings"]["app"] == {"token": HIDDEN, "signing_secret": HIDDEN}
    again = {"integration_id": app.id, "name": "Renamed", "settings": shown["settings"]}
    assert server.post("/datasource/upsert", again, cast.alice.key).status == 200
    for lacking in ({"token": BOT_TOKEN}, {"signing_secret": HIDDEN, "token": BOT_TOKEN}):
        wish = {"plugin_type": "slack_app", "settings": {"app": lacking}}
        answer = server.post("/datasource/upsert", wish, cast.alice.key)
        assert (answer.code, "signing_secret" in answer.message) == ("InvalidParameter", True)
    with server.database.read() as tx:
        for table in ("integration", "audit"):
            rows = str(tx.tuples(text(f"SELECT * FROM {table}")))
            assert SIGNING_SECRET not in rows
            assert BOT_TOKEN not in rows
    incident = report(server, cast.alice)
    pressed = slack_press("U0BOB", "ack", incident, now(server))
    assert press(server, f"/chat/slack/{app.key}", pressed).status_code == 200
    assert seen(server, cast, incident)[0] == "Processing"


def test_messages_in_chats_say_when_the_incident_is_handled_elsewhere(
    server: Server, cast: Cast, settings: Settings, platform: Platform
) -> None:
    slack = make_app(server, cast, "slack_app", **SLACK_APP)
    feishu = make_app(server, cast, "feishu_app", **FEISHU_APP)
    channel = make_channel(server, server.database, cast)
    robots = [
        {"type": "slack_app", "settings": {"integration_id": slack.id, "chat_ids": ["C1", "C2"]}},
        {"type": "feishu_app", "settings": {"integration_id": feishu.id, "chat_ids": ["oc_1"]}},
    ]
    rule(server, cast.alice, channel, {"target": people(cast.charlie, webhooks=robots)})
    incident = report(server, cast.alice, "Disk full", channel_id=channel)
    fire_timers(server.database)
    send(server, settings, "slack_app", "feishu_app")
    both = ("slack_app", "feishu_app")
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    send(server, settings, *both)
    changed = platform.of("/api/chat.update")
    assert sorted((one["channel"], one["ts"]) for one in changed) == [("C1", "1.2"), ("C2", "1.2")]
    assert changed[0]["text"].startswith("Acknowledged by Bob.\n")
    assert "Disk full" in changed[0]["text"]
    assert changed[0]["blocks"][1]["elements"]
    (card,) = platform.of("/open-apis/im/v1/messages/om_1")
    assert "Acknowledged by Bob." in card["content"]
    server.post("/incident/resolve", {"incident_ids": [incident]}, cast.bob.key)
    send(server, settings, *both)
    over = platform.of("/api/chat.update")[2:]
    assert [len(one["blocks"]) for one in over] == [1, 1]
    assert over[0]["text"].startswith("Closed by Bob.\n")
    assert len(platform.of("/api/chat.postMessage")) == 2
    assert len(platform.of("/open-apis/im/v1/messages/om_1")) == 2


def test_what_a_message_says_last_is_how_the_incident_is(
    server: Server, cast: Cast, settings: Settings, platform: Platform
) -> None:
    slack = make_app(server, cast, "slack_app", **SLACK_APP)
    channel = make_channel(server, server.database, cast)
    robot = {"type": "slack_app", "settings": {"integration_id": slack.id, "chat_ids": ["C1"]}}
    rule(server, cast.alice, channel, {"target": people(cast.charlie, webhooks=[robot])})
    incident = report(server, cast.alice, "Disk full", channel_id=channel)
    fire_timers(server.database)
    send(server, settings, "slack_app")
    server.post("/incident/ack", {"incident_ids": [incident]}, cast.bob.key)
    server.post("/incident/resolve", {"incident_ids": [incident]}, cast.bob.key)
    with server.database.write() as tx:
        claimed = delivery.claim_some(tx, "slack_app", 9)
    assert len(claimed) == 1, "the second waits for the first"
    with server.database.write() as tx:
        delivery.give_back(tx, claimed[0])
    send(server, settings, "slack_app")
    changed = [one["text"].splitlines()[0] for one in platform.of("/api/chat.update")]
    assert changed == ["Acknowledged by Bob.", "Closed by Bob."]
