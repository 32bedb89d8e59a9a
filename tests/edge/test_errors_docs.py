"""What docs/errors.md tells people to type, typed: each example makes an issue."""

import os
import re
import subprocess
import sys

import pytest

from tests.cast import Cast
from tests.edge.doors import application, digest, issues
from tests.house.tree import ROOT, text
from tests.server import Server
from tests.tools import need

BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [match.groups() for match in BLOCK.finditer(text(ROOT / "docs" / "errors.md"))]
TRACED = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
tracers = TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
with tracers.get_tracer("shop").start_as_current_span("checkout"):
    {}["price"]
"""


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_makes_an_issue(server: Server, cast: Cast, number: int) -> None:
    keys = application(server, cast)
    language, said = EXAMPLES[number]
    origin = f"http://{keys.dsn.partition('@')[2].partition('/')[0]}"
    for written, meant in (
        ("http://<32 hex>@tocsin.example/<number>", keys.dsn),
        ("https://tocsin.example", origin),
        ("<client_token>", keys.client_token),
        ("<32 hex>", keys.public_key),
        ("<number>", keys.project),
    ):
        said = said.replace(written, meant)
    if language == "python":
        run([sys.executable, "-c", f'{said}\n{{}}["price"]'])
    elif said.startswith("export "):
        named = dict(re.findall(r'^export (\w+)="?(.*?)"?$', said, re.MULTILINE))
        run([sys.executable, "-c", TRACED], **named)
    else:
        need("curl")
        run(["sh", "-c", said])
    digest(server)
    (issue,) = issues(server, cast, keys)
    assert issue["error"]["type"] or issue["error"]["message"]


def run(words: list[str], **named: str) -> None:
    subprocess.run(words, env=os.environ | named, capture_output=True, timeout=60, check=False)
