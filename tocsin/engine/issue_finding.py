"""What issues can be found by: their words, and the tags and versions of their events."""

from collections.abc import Collection, Iterable, Mapping

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.issue import Issue
from tocsin.domain.issue_tags import searched
from tocsin.domain.issue_words import valued
from tocsin.store import issue_tag, issue_word
from tocsin.store.database import Tx

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


def share(tx: Tx, source: Issue, target: Issue, versions: Iterable[str]) -> None:
    """Have an issue be found by the tags of another too, and by versions that came from there."""
    tags = issue_tag.share(tx, target.account_id, source.issue_id, target.issue_id)
    found = [(target, valued(f"tags.{name}", value)) for name, value in tags]
    found += [(target, valued("version", version)) for version in versions]
    issue_word.add_late(tx, found)
