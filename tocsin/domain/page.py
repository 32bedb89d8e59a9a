"""A page: telling one person about one incident, and what asked for it."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from tocsin.domain.incident import NO_RULE, Cause
from tocsin.domain.preference import Stage
from tocsin.kernel.units import MINUTE, SECOND


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


class PageStatus(StrEnum):
    """A page is open while tries of it may follow."""

    OPEN = "open"
    DONE = "done"


class Page(Struct, frozen=True):
    """A page under way: `stages` before `position` were tried. Instants are ms."""

    id: str
    account_id: int
    incident_id: str
    person_id: int
    step: Step
    reason: str
    stages: tuple[Stage, ...]
    position: int
    begins_at: int
    created_at: int
    status: PageStatus = PageStatus.OPEN


class Attempt(Struct, frozen=True):
    """One message of a page. While it is `held` it waits to be told with others; `delivery_id` is
    then empty. `owed_at` is in ms."""

    id: str
    account_id: int
    page_id: str
    incident_id: str
    person_id: int
    method: str
    contact_id: str
    delivery_id: str
    owed_at: int
    held: bool = False


class Verdict(StrEnum):
    """What becomes of one more message to a person."""

    SEND = "send"
    FOLD = "fold"
    HOLD = "hold"


BURST_MS: Final = MINUTE
BUNDLE_MS: Final = 15 * SECOND
_BURST: Final = {"voice": 2, "sms": 5, "email": 20}
_BURST_OTHERS: Final = 10


def verdict(method: str, recent: int, *, is_first: bool, is_under_way: bool) -> Verdict:
    """What becomes of a message by a method to somebody who had `recent` of them in the last
    minute. A repeat that finds another on its way, or too many of them, is folded into those.
    The `is_first` one about an incident is never held back for repeats: only where as many new
    incidents came up in that minute, it is told together with the next ones."""
    if is_under_way:
        return Verdict.FOLD
    if recent < _BURST.get(method, _BURST_OTHERS):
        return Verdict.SEND
    return Verdict.HOLD if is_first else Verdict.FOLD
