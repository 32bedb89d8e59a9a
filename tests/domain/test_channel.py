import msgspec
import pytest
from msgspec.structs import replace

from tocsin.domain.channel import (
    Channel,
    Flapping,
    Group,
    GroupCase,
    GroupMethod,
    check_flapping,
    check_group,
    is_visible,
)
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter

CHANNEL = Channel(
    id=1, account_id=1, team_id=7, creator_id=10, name="Payments", created_at=1, updated_at=1
)


def caller(member_id: int, *team_ids: int, is_admin: bool = False) -> Caller:
    return Caller(1, member_id, "x", team_ids=frozenset(team_ids), is_admin=is_admin)


def test_only_a_private_channel_hides_and_only_from_people_it_does_not_concern() -> None:
    assert is_visible(CHANNEL, caller(1))
    private = replace(CHANNEL, is_private=True, managing_team_ids=(8,))
    assert not is_visible(private, caller(1, 9))
    assert is_visible(private, caller(1, 7))
    assert is_visible(private, caller(1, 8))
    assert is_visible(private, caller(10))
    assert is_visible(private, caller(1, is_admin=True))


def test_a_grouping_comes_back_as_it_was_sent() -> None:
    sent = (
        b'{"method":"p","cases":[{"if":[{"key":"severity","oper":"IN","vals":["Critical"]}],'
        b'"equals":["labels.host"]}],"time_window":0,"storm_thresholds":[10,50]}'
    )
    group = msgspec.json.decode(sent, type=Group)
    check_group(group)
    assert msgspec.json.decode(msgspec.json.encode(group)) == msgspec.json.decode(sent)


@pytest.mark.parametrize(
    "group",
    [
        Group(GroupMethod.PATTERN, equals=(("a", "b", "c", "d", "e", "f"),)),
        Group(GroupMethod.PATTERN, cases=(GroupCase(equals=("a", "b", "c", "d", "e", "f")),)),
        Group(GroupMethod.PATTERN, equals=(("a",),) * 6),
        Group(GroupMethod.NONE, time_window=43_201),
        Group(GroupMethod.NONE, storm_thresholds=(1,)),
    ],
)
def test_a_grouping_out_of_bounds_is_refused(group: Group) -> None:
    with pytest.raises(InvalidParameter):
        check_group(group)


def test_a_flapping_incident_is_muted_for_half_an_hour_or_not_at_all() -> None:
    check_flapping(Flapping(mute_mins=0))
    check_flapping(Flapping(mute_mins=30))
    with pytest.raises(InvalidParameter):
        check_flapping(Flapping(mute_mins=29))
