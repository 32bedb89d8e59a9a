"""A second program with known faults, written after version 2 of the grouping and not tuned for;
harness_ledger.py makes it fail, each cause in several variants."""

import asyncio
import contextlib
import csv
import dataclasses
import functools
import io
import logging
import re
import struct
import uuid

log = logging.getLogger("app")


@dataclasses.dataclass
class Account:
    owner: str
    limits: dict

    @property
    def daily(self):
        return self.limits["daily"] / self.limits.get("days", 0)

    @classmethod
    def parse(cls, row):
        owner, rest = row.split(":")
        return cls(owner, dict(pair.split("=") for pair in rest.split(",")))


@contextlib.contextmanager
def locked(name):
    if name.startswith("z"):
        raise LookupError(f"lock {name} is held by worker {uuid.uuid5(uuid.NAMESPACE_DNS, name)}")
    try:
        yield name
    finally:
        log.debug("released %s", name)


def rows(text):
    for row in csv.DictReader(io.StringIO(text)):
        yield {
            "id": int(row["id"]),
            "at": row["at"].strip(),
        }


def total(text):
    return sum(row["id"] for row in rows(text))


def first_id(text):
    return next(iter(rows(text)))["id"]


def header(raw):
    kind, length = struct.unpack("!HI", raw)
    return kind, length


def dispatch(handlers, kind, *args):
    return handlers[kind](*args)


def compile_rule(text):
    return re.compile(text)


def merge(a, b):
    result = {**a}
    for key, value in b.items():
        result[key] += value
    return result


async def fetch(n):
    await asyncio.sleep(0)
    if n > 2:
        raise ConnectionResetError(104, f"peer 10.1.2.{n} reset stream {n * 17}")
    return n


async def fetch_all(count):
    return await asyncio.gather(*(fetch(n) for n in range(count)))


def deep(node, depth=0):
    if depth > 3:
        return node["leaf"]["value"]
    return deep(node, depth + 1)


def email(user):
    name, host = user["email"].split("@")
    return host.lower()


def invite(user):
    return email(user)


def remind(user):
    host = email(user)
    return f"to {host}"


def weekly(users):
    return {u["id"]: email(u) for u in users}


@functools.lru_cache
def rate(code):
    table = {"EUR": 1.0}
    return table[code]


def price(amount, code):
    return amount * rate(code)


def cart(amounts, code):
    return [price(a, code) for a in amounts]


def validate(order):
    assert order["lines"], f"order {order['id']} has no lines"
    assert order["total"] >= 0, f"order {order['id']} has total {order['total']}"


class Repo:
    def get(self, key):
        raise NotImplementedError(f"{type(self).__name__}.get")


class UserRepo(Repo):
    pass


class OrderRepo(Repo):
    pass


def load_user(v):
    return UserRepo().get(v)


def load_order(v):
    return OrderRepo().get(v)
