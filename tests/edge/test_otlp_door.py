"""OpenTelemetry's own SDK for Python, unmodified, and requests in JSON, over a real socket."""

import gzip
import logging
from typing import Any

import pytest
from msgspec.structs import replace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.cast import Cast
from tests.clock import VirtualClock
from tests.edge.doors import Keys, application, digest, issues, waiting
from tests.server import Server, serving
from tocsin.kernel.settings import Settings

STACK = (
    "Traceback (most recent call last):\n  File \"/app/cart.py\", line 4, in total\nKeyError: 'x'"
)
RESOURCE = Resource(
    {"service.name": "shop", "service.version": "1.4", "deployment.environment.name": "production"}
)


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def record(**more: Any) -> dict[str, Any]:
    named = {
        "exception.type": "KeyError",
        "exception.message": "'x'",
        "exception.stacktrace": STACK,
    }
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in named.items()]
    return {"severityNumber": 17, "timeUnixNano": "1", "attributes": pairs, **more}


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    return {"resourceLogs": [{"scopeLogs": [{"scope": {"name": "shop"}, "logRecords": records}]}]}


def send(server: Server, keys: Keys, said: Any, path: str = "/v1/logs", **headers: str) -> Any:
    import json

    plain = {"Content-Type": "application/json", "Authorization": f"Bearer {keys.client_token}"}
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return server.request("POST", path, content=body, headers=plain | headers)


def only_event(server: Server, cast: Cast, keys: Keys) -> tuple[Any, Any]:
    digest(server)
    (issue,) = issues(server, cast, keys)
    wish = {"issue_id": issue["issue_id"]}
    return issue, server.post("/rum/issue/event/info", wish, cast.alice.key).data


def charge(tracer: Any, logger: logging.Logger) -> None:
    """A span that an exception leaves, logged on its way."""
    with tracer.start_as_current_span("checkout"):
        try:
            {}["price"]
        except KeyError:
            logger.exception("cannot charge")
            raise


@pytest.mark.filterwarnings("ignore:.LoggingHandler")
def test_the_python_sdk_tells_of_one_error_by_log_and_by_span(
    server: Server, cast: Cast, keys: Keys
) -> None:
    headers = {"authorization": f"Bearer {keys.client_token}"}
    origin = f"http://{keys.dsn.partition('@')[2].partition('/')[0]}"
    tracers = TracerProvider(resource=RESOURCE)
    to_traces = OTLPSpanExporter(f"{origin}/v1/traces", headers=headers)
    tracers.add_span_processor(SimpleSpanProcessor(to_traces))
    loggers = LoggerProvider(resource=RESOURCE)
    to_logs = OTLPLogExporter(f"{origin}/v1/logs", headers=headers, compression=Compression.Gzip)
    loggers.add_log_record_processor(SimpleLogRecordProcessor(to_logs))
    logger = logging.getLogger("shop.checkout")
    logger.propagate = False
    logger.addHandler(LoggingHandler(logger_provider=loggers))
    with pytest.raises(KeyError):
        charge(tracers.get_tracer("shop"), logger)
    logger.warning("no error")
    tracers.shutdown()
    loggers.shutdown()
    assert [entry.door for entry in waiting(server)] == ["otlp"] * 3
    issue, event = only_event(server, cast, keys)
    assert (issue["error"]["type"], issue["error_count"]) == ("KeyError", 1)
    assert (issue["service"], issue["versions"]) == ("shop", ["1.4"])
    (thrown,) = event["exceptions"]
    assert [frame["function"] for frame in thrown["frames"]] == ["charge"]
    assert thrown["frames"][0]["context_line"] == '{}["price"]'
    assert (event["platform"], event["env"]) == ("python", "production")


def test_the_same_exception_counts_once_however_often_it_comes(
    server: Server, cast: Cast, keys: Keys
) -> None:
    traced = record(traceId="0af7651916cd43dd8448eb211c80319c", spanId="b7ad6b7169203331")
    again = record(traceId="0AF7651916CD43DD8448EB211C80319C", timeUnixNano="5000000000")
    for said in (logs(record()), logs(traced, record()), logs(again)):
        answer = send(server, keys, gzip.compress(_bytes(said)), **{"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()) == (200, {})
    issue, _ = only_event(server, cast, keys)
    assert issue["error_count"] == 2


def _bytes(said: Any) -> bytes:
    import json

    return json.dumps(said).encode()


def test_a_dsn_opens_the_door_of_its_project(server: Server, cast: Cast, keys: Keys) -> None:
    path = f"/api/{keys.project}/integration/otlp/v1/logs"
    answer = send(server, keys, logs(record()), path, Authorization="", **keys.auth)
    assert answer.status_code == 200
    issue, event = only_event(server, cast, keys)
    assert (issue["error"]["type"], event["tags"]["logger"]) == ("KeyError", "shop")


def test_an_application_without_addresses_keeps_none(server: Server, cast: Cast) -> None:
    keys = application(server, cast, no_ip=True)
    address = {"key": "client.address", "value": {"stringValue": "192.0.2.7"}}
    plain = record()
    said = logs({**plain, "attributes": [*plain["attributes"], address]})
    said["resourceLogs"][0]["resource"] = {"attributes": [address]}
    assert send(server, keys, said).status_code == 200
    tags = {"error_source": "source", "ip": "192.0.2.7", "error_type": "E"}
    point = {
        "measurement": "error",
        "tags": tags,
        "fields": {"error_stack": "E: m\n at f (a.js:1:2)"},
    }
    path = f"/v1/write/rum?token={keys.client_token}"
    assert send(server, keys, [point], path).status_code == 200
    digest(server)
    found = issues(server, cast, keys)
    assert len(found) == 2
    for issue in found:
        wish = {"issue_id": issue["issue_id"]}
        event = server.post("/rum/issue/event/info", wish, cast.alice.key).data
        assert "192.0.2.7" not in _bytes(event).decode()


def test_what_cannot_be_admitted_is_told_apart(server: Server, keys: Keys) -> None:
    protobuf = {"Content-Type": "application/x-protobuf"}
    assert send(server, keys, b"{}", Authorization="Bearer x").status_code == 401
    assert send(server, keys, b"{}", **{"Content-Type": "text/plain"}).status_code == 415
    assert send(server, keys, b"[]").status_code == 400
    assert send(server, keys, b"\x0a\xff\x01", **protobuf).status_code == 400
    assert send(server, keys, bytes(9_000_000), **protobuf).status_code == 413
    many = b"\x12\x00" * 10_001
    inner = b"\x12" + _size(len(many)) + many
    assert send(server, keys, b"\x0a" + _size(len(inner)) + inner, **protobuf).status_code == 413
    assert [entry.refused for entry in waiting(server)] == [
        "the body is not a JSON object",
        "the body is no message in protobuf",
        "a request may hold 10000 logs",
    ]


def _size(length: int) -> bytes:
    return bytes([length & 127 | 128, length >> 7 & 127 | 128, length >> 14])


def test_over_its_rate_an_application_is_told_when_to_come_again(
    database_url: str, clock: VirtualClock, settings: Settings, cast: Cast
) -> None:
    with serving(database_url, clock, replace(settings, errors_per_minute=1)) as server:
        keys = application(server, cast)
        assert send(server, keys, b"{}").status_code == 200
        late = send(server, keys, b"{}")
        assert (late.status_code, late.headers["retry-after"].isdigit()) == (429, True)
