"""The names that sentry-cli uses for accounts and applications.

An account is an organization: by the slug of its name, or its id. An application is a project: by
the slug of its name, by its id, or by the number in its DSN.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from tocsin.domain.account import Account
from tocsin.domain.application import Application
from tocsin.engine import artifact as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, InvalidParameter
from tocsin.store import account as accounts
from tocsin.store.database import Tx

_APART: Final = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """A name as it may stand in an address; "" where nothing of it may."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _APART.sub("-", plain).strip("-")[:50]


def organization(tx: Tx, caller: Caller, name: str) -> Account:
    """The caller's account, if that is what the name says; else AccessDenied."""
    account = accounts.get(tx, caller.account_id)
    known = organization_slug(account)
    if name not in (known, str(account.id)):
        raise AccessDenied(
            "this key belongs to the organization {known}, not to {name}", known=known, name=name
        )
    return account


def organization_slug(account: Account) -> str:
    return slug(account.name) or str(account.id)


def project_slug(application: Application) -> str:
    return slug(application.name) or str(application.sentry_project)


def project(tx: Tx, caller: Caller, name: str) -> Application:
    """The one application of a name; InvalidParameter for none or several."""
    return projects(tx, caller, [name])[0]


def projects(tx: Tx, caller: Caller, names: Sequence[str]) -> list[Application]:
    """The application of each name, as `project`."""
    known = engine.visible_applications(tx, caller)
    return [_named(known, name) for name in dict.fromkeys(names)]


def _named(known: Sequence[Application], name: str) -> Application:
    exact = [each for each in known if name in (each.id, str(each.sentry_project))]
    found = exact or [each for each in known if project_slug(each) == name]
    if not found:
        # Of a 404 the tool shows no reason.
        raise InvalidParameter(
            "no application goes by {name}; `sentry-cli projects list` shows them", name=name
        )
    if len(found) > 1:
        raise InvalidParameter(
            "{count} applications go by {name}; name one by its id", count=len(found), name=name
        )
    return found[0]
