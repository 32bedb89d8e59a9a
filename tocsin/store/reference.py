"""What still refers to a thing that somebody wants to delete.

Each noun that may be referred to has a list of statements that find the rows doing so: a new
noun that points at teams adds a line to `TEAM`, and deleting a team that it uses is refused.
"""

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BindParameter, Select, Table, Text, bindparam, cast, select

from tocsin.domain.application import ApplicationStatus
from tocsin.domain.integration import IntegrationStatus
from tocsin.kernel.errors import Ref
from tocsin.store.database import Tx
from tocsin.store.escalation import Named
from tocsin.store.tables.application import application
from tocsin.store.tables.calendar import calendar, calendar_use
from tocsin.store.tables.channel import channel, channel_team, integration
from tocsin.store.tables.escalation import escalation_rule, notify_rule, rule_reference
from tocsin.store.tables.integration_rules import (
    enrichment_mapping,
    mapping_api,
    mapping_schema,
)
from tocsin.store.tables.noise import silence_rule
from tocsin.store.tables.platform import team, team_member
from tocsin.store.tables.schedule import schedule, schedule_person

ACCOUNT: Final[BindParameter[Any]] = bindparam("account_id")
TARGET: Final[BindParameter[Any]] = bindparam("target_id")
REFS_MAX: Final = 100


class Reference(Struct, frozen=True):
    """A way of being referred to.

    `statement` gives the id and the name of each row that refers to :target_id in :account_id;
    `href` is the path of such a row's page in the console, with `{id}` for the row's id.
    """

    kind: str
    href: str
    statement: Select[Any]


def _rule(kind: str, table: Table, named: Named) -> Reference:
    """Being named in a channel's rules of one kind."""
    return Reference(
        kind,
        f"/app/rules/{kind}/{{id}}",
        select(table.c.id, table.c.name)
        .join(rule_reference, rule_reference.c.rule_id == table.c.id)
        .where(
            rule_reference.c.account_id == ACCOUNT,
            rule_reference.c.kind == named,
            rule_reference.c.target_id == cast(TARGET, Text),
        ),
    )


def _rules(named: Named) -> list[Reference]:
    return [
        _rule("escalation rule", escalation_rule, named),
        _rule("notification rule", notify_rule, named),
    ]


MEMBER: Final = [
    *_rules(Named.MEMBER),
    Reference(
        "team",
        "/app/teams/{id}",
        select(team.c.id, team.c.name)
        .join(team_member, team_member.c.team_id == team.c.id)
        .where(team.c.account_id == ACCOUNT, team_member.c.member_id == TARGET),
    ),
    Reference(
        "schedule",
        "/app/schedules/{id}",
        select(schedule.c.id, schedule.c.name)
        .join(schedule_person, schedule_person.c.schedule_id == schedule.c.id)
        .where(schedule.c.account_id == ACCOUNT, schedule_person.c.person_id == TARGET),
    ),
]

TEAM: Final = [
    *_rules(Named.TEAM),
    Reference(
        "application",
        "/app/applications/{id}",
        select(application.c.id, application.c.name).where(
            application.c.account_id == ACCOUNT,
            application.c.team_id == TARGET,
            application.c.status != ApplicationStatus.DELETED,
        ),
    ),
    Reference(
        "channel",
        "/app/channels/{id}",
        select(channel.c.id, channel.c.name)
        .join(channel_team, channel_team.c.channel_id == channel.c.id)
        .where(channel.c.account_id == ACCOUNT, channel_team.c.team_id == TARGET),
    ),
    Reference(
        "schedule",
        "/app/schedules/{id}",
        select(schedule.c.id, schedule.c.name).where(
            schedule.c.account_id == ACCOUNT, schedule.c.team_id == TARGET
        ),
    ),
    Reference(
        "integration",
        "/app/integrations/{id}",
        select(integration.c.id, integration.c.name).where(
            integration.c.account_id == ACCOUNT,
            integration.c.team_id == TARGET,
            integration.c.status != IntegrationStatus.DELETED,
        ),
    ),
]

_PAGES: Final = {
    "mapping schema": "/app/mappings/{id}",
    "mapping api": "/app/mappings/{id}",
    "calendar": "/app/calendars/{id}",
}
for _kind, _table in (
    ("mapping schema", mapping_schema),
    ("mapping api", mapping_api),
    ("calendar", calendar),
):
    TEAM.append(
        Reference(
            _kind,
            _PAGES[_kind],
            select(_table.c.id, _table.c.name).where(
                _table.c.account_id == ACCOUNT, _table.c.team_id == TARGET
            ),
        )
    )

SCHEDULE: Final = _rules(Named.SCHEDULE)

TEMPLATE: Final = _rules(Named.TEMPLATE)

MAPPING: Final = [
    Reference(
        "integration",
        "/app/integrations/{id}",
        select(integration.c.id, integration.c.name)
        .join(enrichment_mapping, enrichment_mapping.c.integration_id == integration.c.id)
        .where(
            enrichment_mapping.c.account_id == ACCOUNT,
            enrichment_mapping.c.mapping_id == TARGET,
            integration.c.status != IntegrationStatus.DELETED,
        ),
    ),
]

CALENDAR: Final = [
    *_rules(Named.CALENDAR),
    Reference(
        "silence rule",
        "/app/silences/{id}",
        select(silence_rule.c.id, silence_rule.c.name)
        .join(calendar_use, calendar_use.c.rule_id == silence_rule.c.id)
        .where(
            calendar_use.c.account_id == ACCOUNT,
            calendar_use.c.calendar_id == TARGET,
            silence_rule.c.account_id == ACCOUNT,
        ),
    ),
]


def refs(tx: Tx, account_id: int, references: list[Reference], target_id: int | str) -> list[Ref]:
    """Every row that refers to the target, 100 of a kind at most."""
    return [
        Ref(kind=reference.kind, name=name, href=reference.href.format(id=row_id))
        for reference in references
        for row_id, name in tx.connection.execute(
            reference.statement.limit(REFS_MAX), {"account_id": account_id, "target_id": target_id}
        )
    ]
