"""What mails to an integration mean: which are one alert, and which say that it is over."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.filter import Filter, Match, compile_pattern, matching
from tocsin.domain.filter import check as check_filter
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter

PREFIX_MAX: Final = 64
PATTERN_LENGTH_MAX: Final = 1000
GROUPS_MAX: Final = 50
KEY_GROUP: Final = "key"
OUR_HEADER: Final = "X-Tocsin-Mail"
"""What every mail of ours says, so that none comes back as an alert."""

_PREFIX: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
_REPLY: Final = re.compile(r"\s*(?:re|fwd?|aw|wg|sv)\s*:\s*", re.IGNORECASE)
_KEYS: Final = frozenset(("title", "description"))


class MailMode(StrEnum):
    """What makes mails one alert."""

    EACH = "each"
    SUBJECT = "subject"
    RULES = "rules"


class MailSettings(Struct, frozen=True, omit_defaults=True):
    """How an integration takes mails. In the rules `title` is the subject, `description` the body,
    `labels.from` and `labels.to` are addresses."""

    prefix: Annotated[
        str,
        Meta(
            description="Mail to this name at the server's mail domain reaches the integration, "
            "beside the name that its key is: 3 to 64 small letters, digits, `.`, `_` or `-`.",
            max_length=PREFIX_MAX,
        ),
    ] = ""
    mode: Annotated[
        MailMode,
        Meta(
            description="`each`: every mail is an alert. `subject`: mails of one subject are one. "
            "`rules`: as `triggers` and `closes` say."
        ),
    ] = MailMode.EACH
    triggers: Annotated[
        Filter, Meta(description="Which mails open an alert.", max_length=GROUPS_MAX)
    ] = ()
    closes: Annotated[
        Filter, Meta(description="Which mails close it; asked first.", max_length=GROUPS_MAX)
    ] = ()
    key_pattern: Annotated[
        str,
        Meta(
            description="RE2 that finds what makes mails one alert, in the subject or else the "
            "body: its group `key`, its first group, or all of it. Not found: the subject.",
            max_length=PATTERN_LENGTH_MAX,
        ),
    ] = ""
    drop_unmatched: Annotated[
        bool, Meta(description="Drop mails that no rule is about; else they open alerts.")
    ] = False


class Meaning(Struct, frozen=True):
    """Which alert a mail is about, "" for one of its own, and how that is now."""

    alert_key: str
    status: EventStatus


def check(settings: MailSettings) -> None:
    """Raise InvalidParameter for settings that cannot work."""
    if settings.prefix and not _PREFIX.fullmatch(settings.prefix):
        raise InvalidParameter(
            "prefix must be 3 to 64 small letters, digits, dots, _ or -, not {value}",
            value=settings.prefix,
            field="mail.prefix",
        )
    if settings.mode is MailMode.RULES and not settings.triggers:
        raise InvalidParameter("name at least one rule in {field}", field="mail.triggers")
    check_filter(settings.triggers, "mail.triggers")
    check_filter(settings.closes, "mail.closes")
    if settings.key_pattern:
        try:
            compile_pattern(settings.key_pattern)
        except ValueError as error:
            raise InvalidParameter(
                "{field} is no pattern: {problem}", field="mail.key_pattern", problem=error
            ) from None


def meaning(
    settings: MailSettings, subject: str, body: str, labels: Mapping[str, str]
) -> Meaning | None:
    """What a mail says; None where it is to be dropped."""
    if settings.mode is MailMode.EACH:
        return Meaning("", EventStatus.WARNING)
    if settings.mode is MailMode.SUBJECT:
        return Meaning(plain(subject), EventStatus.WARNING)
    about = {"title": subject, "description": body}
    about |= {f"labels.{name}": value for name, value in labels.items()}
    key = _key(settings, subject, body)
    if matching(settings.closes, about, _KEYS) >= 0:
        return Meaning(key, EventStatus.OK)
    if matching(settings.triggers, about, _KEYS) < 0 and settings.drop_unmatched:
        return None
    return Meaning(key, EventStatus.WARNING)


def plain(subject: str) -> str:
    """A subject in capitals, without what answering or forwarding puts before it."""
    while found := _REPLY.match(subject):
        subject = subject[found.end() :]
    return " ".join(subject.upper().split())


def _key(settings: MailSettings, subject: str, body: str) -> str:
    if settings.key_pattern:
        try:
            pattern = compile_pattern(settings.key_pattern)
        except ValueError:
            return plain(subject)
        found = pattern.search(subject) or pattern.search(body)
        if found is not None:
            return _captured(found).strip() or plain(subject)
    return plain(subject)


def _captured(found: Match) -> str:
    for group in (KEY_GROUP, 1):
        try:
            return found.group(group) or ""
        except (IndexError, KeyError):
            continue
    return found.group() or ""
