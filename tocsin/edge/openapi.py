"""OpenAPI 3.1, from the operation table."""

from typing import Any, Final

import msgspec
from msgspec.structs import FieldInfo, fields

from tocsin import __version__
from tocsin.kernel.envelope import REQUEST_ID_HEADER, Problem
from tocsin.kernel.operation import GET, OPERATIONS, POST, SHOWN_AS, Operation

_REF: Final = "#/components/schemas/{name}"
_REFUSALS: Final = {
    "400": "A parameter is wrong, the thing named is missing, or it is still referred to.",
    "401": "The key is absent, wrong, disabled or expired.",
    "403": "The key lacks the permission.",
    "413": "The body is too large.",
    "429": "A rate limit is used up; Retry-After says for how many seconds.",
    "500": "A fault of the server.",
    "503": "The server cannot answer now.",
}


def document() -> dict[str, Any]:
    """The whole API, as `/openapi.json` serves it. The same table gives the same document."""
    operations = [OPERATIONS[path] for path in sorted(OPERATIONS)]
    shapes = [shape for each in operations for shape in (each.request, _reply(each))]
    schemas, components = msgspec.json.schema_components([*shapes, Problem], ref_template=_REF)
    schemas, components = _shown(schemas), _shown(components)
    pairs = iter(schemas)
    paths = {
        each.path: {each.method.lower(): _entry(each, next(pairs), next(pairs))}
        for each in operations
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tocsin Open API", "version": __version__},
        "security": [{"app_key": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "app_key": {"type": "apiKey", "in": "query", "name": "app_key"},
                "session": {"type": "apiKey", "in": "cookie", "name": "tocsin_session"},
            },
            "responses": {status: _refusal(text) for status, text in _REFUSALS.items()},
        },
    }


def _entry(operation: Operation, request: Any, reply: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": operation.path.strip("/").replace("/", "."),
        "tags": [operation.tag],
        "summary": operation.summary,
        "x-permission": list(operation.permission),
        "x-rate": {
            "per_minute": operation.rate.per_minute,
            "per_second": operation.rate.per_second,
        },
        "x-audited": operation.audited,
        "responses": {
            "200": {
                "description": "Done.",
                "headers": {REQUEST_ID_HEADER: {"schema": {"type": "string"}}},
                "content": (
                    {"text/csv": {"schema": {"type": "string"}}}
                    if operation.gives_file
                    else {"application/json": {"schema": _envelope("data", reply)}}
                ),
            },
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS},
        },
    }
    if operation.method == POST:
        entry["requestBody"] = {"required": True, "content": _content(operation, request)}
    if operation.takes_file or operation.method == GET:
        entry["parameters"] = [_parameter(each) for each in fields(operation.request)]
    if operation.is_open:
        entry["security"] = []
    if operation.description:
        entry["description"] = operation.description
    return entry


def _shown(schema: Any) -> Any:
    """A schema where each part that says how to show it is shown so."""
    if isinstance(schema, dict):
        if SHOWN_AS in schema:
            return schema[SHOWN_AS]
        return {name: _shown(inner) for name, inner in schema.items()}
    return [_shown(inner) for inner in schema] if isinstance(schema, list | tuple) else schema


def _reply(operation: Operation) -> Any:
    return str if operation.gives_file else operation.reply


def _content(operation: Operation, request: Any) -> dict[str, Any]:
    if not operation.takes_file:
        return {"application/json": {"schema": request}}
    file = {"type": "string", "format": "binary"}
    form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
    return {"multipart/form-data": {"schema": form}}


def _parameter(field: FieldInfo) -> dict[str, Any]:
    """A field of the request that travels in the query."""
    return {
        "name": field.encode_name,
        "in": "query",
        "required": field.required,
        "schema": msgspec.json.schema(field.type),
    }


def _refusal(text: str) -> dict[str, Any]:
    schema = _envelope("error", {"$ref": _REF.format(name=Problem.__name__)})
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _envelope(member: str, schema: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"request_id": {"type": "string"}, member: schema},
        "required": ["request_id", member],
    }
