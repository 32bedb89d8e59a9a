"""Whatever comes to a door, mangled, mislabelled or a bomb: a quick answer that is no 5xx."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any

import brotli
import httpx
import msgspec
import pytest
import zstandard
from google.protobuf.json_format import MessageToJson
from msgspec.structs import replace
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from tests.builds import MINIFIED, packed, source_map
from tests.cli.program import serving
from tests.e2e.product import Product, eventually
from tests.e2e.seeds import Seed, push_seeds
from tests.edge.test_datakit_door import as_protobuf
from tests.minidumps import minidump
from tests.postgres import create_database
from tests.sources.corpus import crash_envelope

pytestmark = pytest.mark.slow
ROUNDS = 40
BOMB_BYTES = 400 * 1024 * 1024
# Server and engine may each hold a few bodies of 20 MB expanded at a time, never one bomb.
GROWTH_MB_MAX = 250
RUM_LINE = {
    "type": "error",
    "date": 1_760_000_000_000,
    "service": "shop",
    "version": "1.0.0",
    "session": {"id": "4d8e", "type": "user"},
    "view": {"id": "77aa", "url": "http://shop.example/basket"},
    "error": {
        "id": "5b1f",
        "message": "Cannot read properties of undefined",
        "source": "source",
        "type": "TypeError",
        "stack": "TypeError: Cannot read\n  at show @ http://shop.example/app.js:12:8",
    },
}
EVENT = {"event_id": "a" * 32, "message": "out of stock", "level": "error", "timestamp": 1.76e9}
REPORT = {"csp-report": {"effective-directive": "img-src", "blocked-uri": "http://a.example"}}
HOSTILE = (
    *(b"null", b"NaN", b"1e400", b"-1", b"99999999999999999999", b"true", b'""', b'"\\u0000"'),
    *(b'"\\ud800"', b"{}", b"[]", b"[" * 3_000, b'"' + b"x" * 70_000 + b'"', b"\xff\xfe", b"\n"),
)
ENCODINGS = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=1),
    "zstd": lambda body: zstandard.compress(body),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def product(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("doors") / "data"
    words = []
    if request.param == "postgresql":
        words = ["--database-url", create_database("tocsin_doors")]
    with serving(folder, *words) as running:
        yield Product(running, folder)
        assert running.stop() == 0


@pytest.fixture(scope="module")
def doors(product: Product) -> list[Seed]:
    """Every door there is, with a request to begin with."""
    wish = {"application_name": "shop", "type": "browser", "team_id": 0}
    made = product.post("/rum/application/create", wish)
    key = made["dsn"].split("//")[1].split("@")[0]
    project = made["dsn"].rsplit("/", 1)[1]
    return [
        Seed(f"/api/{project}/envelope/?sentry_key={key}", crash_envelope()),
        Seed(f"/api/{project}/store/?sentry_key={key}", json.dumps(EVENT).encode()),
        Seed(f"/api/v2/rum?dd-api-key={made['client_token']}", json.dumps(RUM_LINE).encode()),
        Seed(f"/api/{project}/cron/job/{key}/", b'{"status": "ok"}'),
        Seed(f"/api/{project}/security/?sentry_key={key}", json.dumps(REPORT).encode()),
        Seed(f"/api/{project}/envelope/?sentry_key={key}", beside_errors()),
        *datakit_seeds(made["client_token"]),
        *otlp_seeds(made["client_token"]),
        form_seed(f"/api/{project}/minidump/?sentry_key={key}", dump_form()),
        *upload_seeds(product.key),
        *push_seeds(product),
    ]


def beside_errors() -> bytes:
    """An envelope with an item of each type that is kept without being an error."""
    started = {"started": 1.76e9, "attrs": {"release": "1.0"}}
    schedule = {"schedule": {"type": "crontab", "value": "5 * * * *"}, "timezone": "UTC"}
    items = {
        "session": {"sid": "a", "init": True, "status": "crashed", **started},
        "sessions": {"aggregates": [{"exited": 3, **started}], **started},
        "user_report": {"event_id": "a" * 32, "comments": "It broke"},
        "feedback": {"contexts": {"feedback": {"message": "It broke"}}},
        "check_in": {"monitor_slug": "job", "status": "ok", "monitor_config": schedule},
        "log": {"items": [{"trace_id": "b" * 32, "body": "slow", "attributes": {}}]},
    }
    lines = [[json.dumps({"type": kind}), json.dumps(said)] for kind, said in items.items()]
    return "\n".join(["{}", *(line for pair in lines for line in pair)]).encode()


def datakit_seeds(token: str) -> list[Seed]:
    """A point in each form, of each category."""
    named = {"app_id": "a", "sdk_name": "df_web_rum_sdk", "error_source": "source"}
    said = {"error_type": "E", "error_message": "m", "error_stack": "E: m\n  at f (a.js:1:2)"}
    json_ = json.dumps([{"measurement": "error", "tags": named, "fields": said, "time": 1}])
    both = [{"key": key, "s": value} for key, value in (named | said).items()]
    pbjson = json.dumps({"arr": [{"name": "span", "fields": both, "time": "1"}]})
    lines = (
        'error,app_id=a,error_source=source error_type="E",error_stack="E: m\n at f (a.js:1:2)" 1'
    )
    protobuf = as_protobuf([{"measurement": "error", "tags": named, "fields": said, "time": 1}])
    kinds = {
        "rum": ("text/plain", lines.encode()),
        "logging": ("application/json", json_.encode()),
        "tracing": ("application/pbjson", pbjson.encode()),
        "rum/": ("application/protobuf", protobuf),
    }
    return [
        Seed(f"/v1/write/{category}?token={token}", body, headers={"Content-Type": kind})
        for category, (kind, body) in kinds.items()
    ]


def form_seed(path: str, files: dict[str, Any], **headers: str) -> Seed:
    made = httpx.Request("POST", "http://tocsin.example", files=files)
    return Seed(
        path, made.read(), headers={**headers, "Content-Type": made.headers["content-type"]}
    )


def dump_form() -> dict[str, Any]:
    """A minidump with all that a native SDK may send beside it."""
    crumbs = msgspec.msgpack.encode({"message": "one"}) * 2
    return {
        "sentry": (None, '{"release": "shop@1.0"}'),
        "sentry[tags][shop]": (None, "north"),
        "__sentry-breadcrumb1": ("__sentry-breadcrumb1", crumbs),
        "upload_file_minidump": ("crash.dmp", minidump()),
    }


def upload_seeds(key: str) -> list[Seed]:
    """What builds upload: a source map, a mapping, an archive, a chunk, and what makes one of
    chunks."""
    chunk = packed({"app.js": MINIFIED, "app.js.map": source_map()})
    named = hashlib.sha1(chunk).hexdigest()
    map_ = {"type": "js_sourcemap", "service": "s", "version": "1", "minified_url": "/app.js"}
    mapping = b"shop.Cart -> a.b:\n    int total() -> a\n"
    archive = packed({"5db7294d-87fc-4726-a5c0-4a90679657a5.txt": mapping})
    kept = {
        "source_map": ("source_map", json.dumps(map_), source_map()),
        "jvm_mapping_file": ("mapping", '{"type": "jvm_mapping_file", "build_id": "b"}', mapping),
        "symbols_archive": ("archive", '{"type": "ios_symbols"}', archive),
    }
    opened, org = {"Authorization": f"Bearer {key}"}, "/api/0/organizations/tocsin"
    order = {"checksum": named, "chunks": [named], "projects": ["shop"], "version": "1"}
    return [
        *(
            form_seed(
                "/sourcemap/upload",
                {"event": ("event", event), part: (name, content)},
                **{"DD-API-KEY": key},
            )
            for part, (name, event, content) in kept.items()
        ),
        form_seed(f"{org}/chunk-upload/", {"file": (named, chunk)}, **opened),
        form_seed(
            "/api/0/projects/tocsin/shop/files/dsyms/", {"file": ("a.zip", archive)}, **opened
        ),
        Seed(
            f"{org}/artifactbundle/assemble/",
            json.dumps(order).encode(),
            headers=opened,
            good=False,
        ),
        Seed(
            "/api/0/projects/tocsin/shop/files/difs/assemble/",
            json.dumps({named: {"name": "a", "chunks": [named]}}).encode(),
            headers=opened,
            good=False,
        ),
    ]


def otlp_seeds(token: str) -> list[Seed]:
    """A log record in either encoding, and a span, as OpenTelemetry's own package writes them."""
    named = KeyValue(key="exception.type", value=AnyValue(string_value="KeyError"))
    record = LogRecord(severity_number=17, attributes=[named], trace_id=bytes(range(16)))
    scoped = ScopeLogs(scope=InstrumentationScope(name="shop"), log_records=[record])
    said = ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[scoped])])
    thrown = Span.Event(name="exception", attributes=[named])
    span = Span(name="pay", trace_id=bytes(range(16)), span_id=bytes(range(8)), events=[thrown])
    spans = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])]
    )
    opened = {"Authorization": f"Bearer {token}"}
    protobuf = {**opened, "Content-Type": "application/x-protobuf"}
    json_ = {**opened, "Content-Type": "application/json"}
    return [
        Seed("/v1/logs", said.SerializeToString(), headers=protobuf),
        Seed("/v1/traces", spans.SerializeToString(), headers=protobuf),
        Seed("/v1/logs", MessageToJson(said).encode(), headers=json_),
    ]


def mutated(body: bytes, rng: Random) -> bytes:
    """The body with one to four things wrong with it."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(body) + 1)
        end = min(len(body), start + rng.choice((1, 4, 40, 400)))
        match rng.randrange(6):
            case 0:
                body = body[:start] + body[end:]
            case 1:
                body = body[:start] + rng.randbytes(end - start) + body[end:]
            case 2:
                body = body[:end] + body[start:]
            case 3:
                body = body[:start]
            case 4:
                colon = body.find(b":", start)
                body = body[: colon + 1] + rng.choice(HOSTILE) + body[colon + 2 :]
            case _:
                body = body[:start] + rng.choice(HOSTILE) + body[end:]
    return body


def test_mutated_bodies_are_answered_and_digested(product: Product, doors: list[Seed]) -> None:
    rng = Random(7)
    with httpx.Client(base_url=product.url, timeout=10) as client:
        for number in range(ROUNDS * len(doors)):
            door = doors[number % len(doors)]
            label = packed = rng.choice(list(ENCODINGS))
            if rng.random() < 0.1:
                label = rng.choice([*ENCODINGS, "snappy", "gzip, gzip"])
            content = ENCODINGS[packed](mutated(door.body, rng))
            answer = door.send(client, content, label)
            assert answer.status_code < 500, (number, door.path, answer.text)
        for door in doors:
            answer = door.send(client, door.body)
            assert answer.is_success or not door.good, (door.path, answer.text)
    eventually(lambda: inbox_depth(product) == 0, "everything accepted was digested")
    assert product.running.get("/-/ready").status_code == 200
    assert "Traceback" not in product.running.logged


def inbox_depth(product: Product) -> float:
    lines = product.running.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("tocsin_inbox_depth "))


def test_compression_bombs_cost_no_memory(product: Product, doors: list[Seed]) -> None:
    before = peak_mb(product)
    zeros = bytes(BOMB_BYTES)
    bombs = {
        "gzip": gzip.compress(zeros, 6),
        "deflate": zlib.compress(zeros, 6),
        "br": brotli.compress(zeros, quality=1),
        "zstd": zstandard.compress(zeros, 3),
    }
    del zeros

    def throw(door: Seed, encoding: str) -> int:
        packed = "&dd-evp-encoding=deflate" if "rum" in door.path else ""
        at = replace(door, path=door.path + packed)
        with httpx.Client(base_url=product.url, timeout=30) as client:
            return at.send(client, bombs[encoding], encoding).status_code

    with ThreadPoolExecutor(8) as pool:
        thrown = {
            (door.path, encoding): pool.submit(throw, door, encoding)
            for door in doors
            for encoding in bombs
        }
        answers = {at: each.result() for at, each in thrown.items()}
    assert all(status < 500 for status in answers.values()), answers
    # Only what the SDK itself compresses is ever unpacked at the RUM door.
    assert all(status >= 400 for (path, _), status in answers.items() if "rum" not in path), answers
    assert peak_mb(product) - before < GROWTH_MB_MAX
    eventually(lambda: inbox_depth(product) == 0, "what was accepted was digested")


def peak_mb(product: Product) -> float:
    """The most memory the server's processes ever held together."""
    pids = [product.running.process.pid, *product.running.children()]
    status = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    lines = [line for text in status for line in text.splitlines() if line.startswith("VmHWM")]
    return sum(int(line.split()[1]) for line in lines) / 1024
