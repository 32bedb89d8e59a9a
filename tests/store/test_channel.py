import pytest
from msgspec.structs import replace

from tests.domain.test_channel import CHANNEL
from tocsin.domain.channel import ChannelStatus, Flapping, Group, GroupMethod
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.store import channel as channels
from tocsin.store.channel import Filter, Order, Viewer
from tocsin.store.database import Database
from tocsin.store.reference import TEAM, refs

EVERYTHING = Filter()
ADMIN = Viewer(member_id=99, team_ids=frozenset(), sees_all=True)
STRANGER = Viewer(member_id=98, team_ids=frozenset({5}), sees_all=False)


@pytest.fixture
def stored(database: Database) -> Database:
    """Channels Payments (team 7), Search (team 8, managed by 5, private), Ads (private)."""
    with database.write() as tx:
        channels.add(tx, CHANNEL)
        channels.add(
            tx,
            replace(
                CHANNEL,
                id=2,
                name="Search",
                description="Find THINGS",
                team_id=8,
                managing_team_ids=(5,),
                is_private=True,
                created_at=2,
            ),
        )
        channels.add(tx, replace(CHANNEL, id=3, name="Ads", is_private=True, created_at=3))
    return database


def names(database: Database, wanted: Filter = EVERYTHING, viewer: Viewer = ADMIN) -> list[str]:
    with database.read() as tx:
        found = channels.browse(tx, 1, viewer, wanted, Order.CREATED, ascending=True)
        assert channels.count(tx, 1, viewer, wanted) == len(found)
    return [channel.name for channel in found]


def test_a_channel_comes_back_as_it_was_kept(database: Database) -> None:
    full = replace(
        CHANNEL,
        managing_team_ids=(3, 4),
        group=Group(GroupMethod.PATTERN, equals=(("labels.a",),), time_window=0),
        flapping=Flapping(mute_mins=30),
    )
    with database.write() as tx:
        channels.add(tx, full)
        assert channels.get(tx, 1, 1) == full
        assert channels.get(tx, 2, 1) is None


def test_private_channels_show_to_their_teams_creator_and_whoever_sees_all(
    stored: Database,
) -> None:
    assert names(stored) == ["Payments", "Search", "Ads"]
    assert names(stored, viewer=STRANGER) == ["Payments", "Search"]
    assert names(stored, viewer=Viewer(10, frozenset(), sees_all=False)) == [
        "Payments",
        "Search",
        "Ads",
    ]


def test_lists_are_narrowed(stored: Database) -> None:
    assert names(stored, Filter(team_ids=(8,))) == ["Search"]
    assert names(stored, Filter(channel_ids=())) == []
    assert names(stored, Filter(query="things")) == ["Search"]
    assert names(stored, Filter(query="%")) == []
    assert names(stored, Filter(name="Ads", query="things")) == ["Ads"]
    assert names(stored, Filter(managed_by=STRANGER)) == ["Search"]


def test_lists_are_ordered_and_paged(stored: Database) -> None:
    with stored.read() as tx:
        page = channels.browse(
            tx, 1, ADMIN, Filter(), Order.NAME, ascending=False, window=Window(1, 1)
        )
    assert [channel.name for channel in page] == ["Payments"]


def test_a_name_is_unique_among_the_living(stored: Database) -> None:
    with pytest.raises(InvalidParameter), stored.write() as tx:
        channels.add(tx, replace(CHANNEL, id=4))
    with stored.write() as tx:
        channels.save(tx, replace(CHANNEL, status=ChannelStatus.DELETED, deleted_at=9))
        channels.add(tx, replace(CHANNEL, id=4))
        assert channels.get(tx, 1, 1) is None
        assert set(channels.get_many(tx, 1, [1, 2, 4])) == {2, 4}


def test_a_team_counts_the_channels_it_looks_after_but_no_deleted_ones(stored: Database) -> None:
    with stored.write() as tx:
        assert [ref.name for ref in refs(tx, 1, TEAM, 7)] == ["Payments", "Ads"]
        assert [ref.name for ref in refs(tx, 1, TEAM, 5)] == ["Search"]
        channels.save(tx, replace(CHANNEL, status=ChannelStatus.DELETED))
        assert [ref.name for ref in refs(tx, 1, TEAM, 7)] == ["Ads"]
