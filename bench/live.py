"""How soon whoever listens hears of what happened."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Event
from time import perf_counter
from typing import Any, Final

from bench.product import Product
from bench.report import Figure

COUNT: Final = 100
WARM_UP: Final = 5
PATIENCE_SECONDS: Final = 10
_pause = Event()


def measure(product: Product, count: int) -> Iterator[Figure]:
    """From the 2xx of a push to hearing of its incident, one by one on an idle server."""
    product.start()
    try:
        push = _door(product)
        heard = _Listener(product)
        waits = sorted([_once(push, heard, number) for number in range(WARM_UP + count)][WARM_UP:])
    finally:
        product.stop()
    yield Figure("2xx to heard, p50", waits[len(waits) // 2] * 1000, unit=" ms")
    yield Figure("2xx to heard, p99", waits[int(len(waits) * 0.99)] * 1000, 200, unit=" ms")


class _Listener:
    """Hears the stream of news in a thread of its own."""

    def __init__(self, product: Product) -> None:
        url = f"{product.url}/events/stream?app_key={product.key}"
        self._answer = urllib.request.urlopen(url, timeout=60)
        self._items: SimpleQueue[tuple[float, Any]] = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def incident(self) -> float:
        """When the next incident was heard of."""
        while True:
            at, items = self._items.get(timeout=PATIENCE_SECONDS)
            if any(item["about"] == "incident" for item in items):
                return at

    def forget(self) -> None:
        """Everything heard so far."""
        while True:
            try:
                self._items.get_nowait()
            except Empty:
                return

    def _listen(self) -> None:
        try:
            for line in self._answer:
                if line.startswith(b"data: "):
                    self._items.put((perf_counter(), json.loads(line[6:]).get("items", [])))
        except OSError:
            return


def _once(push: urllib.request.Request, heard: _Listener, number: int) -> float:
    _pause.wait(0.15)
    heard.forget()
    event = {"event_status": "Critical", "title_rule": "x", "alert_key": f"a{number}", "labels": {}}
    push.data = json.dumps(event).encode()
    with urllib.request.urlopen(push, timeout=10):
        accepted = perf_counter()
    return heard.incident() - accepted


def _door(product: Product) -> urllib.request.Request:
    """A push to a channel of its own."""
    team = product.call("/team/upsert", {"team_name": "Bench"})["team_id"]
    channel = product.call("/channel/create", {"channel_name": "bench", "team_id": team})
    wish = {"plugin_type": "standard.alert", "name": "bench", "channel_id": channel["channel_id"]}
    key = product.call("/datasource/upsert", wish)["integration_key"]
    url = f"{product.url}/event/push/alert/standard?integration_key={key}"
    return urllib.request.Request(url, headers={"Content-Type": "application/json"}, method="POST")
