"""What timelines and logs have in common on the wire."""

from typing import Any

import msgspec
from msgspec import Struct


def one_of(*shapes: type[Struct]) -> dict[str, Any]:
    """JSON Schema of one of these, written out, as an annotation cannot refer to components."""
    _, components = msgspec.json.schema_components(shapes, ref_template="{name}")

    def resolved(schema: Any) -> Any:
        if isinstance(schema, list):
            return [resolved(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return resolved(components[schema["$ref"]])
        return {name: resolved(part) for name, part in schema.items()}

    return {"anyOf": [resolved(components[shape.__name__]) for shape in shapes]}
