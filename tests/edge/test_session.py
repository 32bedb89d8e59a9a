"""Signing in: the one-time password, the lock, the cookie and what it opens."""

import pytest
from sqlalchemy import update

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.server import Answer, Server
from tocsin.engine.password import hash_password
from tocsin.engine.session import FAILURES_MAX, FAILURES_OF_A_PLACE_MAX, LOCK_MS, SignIn
from tocsin.engine.session import sign_in as sign_in_engine
from tocsin.kernel.errors import RequestLocked, Unauthorized
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


def test_a_session_is_a_caller_until_it_ends(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    opened = sign_in(server, cast.alice.email, ONE_TIME, OWN)
    cookie = {"Cookie": opened.response.headers["set-cookie"].partition(";")[0]}
    assert server.post("/probe", {}, headers=cookie).code == "RouteNotFound"
    with database.read() as tx:
        stored = tx.values(session.select())
    assert stored[0] not in cookie["Cookie"], "the secret is kept by hash only"
    server.post("/session/delete", {}, headers=cookie)
    with database.read() as tx:
        assert tx.values(session.select()) == []


def test_five_failures_lock_an_address_for_five_minutes(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    assert [sign_in(server, cast.alice.email, "wrong").status for _ in range(5)] == [401] * 5
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
            sign_in_engine(database, SignIn(cast.alice.email, "wrong", ip="203.0.113.9"))
    with pytest.raises(RequestLocked):
        sign_in_engine(database, SignIn(cast.alice.email, ONE_TIME, OWN, ip="203.0.113.9"))
    assert sign_in_engine(database, SignIn(cast.alice.email, ONE_TIME, OWN, ip="203.0.113.8"))


def test_one_place_may_not_try_address_after_address(database: Database) -> None:
    for number in range(FAILURES_OF_A_PLACE_MAX):
        with pytest.raises(Unauthorized):
            sign_in_engine(database, SignIn(f"{number}@acme.example", "x", ip="203.0.113.9"))
    with pytest.raises(RequestLocked):
        sign_in_engine(database, SignIn("more@acme.example", "x", ip="203.0.113.9"))


def test_what_is_over_is_swept(database: Database, clock: VirtualClock) -> None:
    with pytest.raises(Unauthorized):
        sign_in_engine(database, SignIn("nobody@acme.example", "x", ip="203.0.113.9"))
    clock.advance(LOCK_MS / 1000)
    with database.write() as tx:
        assert sessions.sweep(tx, 100) == 2
        assert sessions.sweep(tx, 100) == 0


def test_an_unknown_address_is_told_no_more_than_a_wrong_password(server: Server) -> None:
    assert sign_in(server, "nobody@acme.example", "x").message == "e-mail or password is wrong"
