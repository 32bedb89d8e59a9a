from tests.domain.rules import about, drop, inhibit, silence
from tests.plans import analyse, plan, sorts
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.time_filter import TimeFilter
from tocsin.store import noise_rule as rules
from tocsin.store.database import Database
from tocsin.store.noise_rule import DROPS, INHIBITS, SILENCES

HOSTS = about("labels.host", "db*", "/^web/")


def test_rules_come_back_as_they_were_kept(database: Database) -> None:
    dropping = drop(filters=HOSTS, priority=4, description="Lab")
    silent = silence(
        filters=HOSTS,
        windows=(TimeFilter("22:00", "06:00", (0, 6), "cal.x", True),),
        is_directly_discard=True,
        is_auto_delete=True,
        from_incident_id="b" * 24,
    )
    inhibiting = inhibit(source_filters=HOSTS, equals=("labels.host",))
    with database.write() as tx:
        rules.add(tx, DROPS, dropping)
        rules.add(tx, SILENCES, silent)
        rules.add(tx, INHIBITS, inhibiting)
        assert rules.get(tx, DROPS, 1, dropping.id) == dropping
        assert rules.get(tx, SILENCES, 1, silent.id, lock=True) == silent
        assert rules.get(tx, INHIBITS, 1, inhibiting.id) == inhibiting
        assert rules.get(tx, INHIBITS, 2, inhibiting.id) is None


def test_only_what_is_enabled_is_in_force(database: Database) -> None:
    awake = drop(id="1" * 24, priority=2)
    asleep = drop(id="2" * 24, status=RuleStatus.DISABLED)
    with database.write() as tx:
        rules.add(tx, DROPS, awake)
        rules.add(tx, DROPS, asleep)
        assert rules.of_channel(tx, DROPS, 1, 2) == [asleep, awake]
        assert rules.in_force(tx, DROPS, 1, 2) == [awake]
        assert rules.in_force(tx, DROPS, 1, 3) == []


def test_the_rules_of_a_channel_are_read_in_order_by_index(database: Database) -> None:
    with database.write() as tx:
        for number in range(600):
            rule = drop(id=f"{number:024x}", channel_id=number // 3, priority=-number)
            rules.add(tx, DROPS, rule)
    analyse(database)
    with database.read() as tx:
        wanted = {"account_id": 1, "channel_id": 9}
        for shelf in (DROPS, SILENCES, INHIBITS):
            words = plan(tx, shelf.enabled, wanted)
            if shelf is DROPS:
                assert "ix_drop_rule_channel" in words
            assert "SCAN" not in words
        assert not sorts(plan(tx, DROPS.enabled, wanted)) or tx.dialect == "postgresql"
