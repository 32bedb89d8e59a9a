"""Routes as they are wished for."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from tocsin.domain.filter import Condition
from tocsin.domain.routing import Case, Default, RoutingMode


class CaseWish(Struct, frozen=True):
    """Standard mode needs `channel_ids`, name mapping `name_mapping_label`."""

    if_: Annotated[tuple[Condition, ...], Meta(description="All must hold.")] = field(name="if")
    channel_ids: tuple[int, ...] | None = None
    fallthrough: Annotated[bool, Meta(description="Go on with the next case after a match.")] = (
        False
    )
    routing_mode: Literal["", "standard", "name_mapping"] = "standard"
    name_mapping_label: Annotated[
        str,
        Meta(description="`labels.<name>`, whose value is the name of a channel."),
    ] = ""

    @property
    def case(self) -> Case:
        """What a route would have of it."""
        return Case(
            self.if_,
            self.channel_ids or None,
            self.fallthrough,
            RoutingMode(self.routing_mode or RoutingMode.STANDARD),
            self.name_mapping_label,
        )


class RouteWish(Struct, frozen=True):
    """A route nobody has set."""

    cases: tuple[CaseWish, ...] = ()
    default: Default = Default()
