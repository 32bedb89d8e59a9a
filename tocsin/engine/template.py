"""Notification templates: who may write them, and that they can be rendered."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.incident import Incident
from tocsin.domain.incident_view import IncidentView, view
from tocsin.domain.message import mock
from tocsin.domain.message.builtin import builtin
from tocsin.domain.message.data import Subject
from tocsin.domain.message.rendering import Unwritable, render
from tocsin.domain.message.template import (
    PRESET_ID,
    PRESET_IDS,
    Style,
    Template,
    TemplateStatus,
)
from tocsin.domain.page import Step
from tocsin.engine import incident_names
from tocsin.engine.access import require_known_team, require_team
from tocsin.engine.incident_work import reachable
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import BadRequest, InvalidParameter, ReferenceExist, ResourceNotFound
from tocsin.store import account as accounts
from tocsin.store import alert as alerts
from tocsin.store import reference
from tocsin.store import template as templates
from tocsin.store.database import Tx

ALERTS_MAX: Final = 100


class Wish(Struct, frozen=True):
    """What somebody wants a template to be; UNSET, and a style not named, stays as it is."""

    name: str
    sources: Mapping[Style, str]
    description: str | UnsetType = UNSET
    team_id: int | UnsetType = UNSET


class Preview(Struct, frozen=True):
    """What a template wrote, or `problem` why it did not."""

    text: str = ""
    problem: str = ""


def seen(tx: Tx, caller: Caller, template_id: str) -> Template:
    """A template, or the built-in one by either of its ids; ResourceNotFound for others."""
    if template_id.lower() in PRESET_IDS:
        return preset(tx, caller.account_id)
    found = templates.get(tx, caller.account_id, template_id.lower())
    if found is None:
        raise _unknown(template_id)
    return found


def preset(tx: Tx, account_id: int) -> Template:
    """The built-in template, in the language of the account."""
    account = accounts.get(tx, account_id)
    return Template(
        id=PRESET_ID,
        account_id=account_id,
        team_id=0,
        name="Built-in template",
        description="",
        sources=builtin(account.locale),
        status=TemplateStatus.ENABLED,
        creator_id=0,
        updated_by=0,
        created_at=account.created_at,
        updated_at=account.created_at,
    )


def create(tx: Tx, caller: Caller, wish: Wish) -> Template:
    """Keep a new template. InvalidParameter for one that cannot be rendered."""
    blank = Template(
        id=tx.ids.object_id(),
        account_id=caller.account_id,
        team_id=0,
        name="",
        description="",
        sources={},
        status=TemplateStatus.ENABLED,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    new = _carried_out(tx, caller, blank, wish)
    templates.add(tx, new)
    return new


def change(tx: Tx, caller: Caller, template_id: str, wish: Wish) -> None:
    """Change a template, which takes its team, its creator or an admin."""
    templates.save(tx, _carried_out(tx, caller, _managed(tx, caller, template_id), wish))


def delete(tx: Tx, caller: Caller, template_id: str) -> None:
    """Delete a template; ReferenceExist while something is told by it."""
    found = _managed(tx, caller, template_id)
    used = reference.refs(tx, caller.account_id, reference.TEMPLATE, found.id)
    if used:
        raise ReferenceExist(
            "template {name} is in use; choose another one there first", refs=used, name=found.name
        )
    gone = replace(
        found, status=TemplateStatus.DELETED, deleted_at=tx.now, updated_by=caller.member_id
    )
    templates.save(tx, gone)


def preview(tx: Tx, caller: Caller, style: Style, source: str, incident_id: str) -> Preview:
    """What a template would say of an incident; without one, of an incident that never was."""
    try:
        return Preview(text=render(style, source, _subject(tx, caller, incident_id), tx.now))
    except Unwritable as failure:
        return Preview(problem=str(failure))


def _subject(tx: Tx, caller: Caller, incident_id: str) -> Subject:
    if not incident_id:
        made_up = mock.incident(caller.account_id, caller.member_id, tx.now)
        return _of(tx, made_up, [mock.alert(made_up)])
    (incident,) = reachable(tx, caller, [incident_id])
    of_it = alerts.of_incident(tx, caller.account_id, incident.incident_id, limit=ALERTS_MAX)
    return _of(tx, incident, of_it)


def _of(tx: Tx, incident: Incident, found: Sequence[Alert]) -> Subject:
    names = incident_names.load(tx, incident.account_id, [incident])
    return Subject(incident, view(incident, names, IncidentView), Step(), alerts=lambda: found)


def _managed(tx: Tx, caller: Caller, template_id: str) -> Template:
    if template_id.lower() in PRESET_IDS:
        raise BadRequest("the built-in template stays as it is; make one of your own")
    found = templates.get(tx, caller.account_id, template_id.lower(), lock=True)
    if found is None:
        raise _unknown(template_id)
    require_team(caller, [found.team_id], found.creator_id)
    return found


def _carried_out(tx: Tx, caller: Caller, before: Template, wish: Wish) -> Template:
    sources = {style: text for style, text in {**before.sources, **wish.sources}.items() if text}
    if wish.team_id is not UNSET and wish.team_id and wish.team_id != before.team_id:
        require_known_team(tx, caller.account_id, wish.team_id, ResourceNotFound)
        require_team(caller, [wish.team_id])
    subject = _subject(tx, caller, "")
    for style, text in wish.sources.items():
        _check(style, text, subject, tx.now)
    return replace(
        before,
        name=wish.name,
        description=before.description if wish.description is UNSET else wish.description,
        team_id=before.team_id if wish.team_id is UNSET else wish.team_id,
        sources=sources,
        updated_by=caller.member_id,
        updated_at=tx.now,
    )


def _check(style: Style, text: str, subject: Subject, now: int) -> None:
    if not text:
        return
    try:
        render(style, text, subject, now)
    except Unwritable as failure:
        raise InvalidParameter(
            "{field} cannot be rendered: {problem}", field=str(style), problem=str(failure)
        ) from None


def _unknown(template_id: str) -> ResourceNotFound:
    return ResourceNotFound("no template has the id {template_id}", template_id=template_id)
