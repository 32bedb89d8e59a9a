"""What may be done to applications."""

from msgspec import UNSET
from msgspec.structs import replace

from tocsin.domain.application import (
    PROJECT_COUNT,
    PROJECT_MIN,
    Application,
    ApplicationEdit,
    ApplicationStatus,
    ApplicationType,
    check,
    edited,
    is_visible,
)
from tocsin.domain.plugin import RUM
from tocsin.engine import channel as engine_channel
from tocsin.engine import integration as engine_integration
from tocsin.engine.access import require_known_team, require_team
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.store import application as applications
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store.application import Viewer
from tocsin.store.database import Tx


def viewer(caller: Caller) -> Viewer:
    """The caller as one who looks at applications."""
    return Viewer(caller.member_id, caller.team_ids, sees_all=caller.is_admin)


def seen(tx: Tx, caller: Caller, application_id: str) -> Application:
    """An application the caller may look at; ResourceNotFound for any other."""
    found = applications.get(tx, caller.account_id, application_id)
    if found is None or not is_visible(found, caller):
        raise _unknown(application_id)
    return found


def create(tx: Tx, caller: Caller, edit: ApplicationEdit) -> Application:
    """A new application with fresh keys for both families of SDKs."""
    blank = Application(
        id=tx.ids.short(),
        account_id=caller.account_id,
        name="",
        type=ApplicationType.BROWSER,
        client_token=tx.ids.key(caller.account_id),
        sentry_key=tx.ids.hex32(),
        sentry_project=_free_project(tx),
        team_id=0,
        created_by=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _check(tx, caller, blank, edit)
    new = _connected(tx, caller, edited(blank, edit))
    applications.add(tx, new)
    return new


def change(tx: Tx, caller: Caller, application_id: str, edit: ApplicationEdit) -> None:
    """Change an application; what the edit leaves out stays."""
    current = managed(tx, caller, application_id)
    _check(tx, caller, current, edit)
    changed = _connected(tx, caller, edited(current, edit))
    applications.save(tx, replace(changed, updated_by=caller.member_id, updated_at=tx.now))


def delete(tx: Tx, caller: Caller, application_id: str) -> None:
    """Delete an application: its keys will open nothing and its name is free again."""
    gone = replace(
        managed(tx, caller, application_id),
        status=ApplicationStatus.DELETED,
        updated_by=caller.member_id,
        updated_at=tx.now,
    )
    applications.save(tx, gone)


def managed(tx: Tx, caller: Caller, application_id: str) -> Application:
    """An application the caller may change, locked."""
    found = applications.get(tx, caller.account_id, application_id, lock=True)
    if found is None or not is_visible(found, caller):
        raise _unknown(application_id)
    require_team(caller, [found.team_id], found.created_by)
    return found


def _check(tx: Tx, caller: Caller, current: Application, edit: ApplicationEdit) -> None:
    """Refuse settings over their bounds, a taken name, and a team or channel not there."""
    check(edit)
    account_id = current.account_id
    if edit.name is not UNSET:
        taken = applications.id_of_name(tx, account_id, edit.name)
        if taken not in ("", current.id):
            raise InvalidParameter(
                "an application named {name} exists already; choose another name", name=edit.name
            )
    require_known_team(tx, account_id, edit.team_id or 0)
    if edit.alerting is not UNSET:
        wanted = edit.alerting.channel_ids
        known = channels.get_many(tx, account_id, wanted)
        hidden = engine_channel.hidden(tx, caller, wanted)
        for channel_id in wanted:
            if channel_id not in known or channel_id in hidden:
                raise InvalidParameter(
                    "no channel has the id {channel_id}; name channels of this account",
                    channel_id=channel_id,
                )


def _connected(tx: Tx, caller: Caller, wanted: Application) -> Application:
    """The application with the integration its alerts go through: the account's one for issues,
    which comes to be with the first application that alerts."""
    if not wanted.alerting.enabled or wanted.alerting.integration_id:
        return wanted
    known = integrations.of_plugin(tx, wanted.account_id, RUM.id)
    found = known[0] if known else engine_integration.blank(tx, caller, RUM)
    if not known:
        integrations.add(tx, found)
    return replace(wanted, alerting=replace(wanted.alerting, integration_id=found.id))


def _free_project(tx: Tx) -> int:
    while True:
        project = PROJECT_MIN + tx.ids.plain_number() % PROJECT_COUNT
        if applications.by_project(tx, project) is None:
            return project


def _unknown(application_id: str) -> ResourceNotFound:
    return ResourceNotFound(
        "no application has the id {application_id}", application_id=application_id
    )
