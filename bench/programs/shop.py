"""A small shop with known faults; harness.py makes it fail, each cause in several variants."""

import asyncio
import json
import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import wraps

log = logging.getLogger("shop")


class PaymentDeclined(Exception):
    pass


class StockError(Exception):
    pass


class ImportFailed(Exception):
    pass


class ConfigError(Exception):
    pass


def retried(call):
    @wraps(call)
    def again(*args):
        for attempt in range(2):
            try:
                return call(*args)
            except OSError:
                if attempt:
                    raise
        return None

    return again


def line_total(line):
    price = line["price"]
    count = line["count"]
    return price * count


def average(lines):
    return sum(line_total(line) for line in lines) / len(lines)


def greeting(user):
    return "Dear " + user.name.title()


def quantity(text):
    return int(text)


def shipping(weight, rate):
    return weight * 2 + rate


def nth_address(user, index):
    return user["addresses"][index]


def charge(card, amount):
    if amount > 100:
        raise PaymentDeclined(f"card {card} declined for {amount} EUR")
    if amount < 0:
        raise PaymentDeclined(f"card {card} cannot be charged {amount} EUR")
    return amount


def connect(host, port):
    raise ConnectionRefusedError(111, f"connect to {host}:{port} refused")


def load_stock(sku):
    try:
        connect(f"10.0.{len(sku)}.7", 5400 + len(sku))
    except OSError as error:
        raise StockError(f"stock of {sku} is not known") from error


def read_template(name):
    with open(f"/nonexistent/templates/{name}.html") as file:
        return file.read()


def parse_feed(text):
    return json.loads(text)


def category_path(tree, name):
    return category_path(tree, tree[name])


def decode_label(raw):
    return raw.decode("ascii")


def fetch_rates(seconds):
    raise TimeoutError(f"no rates after {seconds:.2f}s")


def require(value, what):
    if value is None:
        raise ConfigError(f"{what} is required")
    return value


def mail_settings(settings):
    return require(settings.get("smtp"), "smtp")


def storage_settings(settings):
    return require(settings.get("bucket"), "bucket")


def normalise(address):
    return address["city"].strip().upper()


def checkout(order):
    return normalise(order["address"])


def profile(user):
    home = user.get("home")
    return {"city": normalise(home)}


def import_customers(rows):
    return [normalise(row) for row in rows]


class Exporter:
    def run(self, rows):
        return [self.render(row) for row in rows]


class CsvExporter(Exporter):
    def render(self, row):
        return ",".join(row["cells"])


class JsonExporter(Exporter):
    def render(self, row):
        return json.dumps(row["fields"])


def birthday(text):
    return datetime.strptime(text, "%Y-%m-%d")


def delivery_slot(text):
    return datetime.strptime(text, "%H:%M")


def save_order(number):
    base = sqlite3.connect(":memory:")
    base.execute("create table item (sku text unique)")
    base.execute("insert into item values (?)", (f"sku-{number}",))
    base.execute("insert into item values (?)", (f"sku-{number}",))


def monthly_report(month):
    base = sqlite3.connect(":memory:")
    base.execute(f"select * from orders_2026_{month:02}")


def audit(entries):
    return sorted(entries, key=lambda entry: entry["at"])


@retried
def upload(name):
    raise BrokenPipeError(32, f"upload of {name} broke")


def discount(code):
    rates = {"SPRING": 10, "SUMMER": 15}
    return rates[code]


async def notify(user):
    channel = user["channels"].pop()
    return channel


def warm_cache(v):
    errors = [KeyError(f"page-{n}") for n in range(v % 3 + 1)]
    raise ExceptionGroup(f"{len(errors)} pages could not be cached", errors)


def worker_job(v):
    parcels = v - v
    return 100 // parcels


def ways(call, v):
    """The same call by another way in: direct, retried, from a thread, from a loop."""
    kind = v % 4
    if kind == 0:
        return call()
    if kind == 1:
        return retried(call)()
    if kind == 2:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(call).result()
    return asyncio.run(asyncio.to_thread(call))


def rising(v):
    raise RuntimeError("job thread died")


def in_thread(v):
    box = []

    def run():
        try:
            rising(v)
        except RuntimeError as error:
            box.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    raise box[0]
