"""The stacks and exceptions inside a Sentry event, in every form its SDKs have had."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import replace

from tocsin.domain.artifact import image_id, plain_debug_id
from tocsin.domain.error_event import Frame, Thrown
from tocsin.sources.source import (
    MESSAGE_LENGTH_MAX,
    POSITION_MAX,
    TEXT_LENGTH_MAX,
    count,
    listing,
    mapping,
    text,
    word,
)

FRAMES_MAX: Final = 250
EXCEPTIONS_MAX: Final = 50
IMAGES_MAX: Final = 1_000
ADDRESS_MAX: Final = 2**63
CONTEXT_LINES_MAX: Final = 10
CONTEXT_LENGTH_MAX: Final = 512
_FOREIGN: Final = ("node_modules/", "site-packages/", "dist-packages/", "bower_components/")
_PYTHON: Final = "/lib/python"
_FOREIGN_STARTS: Final = ("node:", "internal/", "<frozen ")


_Text = Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)]
_Lines = Annotated[
    list[Annotated[str, Meta(max_length=CONTEXT_LENGTH_MAX)]], Meta(max_length=CONTEXT_LINES_MAX)
]


class PlainFrame(Struct):
    """A frame without junk and within all bounds, as nearly every one is; told in one pass."""

    function: _Text | None = None
    raw_function: _Text | None = None
    module: _Text | None = None
    package: _Text | None = None
    filename: _Text | None = None
    abs_path: _Text | None = None
    lineno: Annotated[int, Meta(ge=0, le=POSITION_MAX)] | None = None
    colno: Annotated[int, Meta(ge=0, le=POSITION_MAX)] | None = None
    instruction_addr: str | int | None = None
    in_app: bool | None = None
    context_line: Annotated[str, Meta(max_length=CONTEXT_LENGTH_MAX)] | None = None
    pre_context: _Lines | None = None
    post_context: _Lines | None = None


class PlainStack(Struct):
    """A stack without junk and within all bounds."""

    frames: Annotated[list[PlainFrame], Meta(max_length=FRAMES_MAX)]


class PlainThrown(Struct):
    """An exception without junk; one that has a second stack is not plain."""

    type: _Text | None = None
    value: Annotated[str, Meta(max_length=MESSAGE_LENGTH_MAX)] | None = None
    mechanism: dict[str, Any] | None = None
    stacktrace: PlainStack | None = None
    raw_stacktrace: None = None


def exceptions(payload: dict[str, Any], message: str) -> tuple[Thrown, ...]:
    """All that was thrown, the cause first; a bare stack becomes a thrown thing without type."""
    thrown = [_any_thrown(one) for one in _values(payload.get("exception"))]
    thrown = [one for one in thrown if one.type or one.value or one.frames][-EXCEPTIONS_MAX:]
    if any(one.frames for one in thrown):
        return tuple(thrown)
    stack = frames(payload.get("stacktrace")) or _thread_frames(payload.get("threads"))
    if not stack:
        return tuple(thrown)
    if not thrown:
        return (Thrown(value=message, frames=stack, synthetic=True),)
    last = thrown[-1]
    return (*thrown[:-1], replace(last, frames=stack))


def frames(stacktrace: Any) -> tuple[Frame, ...]:
    """The frames of `{"frames": […]}` or of a bare list, the oldest call first."""
    found = stacktrace.get("frames") if isinstance(stacktrace, dict) else stacktrace
    known = [one for one in listing(found) if isinstance(one, dict) and one]
    chosen = known[-FRAMES_MAX:]
    try:
        return tuple([_of_plain(plain) for plain in convert(chosen, list[PlainFrame])])
    except ValidationError:
        return tuple([_frame(one) for one in chosen])


def mechanisms(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """How each exception was caught."""
    return [
        one.mechanism or {}
        if isinstance(one, PlainThrown)
        else mapping(mapping(one).get("mechanism"))
        for one in _values(payload.get("exception"))
    ]


def with_debug_ids(thrown: tuple[Thrown, ...], payload: dict[str, Any]) -> tuple[Thrown, ...]:
    """What was thrown, its frames with the debug ids of the builds that the event names."""
    told = listing(mapping(payload.get("debug_meta")).get("images"))[:IMAGES_MAX]
    images = [image for image in told if isinstance(image, dict)]
    files = {
        word(image.get("code_file")): plain_debug_id(word(image.get("debug_id"), 64))
        for image in images
        if image.get("type") == "sourcemap"
    }
    builds = [image for image in images if image.get("type") != "sourcemap"]
    shortened = [image for image in builds if image.get("type") == "proguard"]
    if files:
        thrown = _with(thrown, lambda frames: [_named(frame, files) for frame in frames])
    if shortened:
        debug_id = _id_of(shortened[0])
        thrown = _with(thrown, lambda frames: [_shortened(frame, debug_id) for frame in frames])
    loaded = [image for image in map(_loaded, builds) if image.debug_id]
    if any(frame.address for one in thrown for frame in one.frames):
        thrown = _with(thrown, lambda frames: _placed(frames, loaded))
    return thrown


class _Image(Struct, frozen=True):
    """Where a program or a library lies in memory."""

    debug_id: str
    start: int
    end: int


def _with(
    thrown: tuple[Thrown, ...], change: Callable[[tuple[Frame, ...]], list[Frame]]
) -> tuple[Thrown, ...]:
    return tuple(replace(one, frames=tuple(change(one.frames))) for one in thrown)


def _id_of(image: dict[str, Any]) -> str:
    return image_id(word(image.get("debug_id"), 64) or word(image.get("uuid"), 64))


def _loaded(image: dict[str, Any]) -> _Image:
    start, size = _number(image.get("image_addr")), _number(image.get("image_size"))
    return _Image(_id_of(image), start, start + size if size else ADDRESS_MAX)


def _shortened(frame: Frame, debug_id: str) -> Frame:
    return replace(frame, debug_id=debug_id) if frame.module and debug_id else frame


def _placed(frames: tuple[Frame, ...], images: list[_Image]) -> list[Frame]:
    """Frames with their address in their image; 0 for those that lie in none."""
    last = len(frames) - 1
    return [_in_image(frame, images, returns=at < last) for at, frame in enumerate(frames)]


def _in_image(frame: Frame, images: list[_Image], *, returns: bool) -> Frame:
    # A caller's address is where it goes on: what it called stands just before.
    at = frame.address - 1 if returns else frame.address
    around = [one for one in images if one.start <= at < one.end]
    if not frame.address or not around:
        return replace(frame, address=0) if frame.address else frame
    image = max(around, key=lambda one: one.start)
    return replace(frame, address=at - image.start, debug_id=image.debug_id)


def _number(value: Any) -> int:
    """An address as a number or as hexadecimal text; 0 for what is none."""
    try:
        number = int(value, 0) if isinstance(value, str) else value
    except ValueError:
        return 0
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return number if is_number and 0 <= number < ADDRESS_MAX else 0


def _named(frame: Frame, known: dict[str, str]) -> Frame:
    debug_id = known.get(frame.abs_path) or known.get(frame.filename)
    return replace(frame, debug_id=debug_id) if debug_id else frame


def _values(value: Any) -> list[Any]:
    """`{"values": […]}`, a bare list, or one bare object, as a list."""
    if isinstance(value, dict):
        return listing(value["values"]) if "values" in value else [value]
    return listing(value)


def _any_thrown(one: Any) -> Thrown:
    if not isinstance(one, PlainThrown):
        return _thrown(mapping(one))
    mechanism = one.mechanism or {}
    return Thrown(
        type=one.type or "",
        value=one.value or "",
        frames=tuple([_of_plain(each) for each in one.stacktrace.frames]) if one.stacktrace else (),
        synthetic=mechanism.get("synthetic") is True,
        handled=mechanism.get("handled") is not False,
    )


def _thrown(one: dict[str, Any]) -> Thrown:
    mechanism = mapping(one.get("mechanism"))
    return Thrown(
        type=word(one.get("type")),
        value=text(one.get("value"), MESSAGE_LENGTH_MAX),
        frames=frames(one.get("stacktrace")) or frames(one.get("raw_stacktrace")),
        synthetic=mechanism.get("synthetic") is True,
        handled=mechanism.get("handled") is not False,
        mechanism=word(mechanism.get("type"), 64),
    )


def _thread_frames(threads: Any) -> tuple[Frame, ...]:
    """The stack of the thread that crashed, else of the current one, else of the only one."""
    known = [mapping(one) for one in _values(threads)]
    chosen = [one for one in known if one.get("crashed") is True]
    chosen = chosen or [one for one in known if one.get("current") is True]
    chosen = chosen or (known if len(known) == 1 else [])
    return frames(chosen[0].get("stacktrace")) if chosen else ()


def _of_plain(one: PlainFrame) -> Frame:
    filename, abs_path, in_app = one.filename or "", one.abs_path or "", one.in_app
    return Frame(
        function=one.function or one.raw_function or "",
        module=one.module or one.package or "",
        filename=filename,
        abs_path=abs_path,
        line=one.lineno or 0,
        column=one.colno or 0,
        address=_number(one.instruction_addr),
        in_app=_is_own(in_app, filename, abs_path),
        context_line=one.context_line or "",
        pre_context=tuple(one.pre_context or ()),
        post_context=tuple(one.post_context or ()),
    )


def _frame(one: dict[str, Any]) -> Frame:
    filename = word(one.get("filename"))
    abs_path = word(one.get("abs_path"))
    in_app = one.get("in_app")
    return Frame(
        function=word(one.get("function")) or word(one.get("raw_function")),
        module=word(one.get("module")) or word(one.get("package")),
        filename=filename,
        abs_path=abs_path,
        line=count(one.get("lineno")),
        column=count(one.get("colno")),
        address=_number(one.get("instruction_addr")),
        in_app=_is_own(in_app if isinstance(in_app, bool) else None, filename, abs_path),
        context_line=word(one.get("context_line"), CONTEXT_LENGTH_MAX),
        pre_context=_lines(one.get("pre_context"), slice(-CONTEXT_LINES_MAX, None)),
        post_context=_lines(one.get("post_context"), slice(CONTEXT_LINES_MAX)),
    )


def _lines(value: Any, wanted: slice) -> tuple[str, ...]:
    return tuple([word(line, CONTEXT_LENGTH_MAX) for line in listing(value)[wanted]])


def _is_own(said: bool | None, filename: str, abs_path: str) -> bool:
    """Whether a frame is the application's own. Python's SDK says so of its standard library."""
    if _PYTHON in abs_path and not any(part in abs_path for part in _FOREIGN):
        return False
    return _seems_in_app(filename or abs_path) if said is None else said


def _seems_in_app(path: str) -> bool:
    return not path.startswith(_FOREIGN_STARTS) and not any(part in path for part in _FOREIGN)
