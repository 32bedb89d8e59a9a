"""Operations on what people were told of an incident, and on the incident as a document."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.engine import incident_export, incident_page
from tocsin.engine.incident_page import Message, Standing
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Kind, operation
from tocsin.store.database import Tx
from tocsin.wire.incident import TAG, ObjectId
from tocsin.wire.scalars import MemberId


class OneIncident(Struct, frozen=True):
    incident_id: ObjectId


class PageMessage(Struct, frozen=True):
    """One message to one person; instants in ms, 0 where it has not happened."""

    person_id: MemberId
    person_name: str
    method: Annotated[str, Meta(description="How it travels, such as `web_push` or `voice`.")]
    standing: Standing
    owed_at: int
    settled_at: Annotated[int, Meta(description="When it was handed over or given up.")]
    next_try_at: Annotated[int, Meta(description="While it is tried again.")]
    failures: int
    last_error: str
    answer: Annotated[str, Meta(description="What the other side said when it took it.")]
    may_repeat: Annotated[bool, Meta(description="It may have arrived twice.")]

    @classmethod
    def of(cls, message: Message) -> "PageMessage":
        sent = message.delivery
        waits = message.standing in (Standing.PENDING, Standing.RETRYING)
        return cls(
            person_id=message.attempt.person_id,
            person_name=message.person_name,
            method=message.attempt.method,
            standing=message.standing,
            owed_at=message.attempt.owed_at,
            settled_at=sent.settled_at if sent else 0,
            next_try_at=sent.due_at if sent and waits else 0,
            failures=sent.failures if sent else 0,
            last_error=sent.last_error if sent else "",
            answer=sent.answer if sent else "",
            may_repeat=sent.may_repeat if sent else False,
        )


class PageMessages(Struct, frozen=True):
    items: list[PageMessage]


class Document(Struct, frozen=True):
    file_name: str
    markdown: str


@operation("/incident/page/list", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def pages(tx: Tx, caller: Caller, request: OneIncident) -> PageMessages:
    """List what people were told of an incident, each message with what became of it, oldest first."""
    found = incident_page.messages(tx, caller, request.incident_id)
    return PageMessages([PageMessage.of(each) for each in found])


@operation("/incident/export", Permission.INCIDENTS_READ, Kind.READ, tag=TAG)
def export(tx: Tx, caller: Caller, request: OneIncident) -> Document:
    """Show an incident as a Markdown document with its timeline, on the caller's own clock."""
    return Document(*incident_export.export(tx, caller, request.incident_id))
