"""What several alert operations send and receive."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.alert_view import AlertInfo
from tocsin.wire.incident import OBJECT_ID

TAG: Final = "On-call/Alerts"

AlertId = Annotated[str, Meta(pattern=OBJECT_ID)]
AlertIds = Annotated[tuple[AlertId, ...], Meta(description="At most 1000.")]


class AlertPage(Struct, frozen=True):
    """`total` is counted to 1000; `search_after_ctx` is empty on the last page."""

    items: list[AlertInfo]
    total: int
    has_next_page: bool = False
    search_after_ctx: str = ""
