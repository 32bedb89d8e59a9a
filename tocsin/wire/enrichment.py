"""Enrichment rules as they are sent and shown."""

from typing import Annotated

from tocsin.domain.enrichment import Rule
from tocsin.wire.rules import one_shape

WireRule = Annotated[
    Rule,
    one_shape(
        {
            "extraction": "Extraction",
            "composition": "Composition",
            "mapping": "Lookup",
            "drop": "Drop",
        },
        {"type": "array", "items": {"$ref": "#/components/schemas/Condition"}},
        required=("kind", "settings"),
    ),
]
