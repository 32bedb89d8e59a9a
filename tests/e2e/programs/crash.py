"""A program that reports to Tocsin with an unmodified SDK, and crashes: DSN RELEASE WHERE."""

import sys

import sentry_sdk

dsn, release, where = sys.argv[1:]
sentry_sdk.init(dsn=dsn, release=release, environment="production")


def charge(order: dict[str, int]) -> int:
    return order["price"] * 2


def ship(order: dict[str, int]) -> int:
    return 100 // order["parcels"]


if where == "charge":
    charge({"amount": 3})
else:
    ship({"parcels": 0})
