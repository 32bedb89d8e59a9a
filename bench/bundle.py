"""A shipped script with a source map of some 5 MB, and errors of it as the browser's SDK sends them."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from msgspec import Struct

URL: Final = "https://shop.example/assets/app.js"
RELEASE: Final = "shop@1.4.2"
SERVICE: Final = "shop-web"
FUNCTIONS: Final = 10_000
SOURCES: Final = 400
_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DEPTH: Final = 10
_SHIPPED: Final = "function f{number}(a,b){{return a.p{number}.q(b)}}"
_WRITTEN: Final = """\
/**
 * What the basket of a customer comes to, before anything is taken off of it for part {number}.
 * The prices are those of the day, and the customer sees them rounded to two places.
 */
export function partOfTotal{number}(basket: Basket, customer: Customer): Price {{
  const reduced = priceOfTheDay(basket.lines, customer.country, customer.currency);
  const rounded = roundedAsShown(reduced, customer.currency, placesOf(customer.currency));
  return basket.part{number}.totalOf(customer);
}}

"""
_CALL_LINE: Final = 7
_LINES: Final = _WRITTEN.count("\n")


class Bundle(Struct, frozen=True):
    """The shipped file, its map, and the column (1-based, of its one line) where each function fails."""

    minified: bytes
    source_map: bytes
    columns: tuple[int, ...]


@cache
def build() -> Bundle:
    """The bundle: every source has the same number of functions, shipped one behind the other."""
    each = FUNCTIONS // SOURCES
    shipped, segments, columns = [], [], []
    at = 0
    last = [0, 0, 0, 0]
    for number in range(FUNCTIONS):
        code = _SHIPPED.format(number=number)
        start = number % each * _LINES
        fails = code.index(".q(") + 1
        for column, line, place in ((0, 4, 7), (9, 4, 16), (fails, _CALL_LINE, 9)):
            now = [at + column, number // each, start + line, place]
            segments.append("".join(_vlq(a - b) for a, b in zip(now, last, strict=True)))
            last = now
        columns.append(at + fails + 1)
        shipped.append(code)
        at += len(code)
    told = {
        "version": 3,
        "file": "app.js",
        "sources": [f"webpack:///./src/part{n}.ts" for n in range(SOURCES)],
        "sourcesContent": [
            "".join(_WRITTEN.format(number=n * each + k) for k in range(each))
            for n in range(SOURCES)
        ],
        "names": [],
        "mappings": ",".join(segments),
    }
    return Bundle("".join(shipped).encode(), json.dumps(told).encode(), tuple(columns))


def envelopes(count: int) -> Iterator[bytes]:
    """Envelopes of so many different errors, as the browser's SDK sends them."""
    for number in range(count):
        event = _event(number, build().columns)
        header = {"event_id": event["event_id"], "sent_at": None, "sdk": event["sdk"]}
        yield b"\n".join(json.dumps(part).encode() for part in (header, {"type": "event"}, event))


def _event(number: int, columns: Sequence[int]) -> dict[str, Any]:
    chosen = [(number * 131 + depth * 977) % FUNCTIONS for depth in range(_DEPTH)]
    frames = [
        {
            "filename": URL,
            "function": f"f{one}",
            "in_app": True,
            "lineno": 1,
            "colno": columns[one],
        }
        for one in chosen
    ]
    thrown = {
        "type": "TypeError",
        "value": "Cannot read properties of undefined (reading 'q')",
        "stacktrace": {"frames": frames},
        "mechanism": {"type": "onerror", "handled": False},
    }
    crumbs = [
        {"category": "ui.click", "message": f"body > main > div.basket > button#buy-{n}"}
        for n in range(60)
    ]
    return {
        "event_id": f"{number:032x}",
        "platform": "javascript",
        "release": RELEASE,
        "environment": "production",
        "level": "error",
        "sdk": {"name": "sentry.javascript.browser", "version": "10.78.0"},
        "user": {"id": f"visitor-{number % 97}"},
        "tags": {"service": SERVICE, "locale": "de-DE", "plan": "free"},
        "request": {
            "url": f"https://shop.example/basket/{number}",
            "headers": {
                "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
                " Chrome/142.0.0.0 Safari/537.36",
            },
        },
        "breadcrumbs": crumbs,
        "exception": {"values": [thrown]},
    }


def _vlq(value: int) -> str:
    """A number in the base 64 of source maps."""
    rest = value << 1 if value >= 0 else (-value << 1) | 1
    text = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        text += _DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return text
