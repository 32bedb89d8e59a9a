"""Who a key is, and whose things they may touch."""

import pytest
from msgspec.structs import replace

from tests.cast import Cast, Person
from tests.clock import VirtualClock
from tocsin.domain.access import ACCOUNT_ADMIN, PRESETS, RESPONDER, VIEWER
from tocsin.domain.app_key import KeyKind, KeyStatus
from tocsin.domain.member import MemberStatus
from tocsin.engine import app_key as keys
from tocsin.engine.access import require_reach, require_team
from tocsin.engine.authentication import by_key
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, BadRequest, Unauthorized
from tocsin.kernel.units import HOUR
from tocsin.store import member as members
from tocsin.store import team as teams
from tocsin.store.database import Database, Tx


def who(database: Database, secret: str, kind: KeyKind = KeyKind.APP) -> Caller | None:
    with database.read() as tx:
        try:
            return by_key(tx, secret, "", kind)
        except Unauthorized:
            return None


def caller_of(tx: Tx, person: Person) -> Caller:
    return by_key(tx, person.key, "")


def test_a_key_is_its_member_with_roles_and_teams(database: Database, cast: Cast) -> None:
    with database.write() as tx:
        teams.set_members(tx, cast.account_id, 77, [cast.bob.id])
    alice, bob = who(database, cast.alice.key), who(database, cast.bob.key)
    assert alice is not None
    assert alice.is_admin
    assert "Payment Manage" in alice.permissions
    assert bob is not None
    assert (bob.member_name, bob.is_admin, bob.team_ids) == ("Bob", False, frozenset({77}))
    assert "Incidents Manage" in bob.permissions
    assert "Members Manage" not in bob.permissions


def test_a_key_has_35_characters_and_opens_one_api_only(database: Database, cast: Cast) -> None:
    assert len(cast.alice.key) == 35
    assert cast.alice.key.endswith(f"{cast.account_id % 1000:03d}")
    assert who(database, cast.alice.key, KeyKind.TRUEWATCH) is None
    with database.write() as tx:
        wish = keys.Wish("workspace", KeyKind.TRUEWATCH)
        made = keys.create(tx, cast.account_id, cast.bob.id, wish, created_by=1)
    assert len(made.secret) == 32
    assert who(database, made.secret) is None
    found = who(database, made.secret, KeyKind.TRUEWATCH)
    assert found is not None
    assert found.member_id == cast.bob.id


def test_wrong_disabled_and_expired_keys_open_nothing(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    assert who(database, "0" * 35) is None
    with database.write() as tx:
        alice = caller_of(tx, cast.alice)
        wish = keys.Wish("short", expires_at=tx.now + HOUR)
        short = keys.create(tx, cast.account_id, cast.alice.id, wish, created_by=1)
        other = keys.create(tx, cast.account_id, cast.alice.id, keys.Wish("other"), created_by=1)
        keys.switch(tx, alice, other.key.id, KeyStatus.DISABLED)
    assert who(database, other.secret) is None
    assert who(database, short.secret) is not None
    clock.advance(3600)
    assert who(database, short.secret) is None


def test_the_keys_of_a_deleted_member_open_nothing(database: Database, cast: Cast) -> None:
    with database.write() as tx:
        bob = members.get(tx, cast.account_id, cast.bob.id)
        members.put(tx, replace(bob, status=MemberStatus.DELETED))
    assert who(database, cast.bob.key) is None


def test_after_a_rotation_the_old_secret_works_until_the_overlap_ends(
    database: Database, cast: Cast, clock: VirtualClock
) -> None:
    with database.write() as tx:
        bob = caller_of(tx, cast.bob)
        made = keys.create(tx, cast.account_id, bob.member_id, keys.Wish("ci"), bob.member_id)
        fresh = keys.rotate(tx, bob, made.key.id, HOUR, None)
    assert who(database, made.secret) is not None
    assert who(database, fresh.secret) is not None
    clock.advance(3600)
    assert who(database, made.secret) is None
    assert who(database, fresh.secret) is not None


def test_a_member_has_five_keys_at_most(database: Database, cast: Cast) -> None:
    with database.write() as tx:
        for number in range(4):
            wish = keys.Wish(f"key {number}")
            keys.create(tx, cast.account_id, cast.bob.id, wish, created_by=1)
        with pytest.raises(BadRequest, match="at most 5 keys"):
            keys.create(tx, cast.account_id, cast.bob.id, keys.Wish("sixth"), created_by=1)


def test_a_team_admits_its_members_its_creator_and_admins() -> None:
    member = Caller(1, 10, "Bob", team_ids=frozenset({5}))
    require_team(member, [4, 5])
    require_team(Caller(1, 11, "Eve"), [4], creator_id=11)
    require_team(Caller(1, 12, "Alice", is_admin=True), [4])
    for teams_of_it in ([4], []):
        with pytest.raises(AccessDenied):
            require_team(member, teams_of_it, creator_id=11)
    with pytest.raises(AccessDenied):
        require_team(Caller(1, 0, "nobody"), [], creator_id=0)


def test_nobody_hands_out_more_than_they_have(database: Database, cast: Cast) -> None:
    with database.read() as tx:
        alice, bob = caller_of(tx, cast.alice), caller_of(tx, cast.bob)
    require_reach(alice, list(PRESETS.values()))
    require_reach(bob, [PRESETS[RESPONDER], PRESETS[VIEWER]])
    with pytest.raises(AccessDenied, match="Account Admin"):
        require_reach(bob, [PRESETS[ACCOUNT_ADMIN]])
