"""Signing in: the one-time password, the lock, the cookie and what it opens."""

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.server import Answer, Server
from tocsin.engine.password import hash_password
from tocsin.engine.session import (
    FAILURES_MAX,
    FAILURES_OF_A_PLACE_MAX,
    LOCK_MS,
    SignIn,
    Visitor,
)
from tocsin.engine.session import sign_in as sign_in_engine
from tocsin.kernel.errors import RequestLocked, Unauthorized
from tocsin.kernel.settings import Settings
from tocsin.store import session as sessions
from tocsin.store.database import Database
from tocsin.store.tables.platform import member, session

ONE_TIME, OWN = "one-time-secret", "a password of my own"


def hand_out(database: Database, cast: Cast) -> None:
    """Give Alice a one-time password."""
    with database.write() as tx:
        tx.run(
            update(member)
            .where(member.c.id == cast.alice.id)
            .values(password_hash=hash_password(ONE_TIME), password_is_temporary=True)
        )


def sign_in(server: Server, email: str, password: str, new: str = "") -> Answer:
    typed = {"email": email, "password": password, "new_password": new}
    return server.post("/session/create", typed)


def test_a_one_time_password_must_be_replaced(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    first = sign_in(server, cast.alice.email, ONE_TIME)
    assert (first.status, first.code) == (428, "RequestVerifyRequired")
    assert sign_in(server, cast.alice.email, ONE_TIME, "short").code == "InvalidParameter"
    opened = sign_in(server, "ALICE@acme.example", ONE_TIME, OWN)
    assert opened.data["member_id"] == cast.alice.id
    cookie = opened.response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert sign_in(server, cast.alice.email, ONE_TIME).status == 401
    server.restart()
    assert sign_in(server, cast.alice.email, OWN).status == 200


def browser(opened: Answer) -> dict[str, str]:
    """What a page of the console sends with each call."""
    cookie = opened.response.headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "X-Tocsin-Console": "1"}


@pytest.mark.effect("/session/create", "/session/revoke", seen_by="/session/list")
@pytest.mark.effect("/session/delete", "/session/info", seen_by="/session/info")
@pytest.mark.effect("/session/list", seen_by="/session/list")
def test_a_session_is_its_member_until_it_ends(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    laptop = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    phone = browser(sign_in(server, cast.alice.email, OWN))
    with database.read() as tx:
        hashes = tx.values(session.select())
    assert not any(each in str([laptop, phone]) for each in hashes), "secrets are kept by hash"
    by_session = server.post("/session/info", headers=laptop).data
    by_key = server.post("/session/info", key=cast.alice.key).data
    assert by_session["session_id"]
    assert by_session | {"session_id": ""} == by_key, "the same member with the same rights"
    assert server.post("/team/upsert", {"team_name": "Web"}, headers=laptop).data["team_id"]

    listed = server.post("/session/list", headers=laptop).data["items"]
    assert [(each["is_current"], each["way"]) for each in listed] == [
        (False, "password"),
        (True, "password"),
    ]
    charlie = {"member_id": cast.alice.id, "session_ids": [listed[0]["session_id"]]}
    assert server.post("/session/revoke", charlie, cast.charlie.key).code == "AccessDenied"
    server.post("/session/revoke", {"session_ids": [listed[0]["session_id"]]}, headers=laptop)
    server.restart()
    assert server.post("/session/info", headers=phone).code == "Unauthorized"
    assert len(server.post("/session/list", headers=laptop).data["items"]) == 1
    assert server.post("/session/info", headers=laptop).data["member_name"] == "Alice"

    forgotten = server.post("/session/delete", headers=laptop).response.headers["set-cookie"]
    assert "Max-Age=0" in forgotten
    assert server.post("/session/list", headers=laptop).code == "Unauthorized"
    server.restart()
    assert server.post("/session/info", key=cast.alice.key).status == 200


@pytest.mark.effect("/member/password/update", seen_by="/session/info")
def test_a_password_is_replaced_by_who_knows_it(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    mine = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    other = browser(sign_in(server, cast.alice.email, OWN))
    wish = {"password": "a guess of somebody's", "new_password": "another of my own"}
    assert server.post("/member/password/update", wish, headers=mine).code == "InvalidParameter"
    short = {"password": OWN, "new_password": "short"}
    assert server.post("/member/password/update", short, headers=mine).code == "InvalidParameter"
    server.post("/member/password/update", wish | {"password": OWN}, headers=mine)
    server.restart()
    assert server.post("/session/info", headers=mine).status == 200, "who changed it stays"
    assert server.post("/session/info", headers=other).code == "Unauthorized"
    assert sign_in(server, cast.alice.email, OWN).code == "Unauthorized"
    assert sign_in(server, cast.alice.email, "another of my own").status == 200
    for _ in range(FAILURES_MAX - 1):
        server.post("/member/password/update", wish, headers=mine)
    assert server.post("/member/password/update", wish, headers=mine).code == "RequestLocked"
    now = server.clock.now() // 1000
    window = {"start_time": now - 60, "end_time": now + 60, "limit": 99}
    rows = server.post("/audit/search", window, cast.alice.key).data["docs"]
    tried = [row for row in rows if row["operation"] == "session:write:create" and row["code"]]
    assert [(row["member_name"], row["code"]) for row in tried] == [("Alice", "Unauthorized")]
    assert OWN not in str(rows)


def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    idle = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    used = browser(sign_in(server, cast.alice.email, OWN))
    for _ in range(4):
        server.clock.advance(6 * 24 * 3600)
        assert server.post("/session/info", headers=used).status == 200
        server.restart()  # what was used is written down, as every ten seconds
    assert server.post("/session/info", headers=idle).code == "Unauthorized"
    server.clock.advance(6 * 24 * 3600)
    assert server.post("/session/info", headers=used).code == "Unauthorized"


@pytest.mark.parametrize(
    "forged",
    [
        {"X-Tocsin-Console": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_no_other_sites_page_can_use_a_session(
    server: Server, database: Database, cast: Cast, forged: dict[str, str]
) -> None:
    hand_out(database, cast)
    mine = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    sent = {name: text for name, text in (mine | forged).items() if text}
    assert server.post("/team/upsert", {"team_name": "Web"}, headers=sent).code == "AccessDenied"
    if "X-Tocsin-Console" not in forged:
        typed = {"email": cast.alice.email, "password": OWN}
        assert server.post("/session/create", typed, headers=sent).code == "AccessDenied"
    own = mine | {"Origin": server.base, "Sec-Fetch-Site": "same-origin"}
    assert server.post("/team/upsert", {"team_name": "Web"}, headers=own).status == 200


def test_a_session_that_somebody_planted_is_not_the_one_that_signing_in_opens(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    mine = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    typed = {"email": cast.alice.email, "password": OWN}
    again = browser(server.post("/session/create", typed, headers=mine))
    assert again != mine
    assert server.post("/session/info", headers=mine).code == "Unauthorized"
    planted = mine | {"Cookie": "tocsin_session=chosen-by-somebody"}
    opened = browser(server.post("/session/create", typed, headers=planted))
    assert "chosen" not in opened["Cookie"]
    assert server.post("/session/info", headers=planted).code == "Unauthorized"


def test_five_failures_lock_an_address_for_five_minutes(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    assert [sign_in(server, cast.alice.email, "wrong").status for _ in range(5)] == [401] * 5
    server.clock.advance(1)
    locked = sign_in(server, cast.alice.email, ONE_TIME, OWN)
    assert (locked.status, locked.code) == (423, "RequestLocked")
    server.clock.advance(5 * 60)
    assert sign_in(server, cast.alice.email, ONE_TIME, OWN).status == 200


def test_failures_elsewhere_do_not_lock_the_owner_out(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    hand_out(database, cast)
    for _ in range(FAILURES_MAX):
        with pytest.raises(Unauthorized):
            sign_in_engine(
                database, SignIn(cast.alice.email, "wrong", visitor=Visitor("203.0.113.9"))
            )
    with pytest.raises(RequestLocked):
        sign_in_engine(
            database, SignIn(cast.alice.email, ONE_TIME, OWN, visitor=Visitor("203.0.113.9"))
        )
    assert sign_in_engine(
        database, SignIn(cast.alice.email, ONE_TIME, OWN, visitor=Visitor("203.0.113.8"))
    )


def test_one_place_may_not_try_address_after_address(database: Database) -> None:
    for number in range(FAILURES_OF_A_PLACE_MAX):
        with pytest.raises(Unauthorized):
            sign_in_engine(
                database, SignIn(f"{number}@acme.example", "x", visitor=Visitor("203.0.113.9"))
            )
    with pytest.raises(RequestLocked):
        sign_in_engine(database, SignIn("more@acme.example", "x", visitor=Visitor("203.0.113.9")))


def test_what_is_over_is_swept(database: Database, clock: VirtualClock) -> None:
    with pytest.raises(Unauthorized):
        sign_in_engine(database, SignIn("nobody@acme.example", "x", visitor=Visitor("203.0.113.9")))
    clock.advance(LOCK_MS / 1000)
    with database.write() as tx:
        assert sessions.sweep(tx, 100) == 2
        assert sessions.sweep(tx, 100) == 0


def test_an_unknown_address_is_told_no_more_than_a_wrong_password(server: Server) -> None:
    assert sign_in(server, "nobody@acme.example", "x").message == "e-mail or password is wrong"


class TestBehindTls:
    """A server that browsers reach by HTTPS."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, public_url="https://tocsin.acme.example")

    def test_the_cookie_travels_by_https_to_this_host_alone(
        self, server: Server, database: Database, cast: Cast
    ) -> None:
        hand_out(database, cast)
        opened = sign_in(server, cast.alice.email, ONE_TIME, OWN)
        cookie = opened.response.headers["set-cookie"]
        assert cookie.startswith("__Host-tocsin_session=")
        assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert opened.response.headers["cache-control"] == "no-store"
        mine = browser(opened)
        assert server.post("/session/info", headers=mine).status == 200
        own = mine | {"Origin": "https://tocsin.acme.example"}
        assert server.post("/session/info", headers=own).status == 200
        bare = mine | {"Cookie": mine["Cookie"].removeprefix("__Host-")}
        assert server.post("/session/info", headers=bare).code == "Unauthorized", (
            "it may be planted"
        )
