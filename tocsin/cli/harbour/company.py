"""Harbour Coffee set up through the API, as anybody would set it up."""

from typing import Any, Final

from msgspec import Struct

from tocsin.cli.harbour.people import APPLICATIONS, EVERYBODY, TEAMS, Application, Person, Team
from tocsin.cli.harbour.world import World
from tocsin.domain.message.template import PRESET_ID
from tocsin.engine import app_key
from tocsin.engine.app_key import Wish
from tocsin.kernel.units import DAY, HOUR, seconds

_BY_PREFERENCE: Final = {"follow_preference": True}
_ON_CALL: Final = "On call"


class Sender(Struct, frozen=True):
    """Where the monitoring of a team pushes, and where its builds tell of releases."""

    alerts: str
    changes: str


class Company(Struct, frozen=True):
    """What the story needs to know: keys by person's name, senders by team's, DSNs by
    application's."""

    owner_key: str
    keys: dict[str, str]
    channels: dict[str, int]
    senders: dict[str, Sender]
    dsns: dict[str, str]


def found(world: World, account_id: int, owner_key: str, began: int) -> Company:
    """Everybody invited, on call by turns since `began` (a Monday, ms), and told by rules."""
    ids = _invite(world, owner_key)
    keys = {name: _key(world, account_id, name, member_id) for name, member_id in ids.items()}
    channels: dict[str, int] = {}
    senders: dict[str, Sender] = {}
    team_ids: dict[str, int] = {}
    for team in TEAMS:
        team_ids[team.name] = _team(world, owner_key, team, ids)
        channels[team.name] = _channel(world, owner_key, team, team_ids[team.name])
        schedule_id = _schedule(world, owner_key, team, team_ids[team.name], ids, began)
        _rule(world, owner_key, team, channels[team.name], schedule_id, ids)
        senders[team.name] = _sender(world, owner_key, team, channels[team.name])
    _silence(world, owner_key, channels["Platform"])
    dsns = {
        one.name: _application(world, owner_key, one, team_ids[one.team], channels[one.team])
        for one in APPLICATIONS
    }
    return Company(owner_key, keys, channels, senders, dsns)


def _invite(world: World, key: str) -> dict[str, int]:
    roles = world.call("/role/list", key)["items"]
    role_ids = {one["role_name"]: one["role_id"] for one in roles}
    wishes = [
        {
            "email": one.email,
            "member_name": one.name,
            "time_zone": one.zone,
            "locale": one.locale,
            "role_ids": [role_ids[one.role]],
        }
        for one in EVERYBODY
    ]
    made = world.call("/member/invite", key, members=wishes)["items"]
    return {one["member_name"]: one["member_id"] for one in made}


def _key(world: World, account_id: int, name: str, member_id: int) -> str:
    with world.database.write() as tx:
        return app_key.create(tx, account_id, member_id, Wish(f"{name}'s key"), member_id).secret


def _team(world: World, key: str, team: Team, ids: dict[str, int]) -> int:
    people = [ids[one.name] for one in team.people]
    wish = {"team_name": team.name, "description": team.does, "person_ids": people}
    return int(world.call("/team/upsert", key, **wish)["team_id"])


def _channel(world: World, key: str, team: Team, team_id: int) -> int:
    wish: dict[str, Any] = {"channel_name": team.channel, "team_id": team_id}
    wish["description"] = team.does
    if team.groups_by:
        equals = [list(team.groups_by)]
        wish["group"] = {"method": "p", "equals": equals, "time_window": 60, "storm_threshold": 20}
    return int(world.call("/channel/create", key, **wish)["channel_id"])


def _schedule(
    world: World, key: str, team: Team, team_id: int, ids: dict[str, int], began: int
) -> int:
    groups = [_group(one, ids) for one in team.people]
    layer = {
        "layer_name": "By turns",
        "mode": 0,
        "groups": groups,
        "layer_start": seconds(began + 9 * HOUR),
        "rotation_unit": "week",
        "rotation_value": 1,
        "handoff_time": seconds(9 * HOUR),
    }
    wish = {"schedule_name": f"{team.name}: {_ON_CALL}", "team_id": team_id, "layers": [layer]}
    return int(world.call("/schedule/create", key, **wish)["schedule_id"])


def _group(person: Person, ids: dict[str, int]) -> dict[str, Any]:
    return {
        "group_name": person.name,
        "members": [{"role_id": 0, "person_ids": [ids[person.name]]}],
    }


def _rule(
    world: World, key: str, team: Team, channel_id: int, schedule_id: int, ids: dict[str, int]
) -> None:
    everybody = [ids[one.name] for one in team.people]
    on_call = {"schedule_to_role_ids": {str(schedule_id): []}, "by": _BY_PREFERENCE}
    layers = [
        {"target": on_call, "max_times": 2, "notify_step": 5, "escalate_window": 15},
        {"target": {"person_ids": everybody, "by": _BY_PREFERENCE}},
    ]
    wish = {"rule_name": "Wake who is on call, then the team", "layers": layers}
    world.call(
        "/channel/escalate/rule/create",
        key,
        channel_id=channel_id,
        template_id=PRESET_ID,
        **wish,
    )


def _sender(world: World, key: str, team: Team, channel_id: int) -> Sender:
    made = [
        world.call("/datasource/upsert", key, plugin_type=kind, name=name, channel_id=channel_id)
        for kind, name in (
            ("prometheus", f"{team.name}: Prometheus"),
            ("change.standard", f"{team.name}: releases"),
        )
    ]
    return Sender(*(one["integration_key"] for one in made))


def _silence(world: World, key: str, channel_id: int) -> None:
    world.call(
        "/channel/silence/rule/create",
        key,
        channel_id=channel_id,
        rule_name="Maintenance of the test cluster",
        description="Nights from Saturday to Sunday.",
        filters=[[{"key": "labels.cluster", "oper": "IN", "vals": ["test*"]}]],
        time_filters=[{"start": "00:00", "end": "06:00", "repeat": [0]}],
    )


def _application(world: World, key: str, one: Application, team_id: int, channel_id: int) -> str:
    made = world.call(
        "/rum/application/create",
        key,
        application_name=one.name,
        type=one.type,
        team_id=team_id,
        alerting={"enabled": True, "channel_ids": [channel_id]},
    )
    return str(made["dsn"])


def weeks_before(instant: int, weeks: int) -> int:
    """The Monday (UTC midnight, ms) so many weeks before the one that an instant lies after."""
    # 1970-01-01 was a Thursday: Mondays are four days later in each week.
    monday = (instant - 4 * DAY) // (7 * DAY) * (7 * DAY) + 4 * DAY
    return monday - weeks * 7 * DAY
