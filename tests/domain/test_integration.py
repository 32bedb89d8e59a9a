import pytest
from msgspec.structs import replace

from tocsin.domain.integration import Integration, IntegrationStatus, Settings, check
from tocsin.domain.plugin import INCIDENT_WEBHOOK, STANDARD_ALERT, plugin
from tocsin.kernel.errors import InvalidParameter

SHARED = Integration(
    id=5,
    account_id=1,
    team_id=0,
    channel_id=0,
    name="Scripts",
    plugin_id=STANDARD_ALERT.id,
    plugin_type=STANDARD_ALERT.type,
    creator_id=10,
    created_at=1,
    updated_at=1,
    key="k" * 35,
    settings=Settings(channel_ids=(7, 8)),
)
WEBHOOK = replace(
    SHARED,
    id=6,
    plugin_id=INCIDENT_WEBHOOK.id,
    plugin_type=INCIDENT_WEBHOOK.type,
    key="w" * 35,
    settings=Settings(channel_ids=(7,), endpoint="https://x", event_types=("i_new",)),
)


def test_a_dedicated_integration_serves_its_channel_whatever_the_url_says() -> None:
    assert replace(SHARED, channel_id=9).targets(named=3) == (9,)


def test_a_shared_one_serves_the_channel_of_the_url_or_else_those_of_its_settings() -> None:
    assert SHARED.targets(named=3) == (3,)
    assert SHARED.targets() == (7, 8)


def test_a_plugin_is_named_by_id_or_by_type() -> None:
    assert plugin(302, "") is INCIDENT_WEBHOOK
    assert plugin(0, "standard.alert") is STANDARD_ALERT
    with pytest.raises(InvalidParameter):
        plugin(0, "")


def test_a_webhook_reports_only_what_it_was_asked_to() -> None:
    assert WEBHOOK.reports(7, "i_new")
    assert not WEBHOOK.reports(8, "i_new")
    assert not WEBHOOK.reports(7, "i_ack")
    assert not replace(WEBHOOK, status=IntegrationStatus.DISABLED).reports(7, "i_new")
    assert replace(WEBHOOK, settings=Settings(endpoint="https://x")).reports(8, "i_ack")
    assert not SHARED.reports(7, "i_new")


def test_an_integration_names_its_own_channel_and_those_of_its_settings() -> None:
    assert [SHARED.names(channel_id) for channel_id in (7, 8, 9)] == [True, True, False]
    assert replace(SHARED, channel_id=9).names(9)


def test_a_webhook_needs_an_address_and_a_sender_none() -> None:
    with pytest.raises(InvalidParameter):
        check(replace(WEBHOOK, settings=Settings()))
    check(SHARED)
