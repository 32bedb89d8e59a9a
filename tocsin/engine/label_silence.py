"""Silences as clients of Alertmanager make, change and end them: rules of a channel, like others.

What they may change in place is what Alertmanager lets them; anything else ends the silence and
makes another one.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import label_matcher
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.label_silence import Inexpressible, filters_of, matchers_of
from tocsin.domain.noise_rule import PER_CHANNEL_MAX
from tocsin.domain.silence import SilenceRule
from tocsin.engine import channel as channels
from tocsin.engine import noise_rule
from tocsin.engine import silence as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.text import cut
from tocsin.kernel.units import SECOND
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import SILENCES

NAME_MAX: Final = 39
TEXT_MAX: Final = 4096


class Wish(Struct, frozen=True):
    """A silence as somebody wants it: from one instant to another (ms). `rule_id` is the one it
    is to be instead of, "" for a new one."""

    rule_id: str
    matchers: tuple[LabelMatcher, ...]
    starts_at: int
    ends_at: int
    author: str
    comment: str


def put(tx: Tx, caller: Caller, channel_id: int, wish: Wish) -> SilenceRule:
    """Make a silence, or change one; it has another id where it had to be made anew."""
    _check(wish, tx.now)
    if not wish.rule_id:
        return _made(tx, caller, channel_id, wish)
    known = rules.get(tx, SILENCES, caller.account_id, wish.rule_id)
    if known is None or known.channel_id != channel_id:
        raise ResourceNotFound("silence not found")
    current = noise_rule.held(tx, caller, SILENCES, channel_id, known.id)
    if _may_become(current, wish, tx.now):
        return _changed(tx, caller, current, wish)
    if current.end_time > tx.now:
        expire(tx, caller, channel_id, current.id)
    return _made(tx, caller, channel_id, wish)


def expire(tx: Tx, caller: Caller, channel_id: int, rule_id: str) -> None:
    """End a silence now; one that has ended stays as it is."""
    current = noise_rule.held(tx, caller, SILENCES, channel_id, rule_id)
    if current.windows:
        raise InvalidParameter("this silence repeats in windows; delete or disable its rule")
    if current.end_time > tx.now:
        start = min(current.start_time, tx.now)
        engine.keep(tx, caller, replace(current, start_time=start, end_time=tx.now))


def comment_of(rule: SilenceRule) -> str:
    """What a silence says of itself: its description, or else its name."""
    return rule.description if rule.matchers else rule.description or rule.name


def _check(wish: Wish, at: int) -> None:
    if wish.starts_at >= wish.ends_at:
        raise InvalidParameter("Failed to create silence: start time must be before end time")
    if wish.ends_at < at:
        raise InvalidParameter("Failed to create silence: end time can't be in the past")
    label_matcher.check(wish.matchers)
    for field, said in (("comment", wish.comment), ("createdBy", wish.author)):
        if len(said) > TEXT_MAX:
            raise InvalidParameter(
                "silence invalid: {field} is longer than {maximum} characters",
                field=field,
                maximum=TEXT_MAX,
            )


def _may_become(current: SilenceRule, wish: Wish, at: int) -> bool:
    """Whether a silence may be changed in place: as long as it lasts only in its end and its
    texts, before it begins also in its start."""
    try:
        matchers = matchers_of(current)
    except Inexpressible:
        raise InvalidParameter(
            "this silence cannot be said by matchers; change its rule instead"
        ) from None
    if sorted(matchers) != sorted(wish.matchers) or current.end_time <= at:
        return False
    if current.start_time > at:
        return wish.starts_at >= at
    return wish.starts_at // SECOND == current.start_time // SECOND


def _changed(tx: Tx, caller: Caller, current: SilenceRule, wish: Wish) -> SilenceRule:
    is_said = wish.comment == comment_of(current)
    start = current.start_time if current.start_time <= tx.now else wish.starts_at
    return engine.keep(
        tx,
        caller,
        replace(
            current,
            start_time=start,
            end_time=wish.ends_at,
            author=wish.author,
            description=current.description if is_said else wish.comment,
        ),
    )


def _made(tx: Tx, caller: Caller, channel_id: int, wish: Wish) -> SilenceRule:
    channels.managed(tx, caller, channel_id)
    _make_room(tx, caller, channel_id)
    filters = filters_of(wish.matchers)
    draft = SilenceRule(
        id="",
        account_id=caller.account_id,
        channel_id=channel_id,
        name=cut(", ".join(map(str, wish.matchers)), NAME_MAX),
        description=wish.comment,
        filters=filters,
        start_time=max(wish.starts_at, tx.now),
        end_time=wish.ends_at,
        is_auto_delete=True,
        author=wish.author,
        matchers=wish.matchers,
        creator_id=caller.member_id,
        updated_by=caller.member_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return engine.add(tx, caller, draft)


def _make_room(tx: Tx, caller: Caller, channel_id: int) -> None:
    """Forget silences that have ended and are only still to be looked at, oldest first, where a
    channel would else have too many."""
    known = rules.of_channel(tx, SILENCES, caller.account_id, channel_id)
    ended = [one for one in known if one.goes_at and one.ends_at <= tx.now]
    ended.sort(key=lambda one: one.ends_at)
    for one in ended[: max(0, len(known) - PER_CHANNEL_MAX + 1)]:
        engine.remove(tx, caller, channel_id, one.id)
