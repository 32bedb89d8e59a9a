"""Paging: how the people that somebody else chose are reached. All in the caller's transaction.

Whoever pages holds the incident's lock. The timeline says of every message by which method it
travels and why, or why there is none.
"""

from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET
from msgspec.structs import replace

from tocsin.domain.contact import BY_APP, METHODS, Address, Service, label
from tocsin.domain.escalation import Robot
from tocsin.domain.feed import Entry, NotifyChat, NotifyPerson, NotifyRobot
from tocsin.domain.incident import EMAIL, Incident
from tocsin.domain.member import Member, MemberStatus
from tocsin.domain.page import Page, PageStatus, Step
from tocsin.domain.preference import Stage, plan, quiet_until
from tocsin.domain.robot import ROBOTS, integration_of
from tocsin.engine import chat_app
from tocsin.engine.page_message import owe_mail, owe_post, subject_of
from tocsin.engine.page_send import NEXT, advance, note, told
from tocsin.engine.robot_secret import opened
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.units import seconds
from tocsin.store import contact as contacts
from tocsin.store import member as members
from tocsin.store import page as pages
from tocsin.store import timer
from tocsin.store.database import Tx


def page(
    tx: Tx, account_id: int, incident: Incident, person_id: int, step: Step, reason: str
) -> None:
    """Tell a person about an incident, by the methods of the step or of their own preference.

    Methods that fail give way to the next one, at last to anything verified that they have.
    """
    found = members.by_ids(tx, account_id, [person_id])
    person = found[0] if found else None
    if person is None or person.status is MemberStatus.DELETED:
        gone = NotifyPerson(person_id, "no longer a member")
        for method in step.methods or (EMAIL,):
            note(tx, incident, told(step, method, "", (gone,)), reason)
        return
    pages.end_earlier(tx, account_id, incident.incident_id, person_id)
    _begin(tx, incident, person, step, reason)


def page_address(
    tx: Tx, account_id: int, incident: Incident, address: str, step: Step, reason: str
) -> None:
    """Mail somebody without a login about an incident."""
    owed = owe_mail(tx, subject_of(tx, incident, step), address, "")
    why = f"{reason}; {owed.note}" if owed.note else reason
    note(tx, incident, told(step, EMAIL, owed.delivery_id, emails=(address,)), why)


def page_by_mail(tx: Tx, incident: Incident, person: Member, step: Step, reason: str) -> None:
    """Mail a person at their own address, whatever they prefer."""
    owed = owe_mail(tx, subject_of(tx, incident, step), person.email, person.name)
    entry = told(step, EMAIL, owed.delivery_id, (NotifyPerson(person.id),))
    note(tx, incident, entry, f"{reason}; {owed.note}" if owed.note else reason)


def page_robot(
    tx: Tx, account_id: int, incident: Incident, robot: Robot, step: Step, reason: str
) -> None:
    """Tell a group chat about an incident."""
    service, prefix = ROBOTS.get(robot.type, (None, ""))
    try:
        robot = opened(tx, account_id, robot)
        settings = {} if robot.settings is UNSET else robot.settings
        leads_to = addresses(tx, account_id, service, prefix, settings) if service else []
    except Unavailable as problem:
        why = problem.message()
        note(tx, incident, _told_robot(step, robot, why=why), f"{reason}; {why}")
        return
    paused_at = settings.get("disable_at")
    hindrance = ""
    if service is None:
        hindrance = f"{robot.type} is not set up on this server"
    elif isinstance(paused_at, int) and 0 < paused_at <= seconds(tx.now):
        hindrance = f"this {robot.type} robot is switched off"
    if service is None or hindrance:
        note(tx, incident, _told_robot(step, robot, why=hindrance), f"{reason}; {hindrance}")
        return
    subject = subject_of(tx, incident, step)
    for address in leads_to:
        shown = label(service, address)
        try:
            owed = owe_post(tx, subject, service, address, shown)
        except Unavailable as problem:
            why = problem.message()
            note(tx, incident, _told_robot(step, robot, address, why=why), f"{reason}; {why}")
            continue
        entry = _told_robot(step, robot, address, owed.delivery_id)
        note(tx, incident, entry, f"{reason}; {owed.note}" if owed.note else reason)


def _told_robot(
    step: Step, robot: Robot, address: Address | None = None, rid: str = "", why: str = ""
) -> Entry:
    """What a timeline says of a message to a group chat, or `why` there is none."""
    settings = {} if robot.settings is UNSET else robot.settings
    service = ROBOTS.get(robot.type, (None, ""))[0]
    if address and service in BY_APP:
        app_id = integration_of(settings)
        chat = NotifyChat(int(app_id) if app_id.isdecimal() else 0, address.target, why)
        return told(step, robot.type, rid, chats=(chat,))
    shown = label(service, address) if address and service else robot.type
    one = NotifyRobot(shown, str(settings.get("alias") or ""), why)
    return told(step, robot.type, rid, robots=(one,))


def _begin(tx: Tx, incident: Incident, person: Member, step: Step, reason: str) -> None:
    account_id = incident.account_id
    preference = contacts.preference_of(tx, account_id, person.id)
    methods = step.methods or preference.methods(incident.severity)
    verified = contacts.verified(tx, account_id, person.id)
    planned = plan(methods, preference.waits_ms, verified, bool(person.email))
    for method in planned.missing:
        failed = NotifyPerson(person.id, _missing(method))
        note(tx, incident, told(step, method, "", (failed,)), reason)
    if not planned.stages:
        return
    zone = ZoneInfo(person.time_zone or "UTC")
    quiet = quiet_until(preference, incident.severity, tx.now, zone)
    stages = planned.stages
    if all(stage.reserve for stage in stages):
        # None of what was asked for exists: somebody must hear of it all the same.
        reason = f"{reason}; by what they have instead"
    new = Page(
        id=tx.ids.object_id(),
        account_id=account_id,
        incident_id=incident.incident_id,
        person_id=person.id,
        step=step,
        reason=reason,
        stages=_used(stages),
        position=0,
        begins_at=quiet or tx.now,
        created_at=tx.now,
        status=PageStatus.OPEN,
    )
    pages.add(tx, new)
    if quiet:
        timer.set_(tx, account_id, NEXT, new.id, quiet)
        entry = told(step, stages[0].method, "", (NotifyPerson(person.id),))
        note(tx, incident, entry, f"{reason}; held back by their quiet hours")
    else:
        advance(tx, new, incident, person)


def _used(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stages, the first of which is never only in reserve."""
    return (replace(stages[0], reserve=False), *stages[1:])


def _missing(method: str) -> str:
    """Why a person cannot be told by a method."""
    if method == EMAIL:
        return "has no email address"
    if method in METHODS:
        return f"has no verified contact for {method}"
    return f"{method} is not set up on this server"


def addresses(
    tx: Tx, account_id: int, service: Service, prefix: str, settings: dict[str, Any]
) -> list[Address]:
    """Where a robot's settings lead to: one place, or for Telegram and for apps one a chat."""
    if service in BY_APP:
        return chat_app.addresses(tx, account_id, service, settings)
    token, secret = str(settings.get("token", "")), str(settings.get("sign_secret", ""))
    if service is Service.TELEGRAM:
        chats = settings.get("chat_ids") or ()
        return [Address(str(chat), token) for chat in chats]
    url = token if "://" in token else f"{prefix}{token}"
    return [Address(url, str(settings.get("verify_token", "")), secret)]
