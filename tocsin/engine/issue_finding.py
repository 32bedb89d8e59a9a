"""What issues can be found by: their words, and the tags and versions of their events."""

from collections.abc import Collection, Iterable, Mapping

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue import Issue
from tocsin.domain.issue_tags import searched
from tocsin.domain.issue_words import valued
from tocsin.store import issue_tag, issue_word
from tocsin.store.database import Tx

Tag = tuple[str, str]
"""A tag's name and its value."""
Shown = tuple[str, str]
"""An issue's id, and a version that showed it for the first time."""


def file(
    tx: Tx,
    account_id: int,
    issues: Mapping[str, Issue],
    new: Collection[str],
    events: Iterable[tuple[str, ErrorEvent]],
    shown: Iterable[Shown],
) -> None:
    """Have issues, by id, be found by what is new of them: of the `new` ones also by their words."""
    tagged = {(key, *tag) for key, event in events for tag in searched(event).items()}
    tags = issue_tag.learn(tx, account_id, tagged)
    found = [(issues[key], valued(f"tags.{name}", value)) for key, name, value in tags]
    found += [(issues[key], valued("version", version)) for key, version in shown]
    fresh = [issues[key] for key in sorted(new)]
    issue_word.add(tx, fresh, [one for one in found if one[0].issue_id in new])
    issue_word.add_late(tx, [one for one in found if one[0].issue_id not in new])


def share(tx: Tx, source: Issue, target: Issue, versions: Iterable[str]) -> tuple[Tag, ...]:
    """Have an issue be found by the tags of another too, and by versions that came from there. The
    answer is the tags it lacked."""
    tags = issue_tag.share(tx, target.account_id, source.issue_id, target.issue_id)
    found = [(target, valued(f"tags.{name}", value)) for name, value in tags]
    found += [(target, valued("version", version)) for version in versions]
    issue_word.add_late(tx, found)
    return tuple(sorted(tags))


def unshare(tx: Tx, issue_id: str, tags: Iterable[Tag], left: Iterable[ErrorEvent]) -> None:
    """Have an issue not be found by tags that another brought, unless its events that are left say
    the same."""
    shown = {tag for event in left for tag in searched(event).items()}
    issue_tag.drop(tx, issue_id, set(tags) - shown)
