"""What escalation and notification rules have in common on the wire."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.time_filter import TimeFilter
from tocsin.engine.escalation_rule import Scope
from tocsin.wire.incident import ObjectId
from tocsin.wire.noise_rule import Filters

Windows = Annotated[
    tuple[TimeFilter, ...], Meta(description="When the rule takes incidents; always, if none.")
]
Matching = Annotated[Filters, Meta(description="Which incidents it takes; all of them, if none.")]


class RuleScope(Struct, frozen=True, kw_only=True):
    """Which incidents a rule is about."""

    template_id: ObjectId
    time_filters: Windows = ()
    filters: Matching = ()

    @property
    def scope(self) -> Scope:
        return Scope(self.template_id.lower(), self.time_filters, self.filters)
