import pytest
from msgspec.structs import replace

from tocsin.domain.application import (
    Alerting,
    Application,
    ApplicationEdit,
    ApplicationType,
    dsn,
    edited,
    is_visible,
)
from tocsin.kernel.caller import Caller

SHOP = Application(
    id="app",
    account_id=1,
    name="Shop",
    type=ApplicationType.BROWSER,
    client_token="t" * 35,
    sentry_key="0" * 32,
    sentry_project=123456789,
    team_id=7,
    created_by=10,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8750", f"http://{'0' * 32}@127.0.0.1:8750/123456789"),
        ("https://ops.example/tocsin/", f"https://{'0' * 32}@ops.example/tocsin/123456789"),
    ],
)
def test_a_dsn_leads_to_the_public_address(url: str, expected: str) -> None:
    assert dsn(SHOP, url) == expected


def test_an_edit_leaves_what_it_does_not_name_and_the_servers_own_number() -> None:
    alerted = replace(SHOP, alerting=Alerting(integration_id=5))
    edit = ApplicationEdit(name="New", alerting=Alerting(enabled=True, integration_id=9))
    changed = edited(alerted, edit)
    assert (changed.name, changed.team_id) == ("New", 7)
    assert changed.alerting == Alerting(enabled=True, integration_id=5)


@pytest.mark.parametrize(
    ("caller", "visible"),
    [
        (Caller(1, 10, "creator"), True),
        (Caller(1, 11, "team mate", team_ids=frozenset({7})), True),
        (Caller(1, 12, "admin", is_admin=True), True),
        (Caller(1, 13, "stranger", team_ids=frozenset({8})), False),
    ],
)
def test_a_private_application_shows_to_its_own(caller: Caller, visible: bool) -> None:
    assert is_visible(replace(SHOP, is_private=True), caller) is visible
    assert is_visible(SHOP, caller)
