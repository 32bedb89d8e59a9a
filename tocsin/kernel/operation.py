"""The operation table: the one list behind routes, checks, OpenAPI, CLI, permissions and docs."""

from collections.abc import Callable
from enum import Enum
from typing import (
    IO,
    Any,
    Final,
    Generic,
    NamedTuple,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import Struct

from tocsin.kernel.caller import Caller

T = TypeVar("T")
Q = TypeVar("Q")
R = TypeVar("R")
U = TypeVar("U", bound=Struct)


class Kind(Enum):
    """How an operation meets the store."""

    READ = "read"
    """One read-only transaction."""
    WRITE = "write"
    """One write transaction, which also holds the audit row."""
    CALL_OUT = "call-out"
    """Short transactions of its own, none open while it waits for a network or reads a file: it
    is given the database in place of a transaction. Its audit row comes after it."""
    OPEN = "open"
    """As CALL_OUT, and without a key: its caller is nobody unless the browser has a session. Calls
    are counted by the caller's address."""


class Rate(Struct, frozen=True):
    """Calls allowed per account and operation."""

    per_minute: int
    per_second: int


SHOWN_AS: Final = "x-shown-as"
"""In the extra schema of a type: the schema that OpenAPI shows in place of its own."""

POST: Final = "POST"
GET: Final = "GET"
RATE_DEFAULT: Final = Rate(1000, 50)


class Empty(Struct, frozen=True):
    """Nothing: an object without members."""


class Upload(Generic[U]):
    """A multipart request: what its query says, and the one file that came in its field `file`."""

    def __init__(self, query: U, file: IO[bytes]) -> None:
        self.query = query
        self.file = file


class File(NamedTuple):
    """An answer that is a file to keep, at its start; whoever sends it closes it."""

    name: str
    media_type: str
    content: IO[bytes]


class Entered(Generic[R]):
    """An answer that signs a browser in as `caller`, with a cookie that holds `secret` for so many
    seconds; with an empty secret it signs the browser out."""

    def __init__(self, data: R, caller: Caller, secret: str, life_s: int) -> None:
        self.data = data
        self.caller = caller
        self.secret = secret
        self.life_s = life_s


class Operation(Struct, frozen=True):
    """One line of the table. `permission` None admits any valid key.

    One that `takes_file` has its request, always a struct of texts, in the query; so has one whose
    `method` is GET, which sends no body.
    """

    path: str
    permission: tuple[str, ...]
    kind: Kind
    rate: Rate
    tag: str
    audited: bool
    takes_file: bool
    request: Any
    reply: Any
    run: Callable[[Any, Caller, Any], Any]
    method: str = POST

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().partition("\n")[0].removesuffix(".")

    @property
    def description(self) -> str:
        return "\n".join(
            line.strip() for line in (self.run.__doc__ or "").strip().splitlines()[1:]
        ).strip()

    @property
    def is_open(self) -> bool:
        """Whether it asks for no key."""
        return self.kind is Kind.OPEN

    @property
    def gives_file(self) -> bool:
        """Whether it answers with a file instead of an envelope."""
        return self.reply is File

    @property
    def audit_name(self) -> str:
        """`noun:read|write:verb`, as the audit log names it."""
        *nouns, verb = self.path.strip("/").split("/")
        return f"{'-'.join(nouns)}:{'read' if self.kind is Kind.READ else 'write'}:{verb}"

    @property
    def is_dangerous(self) -> bool:
        """Whether it takes something away for good."""
        return self.path.rpartition("/")[2] in ("delete", "remove")


OPERATIONS: Final[dict[str, Operation]] = {}


def operation(
    path: str,
    permission: str | tuple[str, ...] | None,
    kind: Kind,
    *,
    tag: str,
    rate: Rate = RATE_DEFAULT,
    audited: bool | None = None,
    method: str = POST,
) -> Callable[[Callable[[T, Caller, Q], R]], Callable[[T, Caller, Q], R]]:
    """Enter a function in the table under `path`; its annotations are its wire contract. A
    request annotated `Upload[Query]` comes as multipart with a file.

    `permission` names one permission, several of which any suffices, or None for any valid key.
    What writes is audited unless `audited` says otherwise.
    """

    def enter(run: Callable[[T, Caller, Q], R]) -> Callable[[T, Caller, Q], R]:
        hints = get_type_hints(run, include_extras=True)
        if path in OPERATIONS:
            raise ValueError(f"two operations claim {path}")
        if not run.__doc__:
            raise ValueError(f"{path} has no docstring, and the docstring is its summary")
        takes_file = get_origin(hints["request"]) is Upload
        reply = hints["return"]
        OPERATIONS[path] = Operation(
            path=path,
            permission=(permission,) if isinstance(permission, str) else permission or (),
            kind=kind,
            rate=rate,
            tag=tag,
            audited=kind is not Kind.READ if audited is None else audited,
            takes_file=takes_file,
            request=get_args(hints["request"])[0] if takes_file else hints["request"],
            reply=get_args(reply)[0] if get_origin(reply) is Entered else reply,
            run=run,
            method=method,
        )
        return run

    return enter
