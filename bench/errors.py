"""Errors end to end: sent by real clients' bytes, accepted, digested, grouped and stored."""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlsplit

from bench import corpus, floor, load
from bench.product import Product
from bench.report import Figure

COUNT: Final = 4_000
RULES: Final = 10
CONCURRENCIES: Final = (1, 8, 32)
_pause = Event()


def measure(product: Product, folder: Path, count: int = COUNT) -> Iterator[Figure]:
    """The floor, then the product at each concurrency, then what it took up."""
    bodies = [gzip.compress(body) for body in corpus.record()]
    plain = sum(map(len, map(gzip.decompress, bodies))) / len(bodies)
    yield Figure("distinct errors recorded from the SDK", len(bodies), 300, at_most=False)
    yield Figure("an envelope, JSON", plain / 1024, unit=" KB")
    bare = floor.events_per_second(bodies, count, folder)
    yield Figure("floor: decode, hash, compress, insert", bare, unit="/s")
    ready, before = _requests(product, bodies), product.stored_bytes()
    for concurrency in CONCURRENCIES:
        yield from _at(product, ready, count, concurrency, bare)
    yield Figure("memory after the load", product.memory_mb(), 250, unit=" MB")
    stored = (product.stored_bytes() - before) / (count * len(CONCURRENCIES))
    yield Figure("stored an event", stored / 1024, 10, unit=" KB")


def _at(
    product: Product, ready: Sequence[bytes], count: int, concurrency: int, bare: float
) -> Iterator[Figure]:
    started = perf_counter()
    run = load.drive(product.port, ready, count, concurrency)
    while product.inbox_depth() > 0:
        _pause.wait(0.02)
    whole = count / (perf_counter() - started)
    name = f"concurrency {concurrency}:"
    if run.refused:
        yield Figure(f"{name} refused", run.refused, 0)
    yield Figure(f"{name} accepted", run.per_second, unit="/s")
    yield Figure(f"{name} accepted → grouped and stored", whole, unit="/s")
    yield Figure(f"{name} share of the floor", whole / bare, 0.5, at_most=False)
    bound = 50 if concurrency == 8 else None
    yield Figure(f"{name} p99 of the answer", run.percentile(0.99), bound, unit=" ms")


def _rule(product: Product, application_id: str) -> None:
    """Have the application as many rules as a careful owner may write, of which few mean anything."""
    wish: dict[str, Any] = {"application_id": application_id}
    grouping = {
        "fingerprint_rules": "".join(
            f"error.type:Kind{n}* stack.module:shop.part{n}.* -> kind-{n}\n"
            f'message:"*refused by bank {n}*" -> {{{{ default }}}}, bank\n'
            for n in range(RULES)
        ),
        "stack_rules": "".join(
            f"stack.module:vendor{n}.* -app\nstack.abs_path:**/made{n}/** -group\n"
            for n in range(RULES)
        ),
        "noise_filters": {"crawlers": True, "third_party": True},
    }
    product.call("/rum/application/grouping/update", wish | grouping)
    for n in range(RULES):
        condition = {"key": "error.error_message", "oper": "IN", "vals": [f"*nothing {n}*"]}
        rule = {"rule_name": f"rule {n}", "filters": [[condition]]}
        product.call("/rum/error-ingestion/rules/create", wish | rule)


def _requests(product: Product, bodies: Sequence[bytes]) -> list[bytes]:
    wish = {"application_name": "bench", "type": "browser", "team_id": 0}
    made = product.call("/rum/application/create", wish)
    _rule(product, made["application_id"])
    address = urlsplit(made["dsn"])
    headers = (
        "Content-Type: application/x-sentry-envelope\r\nContent-Encoding: gzip\r\n"
        f"X-Sentry-Auth: Sentry sentry_key={address.username}, sentry_version=7"
    )
    return load.requests(f"/api{address.path}/envelope/", product.port, bodies, headers)
