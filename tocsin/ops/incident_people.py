"""Reporting incidents, and who has them."""

from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.incident import NO_RULE, AssignType
from tocsin.domain.incident_people import Handover
from tocsin.domain.severity import Severity
from tocsin.engine import channel as channel_engine
from tocsin.engine import incident_work
from tocsin.engine.incident_work import Report, ToRule
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, ObjectId, PersonIds

ADDRESS_MAX: Final = 254

RuleId = Annotated[str, Meta(pattern="^([0-9a-fA-F]{24})?$", description="An escalation rule.")]
Emails = Annotated[
    tuple[str, ...], Meta(max_length=100, description="People without a login, told by mail.")
]
Layer = Annotated[int, Meta(description="The rule's layer to begin at.")]


class NotifyWish(Struct, frozen=True):
    """How to tell people, in place of their own preference."""

    follow_preference: bool = False
    personal_channels: Annotated[tuple[str, ...], Meta(description="Methods, such as email.")] = ()
    template_id: str = ""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods asked for; none where each person's preference decides."""
        chosen = () if self.follow_preference else self.personal_channels
        return tuple(dict.fromkeys(chosen))


class FirstAssignment(Struct, frozen=True):
    """Whom a new incident goes to."""

    person_ids: PersonIds = ()
    emails: Emails = ()
    escalate_rule_id: RuleId = ""
    layer_idx: Layer = 0
    type: str = ""
    notify: NotifyWish = NotifyWish()


class Assignment(Struct, frozen=True):
    """Whom an incident goes to. What the server fills in itself may be sent back as read."""

    person_ids: PersonIds = ()
    emails: Emails = ()
    escalate_rule_id: RuleId = ""
    layer_idx: Layer = 0
    type: AssignType = AssignType.NOBODY
    escalate_rule_name: str = ""
    assigned_at: int = 0
    id: str = ""


class CreateIncident(Struct, frozen=True):
    incident_severity: Severity
    title: Annotated[str, Meta(max_length=512)] = ""
    description: Annotated[str, Meta(max_length=6144)] = ""
    channel_id: Annotated[int, Meta(description="0 keeps it outside channels.")] = 0
    assigned_to: FirstAssignment = FirstAssignment()
    fields: Annotated[dict[str, Any], Meta(description="Custom fields by name.")] = {}


class CreatedIncident(Struct, frozen=True):
    incident_id: str
    title: str


class AssignIncidents(Struct, frozen=True):
    assigned_to: Assignment
    incident_ids: Annotated[tuple[ObjectId, ...], Meta(max_length=100)] = ()
    incident_id: Annotated[
        str, Meta(pattern="^([0-9a-fA-F]{24})?$", description="One alone; the list wins.")
    ] = ""


class AddResponders(Struct, frozen=True):
    incident_id: ObjectId
    person_ids: Annotated[tuple[int, ...], Meta(description="Members to call in; at most 100.")]
    notify: NotifyWish = NotifyWish()


@operation("/incident/create", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateIncident) -> CreatedIncident:
    """Report an incident by hand, and assign it to people or a rule, who are told.

    Where nobody is named, the escalation rules of its channel decide.
    """
    title = request.title.strip()
    if not title:
        raise InvalidParameter("title must say what happened", field="title")
    report = Report(
        title=title,
        severity=request.incident_severity,
        description=request.description,
        channel=channel_engine.seen(tx, caller, request.channel_id) if request.channel_id else None,
        fields=request.fields,
    )
    wish: FirstAssignment = request.assigned_to
    to: Handover | ToRule | None = None
    if wish != FirstAssignment():
        people = Handover(wish.person_ids, wish.emails, methods=wish.notify.methods)
        to = _handover(people, wish.escalate_rule_id, wish.layer_idx)
    new = incident_work.create(tx, caller, report, to)
    return CreatedIncident(new.incident_id, new.title)


@operation("/incident/assign", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def assign(tx: Tx, caller: Caller, request: AssignIncidents) -> Empty:
    """Hand incidents to other people, or to a level of an escalation rule, who are told.

    With `escalate_rule_id` that rule goes on from `layer_idx`; people named by hand end whatever
    rule had it. Who had acknowledged one and is among them keeps that; otherwise it is Triggered.
    """
    incident_ids = request.incident_ids or (request.incident_id,)
    if not incident_ids[0]:
        raise InvalidParameter("give incident_ids or incident_id", field="incident_ids")
    wish = request.assigned_to
    people = Handover(wish.person_ids, wish.emails, wish.type)
    to = _handover(people, wish.escalate_rule_id, wish.layer_idx)
    incident_work.assign(tx, caller, incident_ids, to)
    return Empty()


@operation("/incident/responder/add", Permission.INCIDENTS_MANAGE, Kind.WRITE, tag=TAG)
def add_responders(tx: Tx, caller: Caller, request: AddResponders) -> Empty:
    """Call more people to an incident; those who are not on it yet are told."""
    if not 0 < len(request.person_ids) <= 100:
        raise InvalidParameter(
            "person_ids must have from 1 to 100 entries, not {count}",
            count=len(request.person_ids),
        )
    incident_work.add_responders(
        tx, caller, request.incident_id, request.person_ids, request.notify.methods
    )
    return Empty()


def _handover(people: Handover, rule_id: str, layer_idx: int) -> Handover | ToRule:
    """The rule, where one is named, else the people."""
    if rule_id and rule_id != NO_RULE:
        return ToRule(rule_id, layer_idx)
    if not people.person_ids and not people.emails:
        raise InvalidParameter(
            "assigned_to must name person_ids, emails or an escalate_rule_id", field="assigned_to"
        )
    for address in people.emails:
        name, _, domain = address.rpartition("@")
        if (
            not name
            or "." not in domain
            or len(address) > ADDRESS_MAX
            or address.split() != [address]
        ):
            raise InvalidParameter("{value} is not an email address", value=address)
    return people
