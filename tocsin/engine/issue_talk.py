"""What people say about issues and link them to."""

from msgspec.structs import replace

from tocsin.domain.issue_activity import TEXT_MAX, Activity, ActivityType
from tocsin.domain.issue_link import LINKS_MAX, IssueLink, LinkKind, check_address
from tocsin.engine import incident_work
from tocsin.engine.issue import visible
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.text import cut
from tocsin.store import issue as issues
from tocsin.store import issue_activity as activities
from tocsin.store import issue_link as links
from tocsin.store.database import Tx
from tocsin.store.issue import Comment


def comment(tx: Tx, caller: Caller, issue_id: str, text: str) -> Comment:
    """Write a comment on an issue that the caller may see."""
    issue_id = visible(tx, caller, issue_id, lock=True).issue_id
    new = Comment(
        comment_id=tx.ids.hex32(),
        account_id=caller.account_id,
        issue_id=issue_id,
        member_id=caller.member_id,
        created_at=tx.now,
        text=text,
    )
    issues.comment(tx, new)
    detail = {"comment_id": new.comment_id, "text": cut(text, TEXT_MAX)}
    _note(tx, issue_id, Activity(ActivityType.COMMENT, caller.member_id, detail=detail), caller)
    return new


def link(
    tx: Tx, caller: Caller, issue_id: str, kind: LinkKind, target: str, title: str
) -> IssueLink:
    """Link an issue to an incident the caller may see, or to an address; InvalidParameter for
    what is neither, or one link too many. Linking twice gives the link that is there."""
    issue_id = visible(tx, caller, issue_id, lock=True).issue_id
    if kind is LinkKind.INCIDENT:
        (incident,) = incident_work.reachable(tx, caller, [target])
        target = incident.incident_id
    else:
        check_address(target)
    there = links.of_issue(tx, caller.account_id, issue_id)
    for one in there:
        if (one.kind, one.target) == (kind, target):
            return one
    if len(there) >= LINKS_MAX:
        raise InvalidParameter(
            "an issue may have at most {maximum} links; remove one first", maximum=LINKS_MAX
        )
    new = IssueLink(
        link_id=tx.ids.short(),
        account_id=caller.account_id,
        issue_id=issue_id,
        kind=kind,
        target=target,
        title=title,
        created_by=caller.member_id,
        created_at=tx.now,
    )
    links.add(tx, new)
    _note(tx, issue_id, _told(ActivityType.LINKED, new, caller), caller)
    return new


def links_of(tx: Tx, caller: Caller, issue_id: str) -> list[IssueLink]:
    """An issue's links, the oldest first, without incidents hidden from the caller; an incident
    that was given no title of its own has the incident's."""
    issue_id = visible(tx, caller, issue_id).issue_id
    found = links.of_issue(tx, caller.account_id, issue_id)
    named = [one.target for one in found if one.kind is LinkKind.INCIDENT]
    titles = {one.incident_id: one.title for one in incident_work.visible_of(tx, caller, named)}
    return [
        replace(one, title=one.title or titles.get(one.target, ""))
        for one in found
        if one.kind is not LinkKind.INCIDENT or one.target in titles
    ]


def unlink(tx: Tx, caller: Caller, issue_id: str, link_id: str) -> None:
    """Remove a link of an issue."""
    issue_id = visible(tx, caller, issue_id, lock=True).issue_id
    for one in links.of_issue(tx, caller.account_id, issue_id):
        if one.link_id == link_id:
            links.remove(tx, caller.account_id, link_id)
            _note(tx, issue_id, _told(ActivityType.UNLINKED, one, caller), caller)
            return
    raise ResourceNotFound(
        "issue {issue_id} has no link {link_id}; list its links first",
        issue_id=issue_id,
        link_id=link_id,
    )


def _told(kind: ActivityType, one: IssueLink, caller: Caller) -> Activity:
    detail = {"kind": str(one.kind), "target": one.target}
    return Activity(kind, caller.member_id, detail=detail)


def _note(tx: Tx, issue_id: str, entry: Activity, caller: Caller) -> None:
    activities.note(tx, caller.account_id, [(issue_id, entry)])
