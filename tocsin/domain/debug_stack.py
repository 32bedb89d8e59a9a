"""Stacks of compiled programs told in the words of their source, by the debug files of their builds.

Native code is known by the address of an instruction in an image (a program or a library), Java and
Kotlin that ProGuard or R8 shortened by class, method and line. One call that ran may be several that
were written, as compilers draw calls into each other.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from tocsin.domain.error_event import ErrorEvent, Frame, Thrown
from tocsin.domain.retracing import Origin, Unmapped, is_script, position, short

Look = Callable[[Frame], Sequence[Origin] | Unmapped | None]
"""Where the calls of a frame were written, the innermost first; why a file does not say; None where
there is no file."""
Rename = Callable[[str, str], str]
"""Debug id and the short name of a class → its name in the source, "" where it is not known."""


def open_frames(event: ErrorEvent) -> Iterator[Frame]:
    """The frames that a debug file could lead back and none has yet."""
    for thrown in event.exceptions:
        yield from (frame for frame in thrown.frames if _is_open(frame))


def is_of(event: ErrorEvent) -> bool:
    """Whether debug files can say anything about an event: one that names its builds."""
    return not is_script(event) and any(True for _ in open_frames(event))


def led_back(event: ErrorEvent, look: Look, rename: Rename) -> ErrorEvent:
    """The event with every frame and exception that its builds' files know led back."""
    return replace(
        event, exceptions=tuple([_thrown(one, look, rename) for one in event.exceptions])
    )


def explained(event: ErrorEvent) -> ErrorEvent:
    """The event with every frame that no file was found for saying what was looked for."""

    def why(frame: Frame) -> Unmapped | None:
        return None if frame.unmapped else Unmapped(looked_for(frame))

    return led_back(event, why, lambda _, name: "")


def looked_for(frame: Frame) -> str:
    """What a debug file of a frame would have to be."""
    image = f" of {frame.module}" if frame.address and frame.module else ""
    return f"No debug file{image} was uploaded for debug id {frame.debug_id}."


def _is_open(frame: Frame) -> bool:
    known = frame.address > 0 or bool(frame.module and frame.function)
    return bool(frame.debug_id) and frame.minified is None and known


def _thrown(one: Thrown, look: Look, rename: Rename) -> Thrown:
    frames = [each for frame in one.frames for each in _frames(frame, look)]
    builds = dict.fromkeys(frame.debug_id for frame in one.frames if frame.debug_id)
    names = [] if one.minified_type else [rename(build, one.type) for build in builds]
    name = next((each for each in names if each and each != one.type), "")
    if name:
        return replace(one, type=name, minified_type=one.type, frames=tuple(frames))
    return replace(one, frames=tuple(frames))


def _frames(frame: Frame, look: Look) -> list[Frame]:
    found = look(frame) if _is_open(frame) else None
    if not found:
        return [frame]
    if isinstance(found, Unmapped):
        return [replace(frame, unmapped=found.why)]
    ran = position(frame)
    return [
        replace(
            frame,
            function=origin.function or frame.function,
            module=origin.module or frame.module,
            filename=short(origin.source) if origin.source else frame.filename,
            abs_path=origin.source or frame.abs_path,
            line=origin.line,
            minified=ran,
            unmapped="",
            inlined=number > 0,
        )
        for number, origin in reversed(list(enumerate(found)))
    ]
