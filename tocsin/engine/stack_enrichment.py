"""A stack as text, told in the words of its source."""

from typing import Final

from msgspec import Struct

from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.engine.symbolication import Symbolicator, explained
from tocsin.sources.rum_stack import Build
from tocsin.sources.source import clean
from tocsin.store.database import Tx

SCRIPT: Final = Build("javascript", "", {})


class Stack(Struct, frozen=True):
    """What a program of a service in a version reported, and of which build it is."""

    service: str
    version: str
    text: str
    application_id: str = ""
    build: Build = SCRIPT


def enriched(tx: Tx, account_id: int, stack: Stack, near: int) -> list[Frame]:
    """The frames of a stack, the newest call first as it has them, with `near` lines of code
    before and after each that a map of the service, or a debug file of the build, leads back."""
    event = ErrorEvent(
        event_id="",
        door=Door.RUM,
        received_at=tx.now,
        occurred_at=tx.now,
        platform=stack.build.platform,
        service=stack.service,
        version=stack.version,
        exceptions=(Thrown(frames=stack.build.frames(clean(stack.text))),),
    )
    told = Symbolicator(tx, near).tell(account_id, stack.application_id, event)
    return list(reversed(explained(told.event).exceptions[0].frames))
