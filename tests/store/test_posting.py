"""Postings lead from keys to rows, and to nothing that was erased."""

from sqlalchemy import func, select

from tocsin.store import posting
from tocsin.store.database import Database, Tx
from tocsin.store.posting import OWNERS_MAX
from tocsin.store.tables.incident import incident_word

HOUR = 7
MANY = [f"{number:024x}" for number in range(2 * OWNERS_MAX + 1)]


def key(word: str, account_id: int = 1) -> posting.Key:
    return account_id, HOUR, word


def led_to(tx: Tx, word: str, account_id: int = 1) -> list[str]:
    wanted = (incident_word.c.account_id == account_id, incident_word.c.word == word)
    return sorted(tx.values(posting.owners(incident_word, *wanted)))


def rows(tx: Tx) -> int:
    return int(tx.value(select(func.count()).select_from(incident_word)))


def test_what_is_filed_together_shares_rows_of_a_bounded_size(database: Database) -> None:
    with database.write() as tx:
        filed = [(key("disk"), one) for one in MANY] + [(key(one), one) for one in MANY[:3]]
        posting.add(tx, incident_word, reversed(filed))
        assert led_to(tx, "disk") == MANY
        assert led_to(tx, MANY[1]) == [MANY[1]]
        assert led_to(tx, "disk", account_id=2) == []
        assert rows(tx) == 3 + 3


def test_what_comes_late_is_led_to_once_or_twice_and_others_stay(database: Database) -> None:
    with database.write() as tx:
        posting.add(tx, incident_word, [(key("disk"), one) for one in MANY[:2]])
        for _ in range(2):
            posting.add_late(tx, incident_word, [key("disk"), key("full")], MANY[0])
        assert set(led_to(tx, "disk")) == set(MANY[:2])
        assert led_to(tx, "full") == [MANY[0]]


def test_what_is_erased_is_led_to_by_no_key(database: Database) -> None:
    gone = [MANY[0], MANY[OWNERS_MAX], MANY[-1], *MANY[10:40]]
    with database.write() as tx:
        posting.add(tx, incident_word, [(key("disk"), one) for one in MANY])
        posting.add(tx, incident_word, [(key("disk", account_id=2), one) for one in MANY[:2]])
        for one in gone:
            posting.add_late(tx, incident_word, [key("full")], one)
        posting.erase(tx, incident_word, 1, dict.fromkeys(gone, HOUR))
        assert led_to(tx, "disk") == sorted(set(MANY) - set(gone))
        assert led_to(tx, "full") == []
        assert led_to(tx, "disk", account_id=2) == MANY[:2]
