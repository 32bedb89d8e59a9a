"""An error as every door hands it over: one shape, whichever SDK spoke."""

from enum import StrEnum

from msgspec import Struct, field


class Door(StrEnum):
    """The wire an error came in by."""

    SENTRY = "sentry"
    RUM = "rum"
    OTLP = "otlp"
    DATAKIT = "datakit"


class Position(Struct, frozen=True, omit_defaults=True):
    """Where a call stood in the file that ran, before a source map said where it was written."""

    function: str = ""
    filename: str = ""
    abs_path: str = ""
    line: int = 0
    column: int = 0
    in_app: bool = True
    module: str = ""


class Frame(Struct, frozen=True, omit_defaults=True):
    """One call on a stack; `line` and `column` are 1-based, 0 is unknown.

    `debug_id` names the build of its file, and `address` is where native code of that build was.
    Once a map or a debug file has told where the call was written, `minified` is where it ran; where
    one was found and did not help, `unmapped` says why. A call that a compiler drew into the one
    that follows is `inlined`.
    """

    function: str = ""
    module: str = ""
    filename: str = ""
    abs_path: str = ""
    line: int = 0
    column: int = 0
    in_app: bool = True
    context_line: str = ""
    pre_context: tuple[str, ...] = ()
    post_context: tuple[str, ...] = ()
    debug_id: str = ""
    address: int = 0
    minified: Position | None = None
    unmapped: str = ""
    inlined: bool = False


class Thrown(Struct, frozen=True, omit_defaults=True):
    """One exception of a chain; frames run from the oldest call to the one that threw.

    `minified_type` is what its type was called in the program that shipped, where that is known;
    `mechanism` what caught it, in the SDK's words.
    """

    type: str = ""
    value: str = ""
    frames: tuple[Frame, ...] = ()
    synthetic: bool = False
    handled: bool = True
    minified_type: str = ""
    mechanism: str = ""


class ErrorEvent(Struct, frozen=True, omit_defaults=True):
    """One occurrence of an error.

    `exceptions` holds the cause first and the outermost last. `message_template` is the text
    before its arguments went in, where the SDK sends one. Instants are ms since the epoch.
    """

    event_id: str
    door: Door
    received_at: int
    occurred_at: int
    platform: str = ""
    level: str = "error"
    message: str = ""
    message_template: str = ""
    exceptions: tuple[Thrown, ...] = ()
    fingerprint: tuple[str, ...] = ()
    service: str = ""
    env: str = ""
    version: str = ""
    dist: str = ""
    session_id: str = ""
    user_id: str = ""
    user_email: str = ""
    url: str = ""
    transaction: str = ""
    is_crash: bool = False
    logger: str = ""
    user_agent: str = ""
    os_name: str = ""
    device_type: str = ""
    error_source: str = ""
    resource_status: int = 0
    sdk: str = ""
    trace_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
