"""Rules over the errors of an application: how bad an issue is, and whose it is.

They are tried in their order and the first that matches counts. A severity rule says how bad the
issue of a matching error is; where there are such rules and none matches, it is Info. An owner
rule names the members a new issue is assigned to, their team, and the channels its alerts go to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent, Frame
from tocsin.domain.filter import LABEL, Condition, Filter, Group, Subject, prepared
from tocsin.domain.issue_event import headline
from tocsin.domain.noise_rule import RuleStatus, check_filter
from tocsin.domain.severity import Severity
from tocsin.domain.user_agent import browser, device, system
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound

RULES_MAX: Final = 50
FRAMES_MAX: Final = 30
TAG: Final = "tags."
CONTEXT: Final = "context."
KEYS: Final = frozenset(
    f"error.{name}"
    for name in (
        *("usr_id", "view_url", "view_url_path", "error_type", "error_message", "env", "service"),
        *("version", "transaction", "platform", "path", "module", "is_crash", "usr_email"),
        *("browser_name", "os_name", "device_type"),
    )
)
_OF_FRAMES: Final = frozenset(("error.path", "error.module"))
_REMEMBERED_MAX: Final = 8192


class RuleFamily(StrEnum):
    """What rules are about."""

    SEVERITY = "severity"
    OWNER = "owner"


class IssueRule(Struct, frozen=True, kw_only=True):
    """`severity` is a severity rule's, the owners an owner rule's; instants are ms."""

    id: str
    name: str
    description: str = ""
    filters: Filter = ()
    status: RuleStatus = RuleStatus.ENABLED
    severity: Severity | None = None
    member_ids: tuple[int, ...] = ()
    team_id: int = 0
    channel_ids: tuple[int, ...] = ()
    created_by: int = 0
    updated_by: int = 0
    created_at: int = 0
    updated_at: int = 0


Rules = tuple[IssueRule, ...]


class RuleBook(Struct, frozen=True):
    """The rules of an application by family, in their order."""

    severity: Rules = ()
    owner: Rules = ()


def check(rule: IssueRule, family: RuleFamily) -> None:
    """Raise InvalidParameter for a rule that cannot be meant."""
    check_filter(rule.filters, "filters")
    if not rule.filters:
        raise InvalidParameter("filters need at least one condition")
    for condition in (each for group in rule.filters for each in group):
        if condition.key not in KEYS and not condition.key.startswith((TAG, CONTEXT)):
            raise InvalidParameter(
                "{field} is nothing errors are filtered by; use {expected}",
                field=condition.key,
                expected=" | ".join((*sorted(KEYS), "tags.<name>")),
            )
    if family is RuleFamily.OWNER and not (rule.member_ids or rule.team_id or rule.channel_ids):
        raise InvalidParameter("an owner rule names members, a team or channels")


class Judge:
    """The enabled rules of a family, ready to be asked about many errors. What does not look at
    frames is asked once of an error, and frames come again and again."""

    def __init__(self, rules: Iterable[IssueRule] = ()) -> None:
        enabled = [rule for rule in rules if rule.status is RuleStatus.ENABLED]
        self._rules = [(rule, [_parted(group) for group in rule.filters]) for rule in enabled]

    def severity_of(self, event: ErrorEvent) -> Severity | None:
        """How bad the rules call an error; None where there are none in force."""
        if not self._rules:
            return None
        found = self.first(event)
        return (found and found.severity) or Severity.INFO

    def first(self, event: ErrorEvent) -> IssueRule | None:
        """The first rule that matches an error, at any of its frames; None for none."""
        if not self._rules:
            return None
        subject = _subject(event)
        places: list[tuple[str, str]] | None = None
        for rule, groups in self._rules:
            for plain, located in groups:
                if not plain(subject):
                    continue
                if places is None:
                    places = _places(event)
                if located is None or any(_fits(located, *place) for place in places):
                    return rule
        return None


@lru_cache(256)
def judge_of(rules: Rules) -> Judge:
    """What the rules of a family come to."""
    return Judge(rules)


class _Located:
    """The conditions of a group that look at one frame."""

    def __init__(self, conditions: Group) -> None:
        self.holds = prepared(conditions, KEYS)


@lru_cache(_REMEMBERED_MAX)
def _fits(located: _Located, path: str, module: str) -> bool:
    """Whether a frame of this file and module meets them."""
    where = {"error.path": path, "error.module": module}
    return located.holds({name: at for name, at in where.items() if at})


def moved(rules: Rules, rule_id: str, target_id: str) -> Rules:
    """The rules with one in the place of another, which moves on."""
    dragged, target = one(rules, rule_id), one(rules, target_id)
    place = rules.index(target)
    rest = [rule for rule in rules if rule is not dragged]
    return (*rest[:place], dragged, *rest[place:])


def one(rules: Sequence[IssueRule], rule_id: str) -> IssueRule:
    """A rule by its id; ResourceNotFound for none."""
    for rule in rules:
        if rule.id == rule_id:
            return rule
    raise ResourceNotFound(
        "the application has no rule {rule_id}; list them first", rule_id=rule_id
    )


def _parted(group: Group) -> tuple[Callable[[Subject], bool], _Located | None]:
    """A group's conditions on the error as a whole, and those on its frames if it has any."""
    plain = tuple(_as_label(each) for each in group if each.key not in _OF_FRAMES)
    located = tuple(each for each in group if each.key in _OF_FRAMES)
    return prepared(plain, KEYS), _Located(located) if located else None


def _as_label(condition: Condition) -> Condition:
    for prefix in (TAG, CONTEXT):
        if condition.key.startswith(prefix):
            return replace(condition, key=LABEL + condition.key.removeprefix(prefix))
    return condition


def _places(event: ErrorEvent) -> list[tuple[str, str]]:
    """File and module of the newest frames of the application; one of neither where it has none."""
    found = dict.fromkeys(
        (frame.filename or frame.abs_path, frame.module)
        for frame in islice(_own_frames(event), FRAMES_MAX)
    )
    return list(found) or [("", "")]


def _own_frames(event: ErrorEvent) -> Iterator[Frame]:
    for thrown in reversed(event.exceptions):
        for frame in reversed(thrown.frames):
            if frame.in_app:
                yield frame


def _subject(event: ErrorEvent) -> dict[str, str]:
    """The error as filters see it, without its frames."""
    kind, message = headline(event)
    values = {
        "usr_id": event.user_id,
        "usr_email": event.user_email,
        "view_url": event.url,
        "view_url_path": _path(event.url),
        "error_type": kind,
        "error_message": message,
        "env": event.env,
        "service": event.service,
        "version": event.version,
        "transaction": event.transaction,
        "platform": event.platform,
        "browser_name": browser(event.user_agent)[0],
        "os_name": event.os_name or system(event.user_agent),
        "device_type": event.device_type or device(event.user_agent),
        "is_crash": "true" if event.is_crash else "false",
    }
    found = {f"error.{name}": value for name, value in values.items() if value}
    return found | {LABEL + name: value for name, value in event.tags.items()}


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
