"""Organizations, projects and releases as sentry-cli sees them."""

from typing import Any, Final

from msgspec.structs import replace

from tocsin.dialects import sentry_cli_names as names
from tocsin.dialects.sentry_cli_endpoint import Call
from tocsin.dialects.sentry_cli_wire import (
    NewRelease,
    Organization,
    Project,
    ProjectName,
    ReleaseChange,
    ReleaseItem,
    Whoami,
    instant,
    moment,
)
from tocsin.domain.application import Application
from tocsin.domain.artifact import Release
from tocsin.engine import application as applications
from tocsin.engine import artifact as artifacts
from tocsin.engine import issue_terms
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.text import cut
from tocsin.store import account as accounts
from tocsin.store import artifact as files
from tocsin.store import chunk as chunks
from tocsin.store import release as releases
from tocsin.store.database import Tx
from tocsin.store.issue_terms import Commit

AUTHOR_MAX: Final = 200
MESSAGE_MAX: Final = 2000
SCOPES: Final = ["org:read", "project:read", "project:releases", "project:write"]


def whoami(tx: Tx, caller: Caller, call: Call) -> Whoami:
    """Say whose key it is."""
    user = {"id": str(caller.member_id), "name": caller.member_name, "email": caller.member_name}
    return Whoami("0", user, {"scopes": SCOPES})


def organizations(tx: Tx, caller: Caller, call: Call) -> list[Organization]:
    """List the one organization of a key."""
    account = accounts.get(tx, caller.account_id)
    slug = names.organization_slug(account)
    return [Organization(str(account.id), slug, account.name, moment(account.created_at))]


def projects(tx: Tx, caller: Caller, call: Call) -> list[Project]:
    """List the applications of an organization."""
    names.organization(tx, caller, call.names["org"])
    return [
        Project(each.id, names.project_slug(each), each.name, moment(each.created_at))
        for each in artifacts.visible_applications(tx, caller)
    ]


def browse(tx: Tx, caller: Caller, call: Call) -> list[ReleaseItem]:
    """List the last releases of an application."""
    names.organization(tx, caller, call.names["org"])
    application = names.project(tx, caller, call.names["project"])
    found = releases.newest(tx, caller.account_id, application.id)
    return [_item(each, [application]) for each in found]


def info(tx: Tx, caller: Caller, call: Call) -> ReleaseItem:
    """Read a release of one or more applications."""
    found = _meant(tx, caller, call, [])
    return _item(_known(tx, found[0], call.names["version"]), found)


def create(tx: Tx, caller: Caller, call: Call) -> ReleaseItem:
    """Make a release of one or more applications."""
    artifacts.require_right(caller)
    wish = call.decoded(NewRelease)
    return _put(tx, caller, call, wish.version, wish)


def change(tx: Tx, caller: Caller, call: Call) -> ReleaseItem:
    """Change a release of one or more applications, or make it."""
    artifacts.require_right(caller)
    wish = call.decoded(ReleaseChange)
    return _put(tx, caller, call, call.names["version"], wish)


def delete(tx: Tx, caller: Caller, call: Call) -> None:
    """Delete a release with all that was uploaded for it."""
    artifacts.require_right(caller)
    version = call.names["version"]
    for application in _managed(tx, caller, _meant(tx, caller, call, [])):
        releases.remove(tx, caller.account_id, application.id, version)
        files.remove_release(tx, caller.account_id, application.id, version)
    chunks.forget_assembled(tx, caller.account_id)


def _put(
    tx: Tx, caller: Caller, call: Call, version: str, wish: NewRelease | ReleaseChange
) -> ReleaseItem:
    if "project" not in call.names and not wish.projects:
        raise InvalidParameter("a release needs a project; name one with --project")
    found = _managed(tx, caller, _meant(tx, caller, call, wish.projects))
    for application in found:
        releases.ensure(tx, caller.account_id, application.id, version)
        current = _known(tx, application, version, lock=True)
        given: dict[str, Any] = {
            "url": wish.url,
            "started_at": instant(wish.date_started),
            "released_at": instant(wish.date_released),
        }
        releases.put(tx, replace(current, **{name: each for name, each in given.items() if each}))
        issue_terms.learn(tx, application, version, _commits(wish))
    return _item(_known(tx, found[0], version), found)


def _commits(wish: NewRelease | ReleaseChange) -> list[Commit]:
    told = [
        Commit(
            each.id,
            cut(each.author_name or each.author_email or "", AUTHOR_MAX),
            cut(each.message or "", MESSAGE_MAX),
            instant(each.timestamp),
        )
        for each in wish.commits or []
    ]
    return told + [Commit(each.commit) for each in wish.refs or []]


def _meant(tx: Tx, caller: Caller, call: Call, said: list[str]) -> list[Application]:
    """The applications of a call: those of its path and body; where neither names one, all that
    have the release."""
    names.organization(tx, caller, call.names["org"])
    asked = [call.names["project"]] if "project" in call.names else said
    if asked:
        return names.projects(tx, caller, asked)
    version = call.names["version"]
    found = [
        each
        for each in artifacts.visible_applications(tx, caller)
        if releases.get(tx, caller.account_id, each.id, version)
    ]
    if not found:
        raise _unknown(version)
    return found


def _managed(tx: Tx, caller: Caller, found: list[Application]) -> list[Application]:
    """Applications, locked, all of which the caller may change."""
    return [applications.managed(tx, caller, each.id) for each in found]


def _known(tx: Tx, application: Application, version: str, *, lock: bool = False) -> Release:
    found = releases.get(tx, application.account_id, application.id, version, lock=lock)
    if found is None:
        raise _unknown(version)
    return found


def _unknown(version: str) -> ResourceNotFound:
    return ResourceNotFound("there is no release {version} here", version=version)


def _item(found: Release, projects: list[Application]) -> ReleaseItem:
    return ReleaseItem(
        version=found.version,
        url=found.url or None,
        date_created=moment(found.created_at),
        date_released=moment(found.released_at) if found.released_at else None,
        last_event=None,
        new_groups=0,
        projects=[ProjectName(names.project_slug(each), each.name) for each in projects],
    )
