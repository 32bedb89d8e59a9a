"""Runs every cause of ledger.py in several variants and reports what it raises: DSN RELEASE FIRST."""

import asyncio
import sys

import ledger as app
import sentry_sdk

CAUSES = {
    "division": lambda v: app.Account("x", {"daily": v + 1}).daily,
    "no daily": lambda v: app.Account("x", {"d": v}).daily,
    "parse row": lambda v: app.Account.parse("a" * v),
    "lock held": lambda v: app.locked(f"z{v}").__enter__(),
    "bad id": lambda v: (app.total if v % 2 else app.first_id)(f"id,at\nx{v},now\n"),
    "no at": lambda v: (app.total if v % 2 else app.first_id)(f"id\n{v}\n"),
    "short header": lambda v: app.header(b"x" * (v % 5)),
    "unknown kind": lambda v: app.dispatch({}, f"kind{v}"),
    "bad regex": lambda v: app.compile_rule("(" * (v + 1)),
    "merge key": lambda v: app.merge({"a": 1}, {f"k{v}": 1}),
    "peer reset": lambda v: asyncio.run(app.fetch_all(4 + v % 3)),
    "no leaf": lambda v: app.deep({"n": v}),
    "no email": lambda v: [
        lambda: app.invite({"id": v}),
        lambda: app.remind({"id": v}),
        lambda: app.weekly([{"id": v}]),
    ][v % 3](),
    "email without at": lambda v: [
        lambda: app.invite({"email": f"u{v}"}),
        lambda: app.remind({"email": f"u{v}"}),
        lambda: app.weekly([{"id": 1, "email": "zz" * v}]),
    ][v % 3](),
    "no rate": lambda v: app.price(1, f"X{v}") if v % 2 else app.cart([1, 2], f"Y{v}"),
    "no lines": lambda v: app.validate({"id": v, "lines": []}),
    "negative total": lambda v: app.validate({"id": v, "lines": [1], "total": -v - 1}),
    "user repo": app.load_user,
    "order repo": app.load_order,
}
SAID = {
    "login failed": lambda v: app.log.error(
        f"login of {['ann', 'ben', 'cy'][v % 3]} failed from 10.0.0.{v}"
    ),
    "slow query": lambda v: app.log.error("query took %d ms: %s", v * 31, "select " + "x" * v),
    "webhook": lambda v: app.log.error(f"webhook https://h{v}.example/x answered {500 + v % 4}"),
    "job": lambda v: app.log.error(f"job {v:08x}-aaaa stopped with code {v}"),
}


def main():
    dsn, release, first = sys.argv[1:]
    sentry_sdk.init(dsn=dsn, release=release, auto_session_tracking=False)
    for cause in [*CAUSES, *SAID]:
        for v in range(int(first), int(first) + 5):
            with sentry_sdk.new_scope() as scope:
                scope.set_tag("cause", cause)
                try:
                    (SAID if cause in SAID else CAUSES)[cause](v)
                except Exception as error:  # noqa: BLE001
                    sentry_sdk.capture_exception(error)
    sentry_sdk.flush(30)
