"""Silences in the words of Alertmanager's API: the silence rules of a channel."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.dialects.alertmanager_alerts import matchers_of
from tocsin.dialects.alertmanager_endpoint import Asked, Desk
from tocsin.dialects.alertmanager_wire import (
    Refused,
    SilenceStatus,
    WireMatcher,
    WireSilence,
    id_of,
    uuid_of,
    written,
)
from tocsin.domain import label_matcher, label_silence
from tocsin.domain.label_matcher import LabelMatcher
from tocsin.domain.label_silence import Inexpressible
from tocsin.domain.silence import SilenceRule
from tocsin.engine import label_silence as engine
from tocsin.engine.label_silence import Wish
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.store import member as members
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import SILENCES

MATCHERS_MAX: Final = 100
ACTIVE: Final = "active"
PENDING: Final = "pending"
EXPIRED: Final = "expired"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}|[0-9a-fA-F]{24}")
_ORDER: Final = {ACTIVE: 0, PENDING: 1, EXPIRED: 2}


class SilenceId(Struct, frozen=True, rename={"silence_id": "silenceID"}):
    silence_id: str


class PostableMatcher(Struct, frozen=True, rename="camel"):
    name: str | None = None
    value: str | None = None
    is_regex: bool | None = None
    is_equal: bool | None = None


class PostableSilence(Struct, frozen=True, rename="camel"):
    """A silence as it is sent; what is missing is told apart from what is wrong."""

    comment: str | None = None
    created_by: str | None = None
    ends_at: str | None = None
    matchers: list[PostableMatcher] | None = None
    starts_at: str | None = None
    id: str | None = None


def list_silences(tx: Tx, desk: Desk, asked: Asked) -> list[WireSilence]:
    """List the silences of a channel: active ones, those to come, those that ended."""
    wanted = matchers_of(asked)
    known = rules.of_channel(tx, SILENCES, desk.account_id, desk.channel.id)
    said = [(rule, matchers) for rule in known if (matchers := _said(rule)) is not None]
    chosen = [
        (rule, matchers)
        for rule, matchers in said
        if label_matcher.chosen(wanted, {one.name: one.value for one in matchers})
    ]
    chosen.sort(key=lambda each: _rank(each[0], tx.now))
    return _wire(tx, chosen)


def get_silence(tx: Tx, desk: Desk, asked: Asked) -> WireSilence:
    """Show one silence."""
    rule = _rule(tx, desk, asked)
    try:
        return _wire(tx, [(rule, label_silence.matchers_of(rule))])[0]
    except Inexpressible as why:
        raise ResourceNotFound(
            "silence rule {name} cannot be shown here: {why}", name=rule.name, why=why
        ) from None


def post_silence(tx: Tx, desk: Desk, asked: Asked) -> SilenceId:
    """Make or change a silence by matchers."""
    made = engine.put(tx, desk.caller, desk.channel.id, _wish(_decoded(asked.body)))
    return SilenceId(uuid_of(made.id))


def delete_silence(tx: Tx, desk: Desk, asked: Asked) -> None:
    """End a silence."""
    engine.expire(tx, desk.caller, desk.channel.id, _rule(tx, desk, asked).id)


def unsaid(tx: Tx, desk: Desk) -> list[tuple[SilenceRule, str]]:
    """The silences of a channel that the API cannot show, each with the reason."""
    found = []
    for rule in rules.of_channel(tx, SILENCES, desk.account_id, desk.channel.id):
        try:
            label_silence.matchers_of(rule)
        except Inexpressible as why:
            found.append((rule, str(why)))
    return found


def _said(rule: SilenceRule) -> tuple[LabelMatcher, ...] | None:
    try:
        return label_silence.matchers_of(rule)
    except Inexpressible:
        return None


def _rule(tx: Tx, desk: Desk, asked: Asked) -> SilenceRule:
    given = asked.names["silence_id"]
    if not _UUID.fullmatch(given):
        raise Refused(422, 601, f'silenceID in path must be of type uuid: "{given[:64]}"')
    found = rules.get(tx, SILENCES, desk.account_id, id_of(given)) if id_of(given) else None
    if found is None or found.channel_id != desk.channel.id:
        raise ResourceNotFound("silence not found")
    return found


def _state(rule: SilenceRule, at: int) -> str:
    if rule.end_time <= at:
        return EXPIRED
    return PENDING if rule.start_time > at else ACTIVE


def _rank(rule: SilenceRule, at: int) -> tuple[int, int]:
    """What ends next comes first, then what begins next, then what ended last."""
    state = _state(rule, at)
    if state == EXPIRED:
        return _ORDER[state], -rule.end_time
    return _ORDER[state], rule.start_time if state == PENDING else rule.end_time


def _wire(
    tx: Tx, found: Iterable[tuple[SilenceRule, tuple[LabelMatcher, ...]]]
) -> list[WireSilence]:
    kept = list(found)
    ids = {rule.creator_id for rule, _ in kept if not rule.matchers}
    owners = {rule.account_id for rule, _ in kept}
    people = [one for owner in owners for one in members.by_ids(tx, owner, list(ids))]
    names = {one.id: one.name for one in people}
    return [
        WireSilence(
            id=uuid_of(rule.id),
            status=SilenceStatus(_state(rule, tx.now)),
            updated_at=written(rule.updated_at),
            comment=engine.comment_of(rule),
            created_by=rule.author if rule.matchers else rule.author or names[rule.creator_id],
            ends_at=written(rule.end_time),
            matchers=[WireMatcher(one.name, one.value, one.is_regex, one.is_equal) for one in of],
            starts_at=written(rule.start_time),
        )
        for rule, of in kept
    ]


def _decoded(body: bytes) -> PostableSilence:
    if not body:
        raise Refused(422, 602, "silence in body is required")
    try:
        return msgspec.json.decode(body, type=PostableSilence)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, 400, f'parsing silence body from "" failed, because {error}') from None


def _wish(sent: PostableSilence) -> Wish:
    comment = _required(sent.comment, "comment")
    author = _required(sent.created_by, "createdBy")
    ends_at = _instant(_required(sent.ends_at, "endsAt"))
    matchers = _required(sent.matchers, "matchers")
    if not matchers:
        raise Refused(422, 612, "matchers in body should have at least 1 items")
    if len(matchers) > MATCHERS_MAX:
        raise InvalidParameter(
            "silence invalid: at most {maximum} matchers may be sent", maximum=MATCHERS_MAX
        )
    wanted = tuple(_matcher(one, place) for place, one in enumerate(matchers))
    starts_at = _instant(_required(sent.starts_at, "startsAt"))
    for text in (comment, author, *(one.value for one in wanted)):
        if "\0" in text:
            raise InvalidParameter("silence invalid: the character NUL cannot be kept")
    return Wish(_rule_id(sent.id or ""), wanted, starts_at, ends_at, author, comment)


def _rule_id(given: str) -> str:
    if given and not id_of(given):
        raise ResourceNotFound("silence not found")
    return id_of(given)


def _matcher(sent: PostableMatcher, place: int) -> LabelMatcher:
    where = f"matchers.{place}."
    is_regex = _required(sent.is_regex, f"{where}isRegex")
    name = _required(sent.name, f"{where}name")
    value = _required(sent.value, f"{where}value")
    return LabelMatcher(name, value, is_regex, sent.is_equal is not False)


def _required(value: Any, name: str) -> Any:
    if value is None:
        raise Refused(422, 602, f"{name} in body is required")
    return value


def _instant(said: str) -> int:
    """An instant in ms; the year one, as Go writes none, is 0."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError as problem:
        raise Refused(400, 400, f'parsing silence body from "" failed, because {problem}') from None
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, int(moment.timestamp() * 1000))
