"""Messages of OpenTelemetry's protocol in the names of its JSON encoding, ids in hex."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tocsin.sources.source import Unreadable


def log(part: bytes) -> dict[str, Any]:
    """A log record; like the others Unreadable where it is none."""
    return _with_ids(_decoded(LogRecord, part))


def span(part: bytes) -> dict[str, Any]:
    return _with_ids(_decoded(Span, part))


def resource(part: bytes) -> dict[str, Any]:
    return _plain(_decoded(Resource, part))


def scope(part: bytes) -> dict[str, Any]:
    return _plain(_decoded(InstrumentationScope, part))


def _decoded(shape: Any, part: bytes) -> Any:
    try:
        return shape.FromString(part)
    except DecodeError as error:
        raise Unreadable("a record is no message of OpenTelemetry's protocol") from error


def _with_ids(message: Any) -> dict[str, Any]:
    return _plain(message) | {"traceId": message.trace_id.hex(), "spanId": message.span_id.hex()}


def _plain(message: Any) -> dict[str, Any]:
    found: dict[str, Any] = MessageToDict(message)
    return found
