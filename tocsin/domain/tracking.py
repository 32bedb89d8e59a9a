"""Which errors become issues; the others are only counted, each under its reason."""

from enum import StrEnum
from typing import Final

from tocsin.domain.error_event import Door, ErrorEvent

TRACKED_SOURCES: Final = frozenset({"custom", "source", "report", "console"})
_EXTENSION: Final = "-extension://"


class Untracked(StrEnum):
    """Why an error is not grouped."""

    SOURCE = "source"
    NO_STACK = "no stack"
    EXTENSION = "browser extension"


def untracked(event: ErrorEvent) -> Untracked | None:
    """Why `event` becomes no issue, None when it does.

    A RUM error needs a source that names the page's own code, and a stack; an error whose every
    frame is a browser extension's is nobody's to mend. All else a Sentry client sends is tracked.
    """
    frames = [frame for thrown in event.exceptions for frame in thrown.frames]
    if frames and all(_EXTENSION in (frame.abs_path or frame.filename) for frame in frames):
        return Untracked.EXTENSION
    if event.door is not Door.RUM:
        return None
    if event.error_source not in TRACKED_SOURCES:
        return Untracked.SOURCE
    return None if frames else Untracked.NO_STACK
