"""Runs every cause of a program in several variants and reports what it raises: DSN RELEASE FIRST."""

import asyncio
import sys

import sentry_sdk
import shop

NAMES = ["alice", "bob", "chen", "dora", "emil", "fatima", "goro", "hana"]


def shared(v):
    """One fault in a function that three features call."""
    bad = {"city": None}
    if v % 3 == 0:
        return shop.checkout({"address": bad})
    if v % 3 == 1:
        return shop.profile({"home": bad})
    return shop.import_customers([{"city": "x"}, bad])


def tree_of(v):
    return {name: NAMES[(at + 1) % len(NAMES)] for at, name in enumerate(NAMES[: v % 4 + 5])} | {
        "goro": "alice",
        "hana": "alice",
        "fatima": "alice",
        "emil": "alice",
    }


def name(v):
    return NAMES[v % len(NAMES)]


CAUSES = {
    "missing price": lambda v: shop.line_total({"count": v, "sku": name(v)}),
    "missing count": lambda v: shop.line_total({"price": v}),
    "empty cart": lambda v: shop.average([]),
    "no user": lambda v: shop.greeting(None),
    "quantity is no number": lambda v: shop.quantity(f"{v} pieces for {name(v)}"),
    "weight is text": lambda v: shop.shipping(str(v), v),
    "address index": lambda v: shop.nth_address({"addresses": [1] * v}, v + 3),
    "card declined": lambda v: shop.charge(f"4111-{v * 7919:08}", 100.5 + v),
    "negative amount": lambda v: shop.charge(f"4111-{v * 7919:08}", -1 - v),
    "stock database down": lambda v: shop.load_stock(f"sku-{'x' * v}"),
    "template missing": lambda v: shop.read_template(f"mail-{name(v)}"),
    "feed broken": lambda v: shop.parse_feed('{"a": ' + "1, " * v),
    "category loop": lambda v: shop.category_path(tree_of(v), name(v)),
    "label not ascii": lambda v: shop.decode_label(b"a" * v + b"\xe4" + b"b" * v),
    "rates time out": lambda v: shop.fetch_rates(1.5 * (v + 1)),
    "no smtp": lambda v: shop.mail_settings({"v": v}),
    "no bucket": lambda v: shop.storage_settings({"v": v}),
    "city is null": shared,
    "csv row": lambda v: shop.CsvExporter().run([{"id": v}]),
    "json row": lambda v: shop.JsonExporter().run([{"id": v}]),
    "birthday": lambda v: shop.birthday(f"{v + 1}.{v % 12 + 1}.1980"),
    "delivery slot": lambda v: shop.delivery_slot(f"{v} o'clock"),
    "order saved twice": shop.save_order,
    "no report table": lambda v: shop.monthly_report(v % 12 + 1),
    "audit entry": lambda v: shop.audit([{"by": name(v)}] * (v + 2)),
    "upload broke": lambda v: shop.upload(f"photo-{v}.jpg"),
    "unknown code": lambda v: shop.discount(name(v).upper() + str(v)),
    "nobody to notify": lambda v: asyncio.run(shop.notify({"channels": [], "id": v})),
    "cache warmup": shop.warm_cache,
    "no parcels": shop.worker_job,
    "thread died": shop.in_thread,
}
SAID = {
    "payment refused": lambda v: shop.log.error("payment %s refused by bank %s", v * 31, name(v)),
    "mail bounced": lambda v: shop.log.error(f"mail to {name(v)}@example.com bounced after {v} s"),
    "queue full": lambda v: shop.log.error(f"queue '{name(v)}' is full: {v * 100 + 7} jobs wait"),
    "disk full": lambda v: shop.log.critical(f"disk {90 + v % 10}% full on /dev/sda{v % 4}"),
    "token expired": lambda v: shop.log.error(
        f"token {v * 2654435761:032x} expired at 2026-01-{v + 1:02}"
    ),
}
DIRECT = {"nobody to notify", "thread died", "missing price", "missing count"}


def fail(cause, v):
    if cause in SAID:
        SAID[cause](v)
    elif cause in DIRECT:
        CAUSES[cause](v)
    else:
        shop.ways(lambda: CAUSES[cause](v), v)


def main():
    dsn, release, first = sys.argv[1:]
    sentry_sdk.init(dsn=dsn, release=release, environment="production", auto_session_tracking=False)
    for cause in [*CAUSES, *SAID]:
        for v in range(int(first), int(first) + 5):
            with sentry_sdk.new_scope() as scope:
                scope.set_tag("cause", cause)
                try:
                    fail(cause, v)
                except Exception as error:  # noqa: BLE001
                    sentry_sdk.capture_exception(error)
    sentry_sdk.flush(30)
