"""Lists of issues, from a million of them: how long a page takes, by what it is filtered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import text

from bench.inside import Inside
from bench.report import Figure
from tests.errors import crash, register, send
from tocsin.domain.issue import Issue, Stage
from tocsin.domain.issue_words import Key, valued
from tocsin.kernel.units import DAY, HOUR
from tocsin.store import issue as issues
from tocsin.store import issue_tag, issue_word
from tocsin.store.database import Database

MANY: Final = 1_000_000
CALLS: Final = 200
APPLICATIONS: Final = 20
_BATCH: Final = 1_000
_SPAN_MS: Final = 90 * DAY
_STAGES: Final = (Stage.RESOLVED, Stage.RESOLVED, Stage.TRIAGE, Stage.ASSIGNED, Stage.IGNORED)
_PLACES: Final = ("cart", "payment", "search", "profile", "invoice", "upload", "login")


def measure(folder: Path, many: int = MANY) -> Iterator[Figure]:
    """Fill a database with issues, each seen in one of 90 days, and ask for pages of 20."""
    inside = Inside(folder)
    database = inside.database
    with database.write() as tx:
        shops = [register(tx, inside.cast.account_id, f"Shop {n}") for n in range(APPLICATIONS)]
    send(database, shops[0], crash("first", inside.clock.now(), service="web0"))
    with database.read() as tx:
        (first,) = issues.by_ids(
            tx, inside.cast.account_id, tx.values(text("SELECT issue_id FROM issue"))
        )
    for start in range(1, many, _BATCH):
        numbers = range(start, min(start + _BATCH, many))
        _file(database, [_issue(first, n, shops[n % APPLICATIONS].id, many) for n in numbers])
    with database.write() as tx:
        tx.connection.execute(text("ANALYZE"))
    now = inside.clock.now()
    for name, wish in _wishes(shops[3].id, now, many):
        month: dict[str, Any] = {"start_time": now - 30 * DAY, "end_time": now + HOUR}
        found = inside.latencies("/rum/issue/list", month | wish, CALLS)
        p99 = found[int(len(found) * 0.99)]
        yield Figure(f"20 of {many:,}, {name}, p99", p99, 20, unit=" ms")
    database.close()


def _wishes(application_id: str, now: int, many: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "of a month", {}
    yield "of an hour", {"start_time": now - HOUR}
    yield "of an application", {"application_ids": [application_id]}
    yield "open ones", {"statuses": ["for_review"]}
    both = {"application_ids": [application_id], "statuses": ["for_review"]}
    yield "open ones of an application", both
    yield "by error count", {"orderby": "error_count"}
    yield "service", {"dql": "service:web3"}
    yield "rare service", {"dql": "service:oddity"}
    yield "rare type", {"dql": f"error_type:Kind{many // 500}Error"}
    yield "rare tag", {"tags": {"tenant": [f"t{many // 200}"]}}
    yield "rare version", {"dql": f"version:1.{many // 300}"}
    yield "rare word", {"dql": f"order {many // 7}"}
    yield "frequent word", {"dql": "payment"}
    yield "frequent and rare word, open", {"dql": f"payment {many // 7}", **both}


def _issue(first: Issue, number: int, application_id: str, many: int) -> Issue:
    """Kinds, services and places of many, some of them rare; the older, the lower the number."""
    seen_at = first.created_at - _SPAN_MS * (many - number) // many
    return replace(
        first,
        issue_id=f"{number:022x}",
        number=number,
        tracking_id=f"isset_{number:032x}",
        digest=f"{number:032x}",
        application_id=application_id,
        service="oddity" if number % (many // 20) == 5 else f"web{number % 10}",
        error_type=f"Kind{number // 50}Error",
        error_message=f"{_PLACES[number % 7]} of order {number} failed: gateway timed out",
        stage=_STAGES[number % 5],
        first_seen_at=seen_at,
        last_seen_at=seen_at,
        created_at=seen_at,
        updated_at=seen_at,
        error_count=number * 7919 % 5000,
        newest_version=f"1.{number // 300}",
    )


def _file(database: Database, new: list[Issue]) -> None:
    account_id = new[0].account_id
    tags = {one.issue_id: f"t{one.number // 200}" for one in new}
    with database.write(hastily=True) as tx:
        issues.add(tx, new)
        issue_tag.learn(tx, account_id, [(key, "tenant", tag) for key, tag in tags.items()])
        issue_word.add(tx, new, [(one, key) for one in new for key in _learned(one, tags)])


def _learned(one: Issue, tags: dict[str, str]) -> tuple[Key, ...]:
    version = valued("version", one.newest_version)
    return valued("tags.tenant", tags[one.issue_id]), version
