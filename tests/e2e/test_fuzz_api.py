"""Whatever is sent to an operation, well-formed or not, the answer is never a 5xx."""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.cli.program import serving
from tests.e2e.product import Product
from tests.postgres import create_database
from tocsin import ops
from tocsin.edge.openapi import document

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("TOCSIN_FUZZ_EXAMPLES", "8"))
UNREADABLE = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"\xff"',
    b'{"p": NaN}',
    b'{"p": 1e400, "limit": -1e400}',
    b'{"p": 99999999999999999999999, "limit": 18446744073709551615}',
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"incident_id": "\\u0000", "name": "\\ud800"}',
)

ops.load()
DOCUMENT = document()
schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def product(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Product]:
    """A server of its own, without limits, on either database."""
    folder = tmp_path_factory.mktemp("fuzzed") / "data"
    words = []
    if request.param == "postgresql":
        words = ["--database-url", create_database("tocsin_fuzzed")]
    with serving(folder, *words, TOCSIN_RATE_LIMITS="false") as running:
        yield Product(running, folder)
        assert running.process.poll() is None
        assert running.stop() == 0


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_generated_calls_never_break_the_server(case: Any, product: Product) -> None:
    case.query = {"app_key": product.key}
    answer = case.call(base_url=product.url, timeout=20)
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_unreadable_bodies_are_refused_by_every_operation(path: str, product: Product) -> None:
    headers = {"Content-Type": "application/json"}
    query = {"app_key": product.key}
    with httpx.Client(base_url=product.url, params=query, headers=headers, timeout=20) as client:
        for body in UNREADABLE:
            answer = client.post(path, content=body)
            assert answer.status_code < 500, (body[:60], answer.text)
