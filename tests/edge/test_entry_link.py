"""Links that let people in: the owner of a new server, who was invited, who lost a password."""

import pytest

from tests.cast import Cast
from tests.edge.test_session import browser, sign_in
from tests.server import Server
from tocsin.domain.entry_link import LIFE_MS, LinkPurpose
from tocsin.engine import entry_link
from tocsin.outbound.email import SmtpSettings, compose
from tocsin.outbound.transport import Message
from tocsin.store import delivery
from tocsin.store import member as members
from tocsin.store.database import Database

OWN = "a password of my own"


def setup_token(database: Database, cast: Cast) -> str:
    """What the first start shows the owner."""
    with database.write() as tx:
        alice = members.get(tx, cast.account_id, cast.alice.id)
        return entry_link.make(tx, alice, LinkPurpose.SETUP).url.partition("/setup#")[2]


@pytest.mark.effect("/setup/info", seen_by="/setup/info")
@pytest.mark.effect("/setup/complete", seen_by="/session/info")
def test_the_owner_makes_a_new_server_theirs_once(
    server: Server, database: Database, cast: Cast
) -> None:
    assert server.post("/setup/info").data == {"is_needed": True}
    wish = {
        "token": setup_token(database, cast),
        "member_name": "Alice A.",
        "email": "alice@new.example",
        "password": OWN,
        "account_name": "Acme & Sons",
        "team_name": "On-call",
        "time_zone": "Europe/Berlin",
    }
    assert server.post("/setup/complete", wish | {"password": "short"}).code == "InvalidParameter"
    assert server.post("/setup/complete", wish | {"token": "x" * 64}).code == "Unauthorized"
    assert server.post("/invitation/accept", wish).code == "Unauthorized", "it is no invitation"
    opened = server.post("/setup/complete", wish)
    assert opened.data["member_id"] == cast.alice.id
    server.restart()
    assert server.post("/setup/info").data == {"is_needed": False}
    mine = server.post("/session/info", headers=browser(opened)).data
    told = (mine["account_name"], mine["member_name"], mine["email"], mine["time_zone"])
    assert told == ("Acme & Sons", "Alice A.", "alice@new.example", "Europe/Berlin")
    teams = server.post("/team/list", headers=browser(opened)).data["items"]
    assert [(team["team_name"], team["person_ids"]) for team in teams] == [
        ("On-call", [cast.alice.id])
    ]
    assert server.post("/setup/complete", wish).code == "Unauthorized", "it is good once"
    assert sign_in(server, "alice@new.example", OWN).status == 200


@pytest.mark.effect("/invitation/create", "/invitation/info", seen_by="/invitation/info")
@pytest.mark.effect("/invitation/accept", seen_by="/session/info")
def test_who_is_invited_or_lost_a_password_comes_in_by_a_link(
    server: Server, database: Database, cast: Cast
) -> None:
    invited = {"members": [{"email": "dora@acme.example", "member_name": "Dora"}]}
    [dora] = server.post("/member/invite", invited, cast.alice.key).data["items"]
    wish = {"member_id": dora["member_id"], "by_mail": True}
    assert server.post("/invitation/create", wish, cast.bob.key).code == "AccessDenied"
    first = server.post("/invitation/create", wish, cast.alice.key).data["url"]
    url = server.post("/invitation/create", wish, cast.alice.key).data["url"]
    token = url.partition("/welcome#")[2]
    stale = {"token": first.partition("#")[2]}
    assert server.post("/invitation/info", stale).code == "Unauthorized", "the newer one counts"
    assert server.post("/invitation/info", {"token": token}).data["purpose"] == "invitation"
    server.restart()
    shown = server.post("/invitation/info", {"token": token}).data
    assert (shown["member_name"], shown["email"]) == ("Dora", "dora@acme.example")
    opened = server.post("/invitation/accept", {"token": token, "password": OWN})
    server.restart()
    assert server.post("/session/info", headers=browser(opened)).data["member_name"] == "Dora"
    assert server.post("/invitation/accept", {"token": token, "password": OWN}).status == 401

    again = server.post("/invitation/create", wish, cast.alice.key).data["url"]
    lost = {"token": again.partition("#")[2]}
    assert server.post("/invitation/info", lost).data["purpose"] == "reset"
    server.clock.advance(LIFE_MS[LinkPurpose.RESET] / 1000)
    assert server.post("/invitation/info", lost).code == "Unauthorized"


def test_secrets_of_links_are_neither_stored_nor_audited(
    server: Server, database: Database, cast: Cast
) -> None:
    wish = {"member_id": cast.bob.id, "by_mail": True}
    token = server.post("/invitation/create", wish, cast.alice.key).data["url"].partition("#")[2]
    with database.read() as tx:
        [mail] = delivery.of(tx, cast.account_id, str(cast.bob.id))
    assert mail.target == cast.bob.email
    assert token.encode() not in mail.payload, "it lies sealed until it is sent"
    message = Message(mail.id, mail.target, mail.payload)
    letter = compose(message, SmtpSettings("localhost"), lambda: server.database.site.seal)
    assert f"/welcome#{token}" in letter.get_content()
    server.post("/invitation/accept", {"token": token, "password": OWN})
    start = server.clock.now() // 1000 - 60
    window = {"start_time": start, "end_time": start + 120, "limit": 99}
    rows = server.post("/audit/search", window, cast.alice.key).data["docs"]
    accepted = [row for row in rows if row["operation"] == "invitation:write:accept"]
    assert [(row["member_name"], row["code"]) for row in accepted] == [("Bob", "")]
    assert token not in str(rows)
    assert OWN not in str(rows)
