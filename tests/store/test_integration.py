from msgspec.structs import replace

from tests.domain.test_integration import SHARED, WEBHOOK
from tocsin.domain.integration import IntegrationStatus
from tocsin.kernel.paging import Window
from tocsin.store import integration as integrations
from tocsin.store.database import Database
from tocsin.store.integration import Filter

ALL = Window(0, 100)


def test_a_push_key_leads_to_its_integration_and_can_be_shown_again(database: Database) -> None:
    with database.write() as tx:
        integrations.add(tx, SHARED)
        assert integrations.by_key(tx, SHARED.key) == SHARED
        assert integrations.by_key(tx, "no such key") is None
        assert integrations.get(tx, 1, 5) == SHARED
        assert integrations.get(tx, 2, 5) is None


def test_a_deleted_integration_is_unknown_to_everybody(database: Database) -> None:
    with database.write() as tx:
        integrations.add(tx, replace(SHARED, channel_id=7))
        integrations.delete_of_channel(tx, 1, 7)
        assert integrations.by_key(tx, SHARED.key) is None
        assert integrations.get(tx, 1, 5) is None
        assert integrations.browse(tx, 1, Filter(), ALL) == []


def test_lists_are_narrowed_and_newest_first(database: Database) -> None:
    with database.write() as tx:
        integrations.add(tx, SHARED)
        integrations.add(tx, replace(WEBHOOK, name="Tickets", team_id=4, created_at=2))

        def ids(**wanted: object) -> list[int]:
            return [row.id for row in integrations.browse(tx, 1, Filter(**wanted), ALL)]

        assert ids() == [6, 5]
        assert ids(plugin_ids=[302]) == [6]
        assert ids(plugin_ids=[]) == []
        assert ids(team_ids=[4]) == [6]
        assert ids(query="SCRIPT") == [5]
        assert ids(status=IntegrationStatus.DISABLED) == []


def test_enabled_webhooks_are_found_for_the_incidents_they_report(database: Database) -> None:
    with database.write() as tx:
        integrations.add(tx, SHARED)
        integrations.add(tx, WEBHOOK)
        assert integrations.webhooks(tx, 1) == [WEBHOOK]
        integrations.save(tx, replace(WEBHOOK, status=IntegrationStatus.DISABLED))
        assert integrations.webhooks(tx, 1) == []
