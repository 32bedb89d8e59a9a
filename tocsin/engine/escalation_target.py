"""Whether there is everybody whom a rule names."""

from collections.abc import Iterable

from tocsin.domain.contact import BY_APP
from tocsin.domain.escalation import Target
from tocsin.domain.member import MemberStatus
from tocsin.domain.message.template import PRESET_ID, PRESET_IDS
from tocsin.domain.robot import ROBOTS, integration_of
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import integration as integrations
from tocsin.store import member as members
from tocsin.store import schedule as schedules
from tocsin.store import team as teams
from tocsin.store import template as templates
from tocsin.store.database import Tx


def require(tx: Tx, account_id: int, targets: Iterable[Target]) -> None:
    """Raise InvalidParameter for a member, a team or a schedule that is not there."""
    wanted = list(targets)
    people = sorted({one for each in wanted for one in each.person_ids or ()})
    team_ids = sorted({one for each in wanted for one in each.team_ids or ()})
    schedule_ids = sorted({one for each in wanted for one in each.schedules})
    living = {
        one.id
        for one in members.by_ids(tx, account_id, people)
        if one.status is not MemberStatus.DELETED
    }
    for person_id in people:
        if person_id not in living:
            raise InvalidParameter(
                "{field}: no member has the id {value}", field="person_ids", value=person_id
            )
    known = {one.id for one in teams.by_ids(tx, account_id, team_ids)}
    for team_id in team_ids:
        if team_id not in known:
            raise InvalidParameter(
                "{field}: no team has the id {value}", field="team_ids", value=team_id
            )
    there = {one.id for one in schedules.by_ids(tx, account_id, schedule_ids)}
    for schedule_id in schedule_ids:
        if schedule_id not in there:
            raise InvalidParameter(
                "{field}: no schedule has the id {value}",
                field="schedule_to_role_ids",
                value=schedule_id,
            )
    _require_apps(tx, account_id, wanted)


def require_template(tx: Tx, account_id: int, template_id: str) -> None:
    """Raise InvalidParameter for a template that is not there; empty is the built-in one."""
    wanted = template_id.lower()
    if wanted and wanted not in PRESET_IDS and templates.get(tx, account_id, wanted) is None:
        raise InvalidParameter(
            "{field}: no template has the id {value}; {preset} is the built-in one",
            field="template_id",
            value=template_id,
            preset=PRESET_ID,
        )


def _require_apps(tx: Tx, account_id: int, targets: Iterable[Target]) -> None:
    for robot in (one for each in targets for one in each.webhooks or ()):
        service = ROBOTS[robot.type][0]
        if service in BY_APP:
            app_id = integration_of(robot.settings or {})
            found = integrations.get(tx, account_id, int(app_id)) if len(app_id) < 19 else None
            if found is None or found.plugin_type != service:
                raise InvalidParameter(
                    "{field}: no {service} integration has the id {value}",
                    field="webhooks",
                    service=service,
                    value=app_id,
                )
