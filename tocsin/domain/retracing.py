"""An error told in the words of its source: frames of a shipped file led back to where they were
written."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.artifact import candidates
from tocsin.domain.error_event import Door, ErrorEvent, Frame, Position

SCRIPT: Final = frozenset({"javascript", "node"})
_FOREIGN: Final = ("node_modules/", "bower_components/")
_FOREIGN_STARTS: Final = ("webpack/", "(webpack)", "~/")


class Origin(Struct, frozen=True):
    """Where something was written; `line` and `column` are 1-based, 0 is unknown, as `function` and
    `module` may be."""

    function: str
    source: str
    line: int
    column: int
    context_line: str = ""
    pre_context: tuple[str, ...] = ()
    post_context: tuple[str, ...] = ()
    module: str = ""


class Unmapped(Struct, frozen=True):
    """A map was found and did not help; `why` is for people."""

    why: str


Look = Callable[[Frame], Origin | Unmapped | None]
"""Where a frame was written, why a map does not say, or None where there is no map."""


def is_script(event: ErrorEvent) -> bool:
    """Whether source maps can say anything about an event."""
    platform = event.platform.lower() or ("javascript" if event.door is Door.RUM else "")
    return platform in SCRIPT


def open_frames(event: ErrorEvent) -> Iterator[Frame]:
    """The frames that a source map could lead back and none has yet."""
    if is_script(event):
        for thrown in event.exceptions:
            yield from filter(_is_open, thrown.frames)


def retraced(event: ErrorEvent, look: Look) -> ErrorEvent:
    """The event with every frame that `look` knows led back; the same event where it knows none."""
    if not is_script(event):
        return event
    changed = False
    chain = []
    for thrown in event.exceptions:
        frames = tuple([_retraced(frame, look) for frame in thrown.frames])
        if frames != thrown.frames:
            changed, thrown = True, replace(thrown, frames=frames)
        chain.append(thrown)
    return replace(event, exceptions=tuple(chain)) if changed else event


def is_retraced(event: ErrorEvent) -> bool:
    return any(frame.minified for thrown in event.exceptions for frame in thrown.frames)


def as_it_ran(event: ErrorEvent) -> ErrorEvent:
    """The event as it was before any source map or debug file was applied."""
    chain = [
        replace(
            thrown,
            type=thrown.minified_type or thrown.type,
            minified_type="",
            frames=tuple([_as_it_ran(frame) for frame in thrown.frames if not frame.inlined]),
        )
        for thrown in event.exceptions
    ]
    return replace(event, exceptions=tuple(chain))


def explained(event: ErrorEvent) -> ErrorEvent:
    """The event with every frame that no map was found for saying what was looked for, unless it
    shows its code anyway."""

    def why(frame: Frame) -> Unmapped | None:
        return None if frame.context_line else Unmapped(looked_for(event, frame))

    return retraced(event, lambda frame: None if frame.unmapped else why(frame))


def looked_for(event: ErrorEvent, frame: Frame) -> str:
    """What a source map of a frame's file would have to be filed under."""
    if not frame.column:
        return "The frame has no column, which a source map cannot do without."
    names = " or ".join(candidates(address(frame)))
    release = f"release {event.version}" if event.version else "no release, as the event names none"
    dist = f", dist {event.dist}" if event.dist else ", no dist"
    by_url = f"{names} with {release}{dist}" if names else "its file, which has no usable URL"
    by_id = f"debug id {frame.debug_id}, then for " if frame.debug_id else ""
    return f"No source map was uploaded for {by_id}{by_url}."


def address(frame: Frame) -> str:
    """Where the file of a frame is loaded from."""
    return frame.abs_path or frame.filename


def _is_open(frame: Frame) -> bool:
    return frame.minified is None and frame.line > 0 and bool(address(frame))


def _retraced(frame: Frame, look: Look) -> Frame:
    if not _is_open(frame):
        return frame
    found = look(frame)
    if found is None:
        return frame
    if isinstance(found, Unmapped):
        return replace(frame, unmapped=found.why)
    filename = short(found.source)
    return replace(
        frame,
        function=found.function,
        filename=filename,
        abs_path=found.source,
        line=found.line,
        column=found.column,
        in_app=frame.in_app and not _is_foreign(filename),
        context_line=found.context_line,
        pre_context=found.pre_context,
        post_context=found.post_context,
        minified=position(frame),
        unmapped="",
    )


def position(frame: Frame) -> Position:
    """Where a frame is by what it says now."""
    return Position(
        frame.function,
        frame.filename,
        frame.abs_path,
        frame.line,
        frame.column,
        frame.in_app,
        frame.module,
    )


def _as_it_ran(frame: Frame) -> Frame:
    ran = frame.minified
    if ran is None:
        return replace(frame, unmapped="")
    return replace(
        frame,
        function=ran.function,
        module=ran.module,
        filename=ran.filename,
        abs_path=ran.abs_path,
        line=ran.line,
        column=ran.column,
        in_app=ran.in_app,
        context_line="",
        pre_context=(),
        post_context=(),
        minified=None,
    )


def short(source: str) -> str:
    """A source's path without what a bundler puts before it: `src/cart.ts`."""
    path = source.partition("?")[0]
    if "://" in path:
        # What follows is a host, a package's own name, or nothing.
        path = path.partition("://")[2].partition("/")[2]
    while path.startswith(("./", "../", "/")):
        path = path.partition("/")[2]
    return path or source


def _is_foreign(path: str) -> bool:
    return path.startswith(_FOREIGN_STARTS) or any(part in path for part in _FOREIGN)
