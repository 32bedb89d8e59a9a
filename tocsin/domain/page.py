"""A page: telling one person about one incident, and what asked for it."""

from msgspec import Struct

from tocsin.domain.incident import NO_RULE, Cause


class Step(Struct, frozen=True):
    """What asked for a page: a layer of an escalation rule, or somebody who assigned it by hand.

    `methods` are those ordered; without any, each person's own preference decides. A page that
    `repeats` tells of nothing new: it was not answered the first time. `template_id` names the
    words; empty means the built-in ones.
    """

    cause: Cause = Cause.CREATED
    methods: tuple[str, ...] = ()
    layer_idx: int = 0
    rule_id: str = NO_RULE
    rule_name: str = ""
    template_id: str = ""
    repeats: bool = False

    @property
    def fire_type(self) -> str:
        """Whether this is the first time of telling, or another."""
        return "refire" if self.repeats or self.cause is Cause.WOKEN else "fire"
