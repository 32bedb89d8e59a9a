"""Rules of alert pipelines as they are sent and shown."""

from typing import Annotated, Final

from tocsin.domain.alert_pipeline import Rule
from tocsin.wire.rules import one_shape

_GROUP: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Condition"}}
WireRule = Annotated[
    Rule,
    one_shape(
        {
            "title_reset": "TitleSettings",
            "description_reset": "DescriptionSettings",
            "severity_reset": "SeveritySettings",
            "alert_drop": "DropSettings",
            "alert_inhibit": "InhibitSettings",
        },
        {"anyOf": [{"type": "array", "items": _GROUP}, {"type": "null"}]},
        required=(),
    ),
]
