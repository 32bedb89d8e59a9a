"""By what each person can really be reached: the one judgement of previews and of the coverage check."""

import logging
from collections.abc import Iterable
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.domain.contact import Contact, Service
from tocsin.domain.coverage import Reachable
from tocsin.domain.member import Member
from tocsin.domain.preference import Preference
from tocsin.store import contact as contacts
from tocsin.store import member as members
from tocsin.store.database import Tx

log = logging.getLogger(__name__)


def these(tx: Tx, account_id: int, person_ids: Iterable[int]) -> dict[int, Reachable]:
    """Some members, by id."""
    return {
        one.id: _reachable(
            tx,
            one,
            contacts.preference_of(tx, account_id, one.id),
            contacts.verified(tx, account_id, one.id),
        )
        for one in members.by_ids(tx, account_id, sorted(set(person_ids)))
    }


def everybody(tx: Tx, account_id: int) -> dict[int, Reachable]:
    """Every member there is, by id."""
    verified: dict[int, list[Contact]] = {}
    for one in contacts.all_verified(tx, account_id):
        verified.setdefault(one.person_id, []).append(one)
    wishes = {one.person_id: one for one in contacts.preferences(tx, account_id)}
    return {
        one.id: _reachable(
            tx, one, wishes.get(one.id) or Preference(account_id, one.id), verified.get(one.id, ())
        )
        for one in members.live(tx, account_id)
    }


def _reachable(
    tx: Tx, person: Member, preference: Preference, verified: Iterable[Contact]
) -> Reachable:
    """What is verified and what this server is set up to send by."""
    unset = tx.site.unset
    has_mail = bool(person.email)
    in_vain = {one.method for one in verified if one.service in unset}
    if has_mail and Service.EMAIL in unset:
        in_vain.add(str(Service.EMAIL))
    return Reachable(
        name=person.name,
        zone=_zone(person),
        preference=preference,
        contacts=tuple(one for one in verified if one.service not in unset),
        has_mail=has_mail and Service.EMAIL not in unset,
        unset=tuple(sorted(in_vain)),
    )


def _zone(person: Member) -> tzinfo:
    try:
        return ZoneInfo(person.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        log.warning("a member has an unknown time zone", extra={"member": person.id})
        return UTC
