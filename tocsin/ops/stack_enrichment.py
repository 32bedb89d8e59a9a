"""A stack of a shipped program, told in the words of its source."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.error_event import Frame
from tocsin.engine import stack_enrichment as engine
from tocsin.engine.stack_enrichment import Stack
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Kind, operation
from tocsin.sources.rum_stack import Build
from tocsin.store.database import Tx

TAG: Final = "RUM/Sourcemaps"
STACK_LENGTH_MAX: Final = 256 * 1024


class StackType(StrEnum):
    """What the stack was made by."""

    BROWSER = "browser"
    REACT_NATIVE = "react native"
    ANDROID = "android"
    IOS = "ios"
    FLUTTER = "flutter"


PLATFORMS: Final = {
    StackType.BROWSER: "javascript",
    StackType.REACT_NATIVE: "javascript",
    StackType.ANDROID: "java",
    StackType.IOS: "cocoa",
}
_NATIVE_WIDTH: Final = 18


class BinaryImage(Struct, frozen=True):
    """A program or a library that was loaded."""

    name: Annotated[str, Meta(max_length=256)]
    uuid: Annotated[str, Meta(max_length=64, description="Of its build.")] = ""
    load_address: Annotated[str, Meta(max_length=20, description="Where it lay, as 0x….")] = ""
    is_system: bool = False


class EnrichStack(Struct, frozen=True):
    stack: Annotated[
        str, Meta(min_length=1, max_length=STACK_LENGTH_MAX, description="The newest call first.")
    ]
    service: Annotated[str, Meta(min_length=1, max_length=200)]
    version: Annotated[str, Meta(min_length=1, max_length=200)]
    type: StackType = StackType.BROWSER
    near: Annotated[
        int, Meta(ge=1, le=20, description="Lines of code to show before and after each call.")
    ] = 5
    build_id: Annotated[
        str, Meta(max_length=200, description="Of Android: which mapping its names are of.")
    ] = ""
    binary_images: Annotated[
        list[BinaryImage], Meta(max_length=1000, description="Of iOS: what the stack's names are.")
    ] = []


class CodeLine(Struct, frozen=True):
    line: int
    code: str


class MinifiedPlace(Struct, frozen=True):
    """Where the call ran."""

    file: str
    function: str
    line: int
    column: int


class EnrichedFrame(Struct, frozen=True):
    """One call. Where it was not `converted`, it is told as it ran and `reason` says why.

    What only other platforms have is empty: class and method are Java's and Kotlin's, module and
    address native code's."""

    file: str
    line: int
    column: int
    function: str
    class_name: str
    method_name: str
    module: str
    address: str
    offset: int
    native_address: str
    converted: bool
    third_party: bool
    code_snippets: list[CodeLine]
    minified: MinifiedPlace
    reason: str


class EnrichedStack(Struct, frozen=True):
    frames: list[EnrichedFrame]


@operation("/sourcemap/stack/enrich", Permission.ERROR_TRACKING_READ, Kind.READ, tag=TAG)
def enrich(tx: Tx, caller: Caller, request: EnrichStack) -> EnrichedStack:
    """Tell a stack in the words of its source.

    Of scripts the maps are those uploaded for the service and version under the URL of each call's
    file. Java and Kotlin of Android go by `build_id`, its native code by the build ids in the stack, iOS
    by `binary_images`. Stacks of Flutter cannot be told.
    """
    if request.type not in PLATFORMS:
        raise InvalidParameter(
            "stacks of the type {value} cannot be told here; send one of {expected}",
            value=request.type,
            expected=" | ".join(PLATFORMS),
        )
    build = Build.of(
        {"build_id": request.build_id},
        {"binary_images": msgspec.to_builtins(request.binary_images)},
        PLATFORMS[request.type],
    )
    stack = Stack(request.service, request.version, request.stack, build=build)
    frames = engine.enriched(tx, caller.account_id, stack, request.near)
    return EnrichedStack([_item(frame) for frame in frames])


def _item(frame: Frame) -> EnrichedFrame:
    ran = frame.minified or frame
    is_native, is_converted = frame.address > 0, frame.minified is not None
    is_jvm = bool(frame.module) and not is_native
    is_unknown = not is_converted and (is_native or is_jvm) and not frame.debug_id
    first = frame.line - len(frame.pre_context)
    code = (*frame.pre_context, frame.context_line, *frame.post_context)
    has_code = frame.minified is not None and any(code)
    return EnrichedFrame(
        file=frame.filename,
        line=frame.line,
        column=frame.column,
        function=frame.function,
        class_name=frame.module if is_jvm else "",
        method_name=frame.function if is_jvm else "",
        module=frame.module if is_native else "",
        address=f"{frame.address:#0{_NATIVE_WIDTH}x}" if is_native else "",
        offset=0,
        native_address="",
        converted=is_converted,
        third_party=not frame.in_app,
        code_snippets=[CodeLine(first + at, text) for at, text in enumerate(code)]
        if has_code
        else [],
        minified=MinifiedPlace(ran.abs_path or ran.filename, ran.function, ran.line, ran.column),
        reason="Its build is not known: send build_id or binary_images."
        if is_unknown
        else frame.unmapped,
    )
