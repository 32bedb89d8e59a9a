"""Mutated envelopes, bombs and crowds at the error doors of the real program."""

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import brotli
import httpx
import pytest
import zstandard

from tests.cli.program import serving, until
from tests.e2e.product import Product
from tests.edge.doors import Keys
from tests.postgres import create_database
from tests.sources.corpus import crash_envelope
from tests.sources.test_rum import ERROR
from tocsin.kernel.ids import Chance, seeded_chance
from tocsin.sources.door import Door
from tocsin.sources.doors import DOORS

pytestmark = pytest.mark.slow

T = TypeVar("T")
MEBI = 1024 * 1024
MEMORY_BYTES_MAX = 450 * MEBI
MUTANTS = 600
Mutation = Callable[[Chance, bytearray, int], None]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def product(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("hostile") / "data"
    words = []
    if request.param == "postgresql":
        words = ["--database-url", create_database("tocsin_hostile")]
    with serving(folder, *words) as running:
        yield Product(running, folder)
        assert running.stop() == 0


@pytest.fixture(scope="module")
def keys(product: Product) -> Keys:
    wish = {"application_name": "target", "type": "browser", "team_id": 0}
    made = product.post("/rum/application/create", wish)
    return Keys(made["application_id"], made["client_token"], made["dsn"])


def pick(chance: Chance, choices: Sequence[T]) -> T:
    return choices[chance.randrange(0, len(choices))]


def _set(chance: Chance, body: bytearray, at: int) -> None:
    body[at] = chance.randrange(0, 256)


def _drop(chance: Chance, body: bytearray, at: int) -> None:
    del body[at : at + chance.randrange(0, 60)]


def _insert(chance: Chance, body: bytearray, at: int) -> None:
    junk = [b"\n", b"{", b'"', b"\x00", b"\\u0000", b"\\ud800", b"\xff", b"1e999", b"[" * 5000]
    body[at:at] = pick(chance, junk)


def _repeat(chance: Chance, body: bytearray, at: int) -> None:
    body[at:at] = body[at : at + chance.randrange(0, 2000)]


def _cut(chance: Chance, body: bytearray, at: int) -> None:
    del body[at:]


MUTATIONS: list[Mutation] = [_set, _drop, _insert, _repeat, _cut]


def mutants(seed: bytes, count: int) -> Iterator[bytes]:
    """Damaged copies of a real body, always the same ones."""
    chance = seeded_chance(7)
    for _ in range(count):
        body = bytearray(seed)
        for _ in range(chance.randrange(1, 8)):
            if body:
                pick(chance, MUTATIONS)(chance, body, chance.randrange(0, len(body)))
        yield bytes(body)


def digested(product: Product) -> bool:
    """Whether the inbox is empty."""
    found = httpx.get(f"{product.url}/metrics", timeout=10).text
    depth = next(line for line in found.splitlines() if line.startswith("tocsin_inbox_depth "))
    return float(depth.split()[1]) == 0


def memory(product: Product) -> int:
    """The most that one of the server's processes ever held, in bytes."""
    most = 0
    for pid in (product.running.process.pid, *product.running.children()):
        status = Path(f"/proc/{pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        most = max(most, int(peak.split()[1]) * 1024)
    return most


def send(
    product: Product, path: str, bodies: Iterator[bytes], headers: dict[str, str]
) -> Counter[int]:
    """Send every body, several at a time; how often each status came back."""
    with httpx.Client(base_url=product.url, headers=headers, timeout=60) as client:

        def post(body: bytes) -> int:
            return client.post(path, content=body).status_code

        with ThreadPoolExecutor(8) as crowd:
            return Counter(crowd.map(post, bodies))


def test_mutated_envelopes_never_break_the_server(product: Product, keys: Keys) -> None:
    for endpoint in ("envelope", "store"):
        path = f"/api/{keys.project}/{endpoint}/"
        seed = crash_envelope()
        if endpoint == "store":
            seed = seed.split(b"\n", 2)[2]
        statuses = send(product, path, mutants(seed, MUTANTS), keys.auth)
        assert set(statuses) <= {200, 400, 413}, statuses
        assert statuses[200] > 0
        assert statuses[400] > 0
    until(lambda: digested(product), 60)


def test_mutated_lines_never_break_the_server(product: Product, keys: Keys) -> None:
    seed = b"\n".join([b'{"type":"view"}', json.dumps(ERROR).encode(), b'{"type":"resource"}'])
    path = f"/api/v2/rum?dd-api-key={keys.client_token}"
    assert set(send(product, path, mutants(seed, MUTANTS), {})) == {202}
    packed = f"{path}&dd-evp-encoding=deflate"
    statuses = send(product, packed, mutants(zlib.compress(seed), MUTANTS), {})
    assert set(statuses) <= {202, 400}, statuses
    until(lambda: digested(product), 60)


def test_mutated_addresses_and_keys_never_break_the_server(product: Product, keys: Keys) -> None:
    chance = seeded_chance(3)
    junk = ["%00", "%ff", "%0a", "%F0%9F%92%A5", "..", "'", "9" * 30, "-1", "&", "=", "%", "//"]
    with httpx.Client(timeout=20) as client:
        for _ in range(200):
            project = pick(chance, [*junk, keys.project])
            query = "".join(pick(chance, junk) for _ in range(3))
            for path in (
                f"/api/{project}/envelope/?sentry_key={query}",
                f"/api/v2/rum?dd-api-key={query}&ddtags={query}",
                f"/rum/proxy?ddforward={query}",
                f"/rum/proxy?ddforward=%2Fapi%2Fv2%2Frum%3Fdd-api-key%3D{keys.client_token}%26{query}",
            ):
                assert client.post(product.url + path, content=b"{}").status_code < 500, path


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
def test_mutated_addresses_never_break_a_push_door(product: Product, door: Door) -> None:
    chance = seeded_chance(5)
    junk = ["%00", "%ff", "%0a", "%F0%9F%92%A5", "'", "9" * 30, "-1", "&", "=", "%", "x" * 400]
    names = ["integration_key", "channel_id", "token", "msg", "layer_person_reset_0_emails"]
    with httpx.Client(timeout=20) as client:
        for _ in range(20):
            path = re.sub(r"\{\w+\}", lambda _: pick(chance, junk[:7]), door.path)
            query = "&".join(f"{pick(chance, names)}={pick(chance, junk)}" for _ in range(4))
            for method in (*door.methods, "GET", "HEAD", "OPTIONS", "DELETE"):
                answer = client.request(method, f"{product.url}{path}?{query}", content=b"{}")
                assert answer.status_code < 500, (method, path, query)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small bodies that expand to 300 MB of nothing, or of blank lines and items."""
    for filling in (b"\x00", b"\n", b'{"type":"x"}\n\n'):
        whole = b"{}\n" + filling * (300 * MEBI // len(filling))
        yield "gzip", gzip.compress(whole, 6)
        yield "br", brotli.compress(whole, quality=4)
        yield "zstd", zstandard.compress(whole)


def test_bombs_are_refused_with_bounded_memory(product: Product, keys: Keys) -> None:
    path = f"/api/{keys.project}/envelope/"
    for encoding, bomb in bombs():
        headers = keys.auth | {"Content-Encoding": encoding}
        assert set(send(product, path, iter([bomb] * 16), headers)) == {413}
    large = b'{}\n{"type":"event"}\n{"message":"' + b"x" * (18 * MEBI) + b'"}'
    headers = keys.auth | {"Content-Encoding": "gzip"}
    assert set(send(product, path, iter([gzip.compress(large)] * 100), headers)) == {200}
    lines = zlib.compress(b'{"type":"error","error":{"message":"m"}}\n' * 50_000)
    rum = f"/api/v2/rum?dd-evp-encoding=deflate&dd-api-key={keys.client_token}"
    assert set(send(product, rum, iter([lines] * 100), {})) == {202}
    until(lambda: digested(product), 200)
    assert memory(product) < MEMORY_BYTES_MAX
    assert httpx.get(f"{product.url}/-/ready", timeout=10).status_code == 200
