"""What the operations on an integration's rules have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Meta, Struct

from tocsin.kernel.operation import SHOWN_AS


class OfIntegration(Struct, frozen=True):
    integration_id: int


class OfIntegrations(Struct, frozen=True):
    integration_ids: tuple[int, ...]


def one_shape(
    settings: Mapping[str, str], condition: Mapping[str, Any], required: Sequence[str]
) -> Meta:
    """How OpenAPI shows rules that are told apart by `kind`: as the one object that clients know,
    with settings of several shapes. `settings` names the component of each kind's settings;
    `condition` is the schema of `if`."""
    shapes = [{"$ref": f"#/components/schemas/{name}"} for name in dict.fromkeys(settings.values())]
    properties = {
        "kind": {"type": "string", "enum": list(settings)},
        "if": dict(condition),
        "settings": {"anyOf": shapes},
    }
    shape = {"type": "object", "properties": properties, "required": list(required)}
    return Meta(extra_json_schema={SHOWN_AS: shape})
