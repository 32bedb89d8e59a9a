"""A stack of a shipped script, told in the words of its source."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.access import Permission
from tocsin.domain.error_event import Frame
from tocsin.engine import stack_enrichment as engine
from tocsin.engine.stack_enrichment import Stack
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import Kind, operation
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


SCRIPTS: Final = (StackType.BROWSER, StackType.REACT_NATIVE)


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

    What only other platforms have is empty: class, method, module, addresses."""

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
    """Tell a stack of a script in the words of its source.

    The maps are those uploaded for the service and version under the URL of each call's file. Only
    stacks of scripts (browser, react native) can be told.
    """
    if request.type not in SCRIPTS:
        raise InvalidParameter(
            "stacks of the type {value} cannot be told here; send one of {expected}",
            value=request.type,
            expected=" | ".join(SCRIPTS),
        )
    stack = Stack(request.service, request.version, request.stack)
    frames = engine.enriched(tx, caller.account_id, stack, request.near)
    return EnrichedStack([_item(frame) for frame in frames])


def _item(frame: Frame) -> EnrichedFrame:
    ran = frame.minified or frame
    first = frame.line - len(frame.pre_context)
    code = (*frame.pre_context, frame.context_line, *frame.post_context)
    has_code = frame.minified is not None and any(code)
    return EnrichedFrame(
        file=frame.filename,
        line=frame.line,
        column=frame.column,
        function=frame.function,
        class_name="",
        method_name="",
        module="",
        address="",
        offset=0,
        native_address="",
        converted=frame.minified is not None,
        third_party=not frame.in_app,
        code_snippets=[CodeLine(first + at, text) for at, text in enumerate(code)]
        if has_code
        else [],
        minified=MinifiedPlace(ran.abs_path or ran.filename, ran.function, ran.line, ran.column),
        reason=frame.unmapped,
    )
