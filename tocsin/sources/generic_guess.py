"""What events mostly mean by the names of their fields, for senders nobody has described."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from tocsin.domain.severity import EventStatus
from tocsin.sources import payload
from tocsin.sources.severity_words import WORDS
from tocsin.sources.source import Unreadable, parse_json, text, word

_TITLES: Final = [
    "title",
    "alert_title",
    "alertname",
    "alert_name",
    "subject",
    "name",
    "summary",
    "check",
    "message",
    "msg",
    "text",
    "event",
]
_DESCRIPTIONS: Final = [
    "description",
    "message",
    "msg",
    "text",
    "body",
    "details",
    "detail",
    "summary",
    "content",
]
_SEVERITIES: Final = ["severity", "event_severity", "alert_severity", "level", "priority"]
_STATES: Final = ["status", "event_status", "alert_status", "state", "action", "event_type"]
_KEYS: Final = ["alert_key", "dedup_key", "incident_key", "fingerprint", "alert_id", "alertid"]
_TIMES: Final = ["event_time", "timestamp", "startsat", "starts_at", "time", "date", "created_at"]
_LABELS: Final = ("labels", "tags")
_LISTS: Final = ("alerts", "events")
_WRAPPERS: Final = ("payload", "data")

STATES: Final[Mapping[str, EventStatus]] = dict.fromkeys(
    [
        "ok",
        "okay",
        "resolved",
        "resolve",
        "recovered",
        "recovery",
        "closed",
        "close",
        "clear",
        "cleared",
        "normal",
        "up",
        "healthy",
        "inactive",
        "passed",
        "good",
        "fixed",
    ],
    EventStatus.OK,
)
"""Words that say that something is over."""


def unwrapped(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a form's only field holds as JSON, as some senders have it."""
    if len(found) == 1:
        name, value = next(iter(found.items()))
        if name in _WRAPPERS and isinstance(value, str):
            try:
                inner = parse_json(value.encode())
            except Unreadable:
                return found
            return inner if isinstance(inner, Mapping) else found
    return found


def listed(body: Any) -> list[Any]:
    """The events of a request: a list itself, or a list under a usual name, or just one."""
    if isinstance(body, list):
        return body
    for name in _LISTS:
        found = body.get(name)
        if isinstance(found, list) and found and all(isinstance(one, Mapping) for one in found):
            return found
    return [body]


class Guess:
    """What an event seems to say; "" where it says nothing of the kind."""

    def __init__(self, event: Any) -> None:
        self._event = event if isinstance(event, Mapping) else {"message": text(event)}
        self._named = {name.lower(): value for name, value in self._event.items()}

    @cached_property
    def title(self) -> str:
        return self._first(_TITLES) or self._label("alertname")

    @property
    def description(self) -> str:
        found = self._first(_DESCRIPTIONS)
        return "" if found == self.title else found

    @property
    def status(self) -> EventStatus:
        """The severity, unless a state says that it is over; a Warning where nothing is said."""
        state = self._first(_STATES).lower()
        if state in STATES:
            return EventStatus.OK
        said = (self._first(_SEVERITIES) or self._label("severity") or state).lower()
        return STATES.get(said, WORDS.get(said, EventStatus.WARNING))

    @property
    def alert_key(self) -> str:
        return self._first(_KEYS)

    @property
    def event_time(self) -> Any:
        return next((self._named[name] for name in _TIMES if self._named.get(name)), "")

    @property
    def labels(self) -> dict[str, str]:
        """Its labels, and whatever it says in a word under a name of its own."""
        used = {*_TITLES, *_DESCRIPTIONS, *_KEYS, *_TIMES}
        named = [found for name in _LABELS if isinstance(found := self._named.get(name), Mapping)]
        rest = {
            name: value
            for name, value in self._event.items()
            if name.lower() not in used and not isinstance(value, dict | list)
        }
        return payload.labels(*named, rest)

    def _first(self, names: list[str]) -> str:
        found = (word(self._named.get(name), 2048).strip() for name in names)
        return next(filter(None, found), "")

    def _label(self, name: str) -> str:
        labels = self._named.get("labels")
        return word(labels.get(name)).strip() if isinstance(labels, Mapping) else ""
