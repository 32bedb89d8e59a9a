"""Roles and rights: every permission there is, the preset roles, and what a set of roles adds up to.

A permission is a name such as `Incidents Manage`; operations ask for one (or any of several) by
name. A role is a set of permission ids. Whoever may manage something may read it.
"""

from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct


class Permission(StrEnum):
    """A right, by the name the API and the console show."""

    MEMBERS_MANAGE = "Members Manage"
    ROLES_MANAGE = "Roles Manage"
    TEAMS_MANAGE = "Teams Manage"
    SSO_READ = "SSO Read"
    SSO_MANAGE = "SSO Manage"
    AUDIT_READ = "Audit Read"
    API_KEYS_READ = "API Keys Read"
    API_KEYS_MANAGE = "API Keys Manage"
    PAYMENT_READ = "Payment Read"
    PAYMENT_MANAGE = "Payment Manage"
    ONBOARDING_READ = "Onboarding Read"

    CHANNELS_READ = "Channels Read"
    CHANNELS_MANAGE = "Channels Manage"
    INCIDENTS_READ = "Incidents Read"
    INCIDENTS_MANAGE = "Incidents Manage"
    INTEGRATIONS_READ = "Integrations Read"
    INTEGRATIONS_MANAGE = "Integrations Manage"
    ANALYTICS_READ = "Analytics Read"
    CUSTOM_FIELDS_READ = "Custom Fields Read"
    CUSTOM_FIELDS_MANAGE = "Custom Fields Manage"
    SCHEDULES_READ = "Schedules Read"
    SCHEDULES_MANAGE = "Schedules Manage"
    CALENDARS_READ = "Calendars Read"
    CALENDARS_MANAGE = "Calendars Manage"
    TEMPLATES_READ = "Templates Read"
    TEMPLATES_MANAGE = "Templates Manage"
    MAPPINGS_READ = "Mappings Read"
    MAPPINGS_MANAGE = "Mappings Manage"
    STATUS_PAGES_READ = "Status Pages Read"
    STATUS_PAGES_MANAGE = "Status Pages Manage"
    STATUS_PAGES_EVENTS_MANAGE = "Status Pages Events Manage"

    OVERVIEW_READ = "Overview Read"
    ALERTING_RULES_READ = "Alerting Rules Read"
    ALERTING_RULES_MANAGE = "Alerting Rules Manage"
    RULE_REPOSITORY_READ = "Rule Repository Read"
    RULE_REPOSITORY_MANAGE = "Rule Repository Manage"
    NODE_PERMISSIONS_READ = "Node Permissions Read"
    NODE_PERMISSIONS_MANAGE = "Node Permissions Manage"
    DATASOURCES_READ = "Datasources Read"
    DATASOURCES_MANAGE = "Datasources Manage"
    ALERTING_ENGINES_READ = "Alerting Engines Read"
    ALERTING_ENGINES_MANAGE = "Alerting Engines Manage"

    APPLICATIONS_MANAGE = "Applications Manage"
    PERFORMANCE_READ = "Performance Read"
    ERROR_TRACKING_READ = "Error Tracking Read"
    SESSION_EXPLORER_READ = "Session Explorer Read"
    SESSION_REPLAY_READ = "Session Replay Read"


class PermissionKind(StrEnum):
    """Whether a permission lets one look or change."""

    READ = "read"
    MANAGE = "manage"


class Domain(StrEnum):
    """The part of the product a permission belongs to."""

    ORGANIZATION = "organization"
    ON_CALL = "on-call"
    MONITORS = "monit"
    RUM = "rum"


class Entry(Struct, frozen=True):
    """A line of the permission catalogue."""

    id: int
    permission: Permission
    domain: Domain

    @property
    def kind(self) -> PermissionKind:
        return PermissionKind(self.permission.rpartition(" ")[2].lower())

    @property
    def subject(self) -> str:
        """What it is about: `Incidents` of `Incidents Manage`."""
        return self.permission.rpartition(" ")[0]

    @property
    def description(self) -> str:
        verb = "See" if self.kind is PermissionKind.READ else "Create, change and remove"
        return f"{verb}: {self.subject}."


def _entries() -> tuple[Entry, ...]:
    """Ids go up in steps of one from a base per domain; custom roles store them: append only."""
    bases = {Domain.ORGANIZATION: 101, Domain.ON_CALL: 201, Domain.MONITORS: 301, Domain.RUM: 401}
    firsts = {
        Permission.MEMBERS_MANAGE: Domain.ORGANIZATION,
        Permission.CHANNELS_READ: Domain.ON_CALL,
        Permission.OVERVIEW_READ: Domain.MONITORS,
        Permission.APPLICATIONS_MANAGE: Domain.RUM,
    }
    entries = []
    domain = Domain.ORGANIZATION
    for permission in Permission:
        domain = firsts.get(permission, domain)
        entries.append(Entry(bases[domain], permission, domain))
        bases[domain] += 1
    return tuple(entries)


CATALOGUE: Final = _entries()
BY_ID: Final = {entry.id: entry for entry in CATALOGUE}
BY_PERMISSION: Final = {entry.permission: entry for entry in CATALOGUE}


class RoleStatus(StrEnum):
    """A disabled role stays with its holders and grants nothing."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class Role(Struct, frozen=True):
    """A named set of permission ids; instants in ms."""

    id: int
    name: str
    description: str
    status: RoleStatus
    permission_ids: tuple[int, ...]
    editable: bool = True
    created_at: int = 0
    updated_at: int = 0


ACCOUNT_ADMIN: Final = 2
RESPONDER: Final = 6
VIEWER: Final = 7
CUSTOM_ROLE_ID_MIN: Final = 1001

_NOT_FOR_RESPONDERS: Final = {
    Permission.MEMBERS_MANAGE,
    Permission.ROLES_MANAGE,
    Permission.SSO_READ,
    Permission.SSO_MANAGE,
    Permission.PAYMENT_READ,
    Permission.PAYMENT_MANAGE,
}
_NOT_FOR_VIEWERS: Final = _NOT_FOR_RESPONDERS | {
    Permission.AUDIT_READ,
    Permission.ONBOARDING_READ,
    Permission.API_KEYS_READ,
}


def _preset(role_id: int, name: str, description: str, ids: list[int]) -> Role:
    return Role(role_id, name, description, RoleStatus.ENABLED, tuple(ids), editable=False)


PRESETS: Final = {
    role.id: role
    for role in (
        _preset(
            ACCOUNT_ADMIN,
            "Account Admin",
            "Everything, in every team's space.",
            [entry.id for entry in CATALOGUE],
        ),
        _preset(
            RESPONDER,
            "Responder",
            "Handles incidents and configures them; no members, roles, sign-on or payment.",
            [entry.id for entry in CATALOGUE if entry.permission not in _NOT_FOR_RESPONDERS],
        ),
        _preset(
            VIEWER,
            "Viewer",
            "Looks on; changes nothing, and sees neither the audit log nor keys.",
            [
                entry.id
                for entry in CATALOGUE
                if entry.kind is PermissionKind.READ and entry.permission not in _NOT_FOR_VIEWERS
            ],
        ),
    )
}


_MANAGING: Final = tuple(
    str(entry.permission) for entry in CATALOGUE if entry.kind is PermissionKind.MANAGE
)


def may_change(permissions: Collection[str]) -> bool:
    """Whether whoever has these permissions may change anything that is not their own."""
    return any(permission in permissions for permission in _MANAGING)


def effective(roles: list[Role]) -> frozenset[str]:
    """All that these roles permit together: the union of the enabled ones, Manage implying Read.

    Ids that no catalogue line has (left by a newer version) grant nothing.
    """
    return _granted(tuple(roles))


@lru_cache(maxsize=512)
def _granted(roles: tuple[Role, ...]) -> frozenset[str]:
    # Asked on every call, and an account has few combinations of roles.
    names: set[str] = set()
    for role in roles:
        if role.status is RoleStatus.ENABLED:
            names.update(BY_ID[i].permission for i in role.permission_ids if i in BY_ID)
    return frozenset(names | {read for name in names for read in _implied(name)})


def _implied(name: str) -> list[str]:
    subject, _, verb = name.rpartition(" ")
    if name == Permission.STATUS_PAGES_EVENTS_MANAGE:
        return [Permission.STATUS_PAGES_READ]
    read = f"{subject} Read"
    return [read] if verb == "Manage" and read in BY_PERMISSION else []


class FactorKind(StrEnum):
    """What a permission opens up, for a client that draws a user interface."""

    API = "api"
    BUTTON = "button"
    VISIT = "visit"
    MENU = "menu"
    URL = "url"


class Factor(Struct, frozen=True):
    """One thing a permission opens up: an operation's path, a menu entry, a button."""

    name: str
    kind: FactorKind


def interface_factors(permissions: frozenset[str]) -> list[Factor]:
    """Menu entries for what may be seen, buttons for what may be changed."""
    found = []
    for entry in CATALOGUE:
        if entry.permission in permissions:
            reads = entry.kind is PermissionKind.READ
            slug = entry.subject.lower().replace(" ", "-")
            kind = FactorKind.MENU if reads else FactorKind.BUTTON
            found.append(Factor(f"{entry.domain}:{slug}", kind))
    return found
