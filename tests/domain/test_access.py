from tocsin.domain import access
from tocsin.domain.access import (
    ACCOUNT_ADMIN,
    BY_PERMISSION,
    CATALOGUE,
    PRESETS,
    RESPONDER,
    VIEWER,
    Factor,
    FactorKind,
    Permission,
    Role,
    RoleStatus,
    effective,
)


def custom(*permissions: Permission, status: RoleStatus = RoleStatus.ENABLED) -> Role:
    ids = tuple(BY_PERMISSION[permission].id for permission in permissions)
    return Role(access.CUSTOM_ROLE_ID_MIN, "custom", "", status, ids)


def test_an_admin_may_do_everything() -> None:
    assert effective([PRESETS[ACCOUNT_ADMIN]]) == frozenset(Permission)


def test_a_responder_handles_incidents_but_neither_members_nor_roles_nor_payment() -> None:
    may = effective([PRESETS[RESPONDER]])
    assert {"Incidents Manage", "Teams Manage", "Audit Read", "API Keys Manage"} <= may
    assert not {"Members Manage", "Roles Manage", "SSO Read", "Payment Read"} & may


def test_a_viewer_reads_only_and_sees_neither_audit_nor_keys() -> None:
    may = effective([PRESETS[VIEWER]])
    assert {"Incidents Read", "Channels Read", "Analytics Read"} <= may
    assert all(name.endswith(" Read") for name in may)
    assert not {"Audit Read", "API Keys Read", "Onboarding Read"} & may
    assert may < effective([PRESETS[RESPONDER]])


def test_managing_implies_reading() -> None:
    assert "Incidents Read" in effective([custom(Permission.INCIDENTS_MANAGE)])
    assert "Status Pages Read" in effective([custom(Permission.STATUS_PAGES_EVENTS_MANAGE)])
    assert effective([custom(Permission.MEMBERS_MANAGE)]) == {"Members Manage"}


def test_roles_add_up_and_a_disabled_one_grants_nothing() -> None:
    reads = custom(Permission.INCIDENTS_READ)
    audits = custom(Permission.AUDIT_READ)
    assert effective([reads, audits]) == {"Incidents Read", "Audit Read"}
    assert effective([custom(Permission.AUDIT_READ, status=RoleStatus.DISABLED)]) == frozenset()
    assert effective([]) == frozenset()


def test_an_unknown_permission_id_grants_nothing() -> None:
    assert effective([Role(1001, "odd", "", RoleStatus.ENABLED, (999_999,))]) == frozenset()


def test_catalogue_ids_are_unique_and_stay_what_they_are() -> None:
    assert len({entry.id for entry in CATALOGUE}) == len(CATALOGUE) == len(Permission)
    assert BY_PERMISSION[Permission.MEMBERS_MANAGE].id == 101
    assert BY_PERMISSION[Permission.ONBOARDING_READ].id == 111
    assert BY_PERMISSION[Permission.CHANNELS_READ].id == 201
    assert BY_PERMISSION[Permission.STATUS_PAGES_EVENTS_MANAGE].id == 220
    assert BY_PERMISSION[Permission.OVERVIEW_READ].id == 301
    assert BY_PERMISSION[Permission.SESSION_REPLAY_READ].id == 405


def test_factors_are_menus_for_reading_and_buttons_for_changing() -> None:
    found = access.interface_factors(effective([custom(Permission.INCIDENTS_MANAGE)]))
    assert found == [
        Factor("on-call:incidents", FactorKind.MENU),
        Factor("on-call:incidents", FactorKind.BUTTON),
    ]
