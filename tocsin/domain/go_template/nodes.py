"""What a template is made of, once it is read."""

from typing import TypeAlias

from msgspec import Struct


class Text(Struct, frozen=True):
    """Text that is written as it stands."""

    text: str


class Dot(Struct, frozen=True):
    """`.`, what the template is looking at."""


class Nil(Struct, frozen=True):
    """`nil`, nothing; it can only be an argument."""


class Literal(Struct, frozen=True):
    """A value written into the template: text, a number, true or false."""

    value: str | int | float | bool


class Field(Struct, frozen=True):
    """`.a.b`, looked up from the dot."""

    names: tuple[str, ...]


class Variable(Struct, frozen=True):
    """`$v.a.b`; `$` alone is the data the template was given."""

    name: str
    names: tuple[str, ...] = ()


class Identifier(Struct, frozen=True):
    """The name of a function."""

    name: str


class Chain(Struct, frozen=True):
    """`(…).a.b`, looked up from a value in parentheses or from a function's."""

    of: "Pipe | Identifier"
    names: tuple[str, ...]


class Command(Struct, frozen=True):
    """A value, or a function and its arguments."""

    operands: "tuple[Operand, ...]"


class Pipe(Struct, frozen=True):
    """Commands of which each hands its value to the next as last argument.

    The last value goes to `variables`: new ones, or with `is_assignment` ones that exist.
    """

    line: int
    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    is_assignment: bool = False


class Action(Struct, frozen=True):
    """A value that is written out."""

    pipe: Pipe


class Branch(Struct, frozen=True):
    """`if`, `with` or `range`: what is done with something, and what with nothing."""

    pipe: Pipe
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]" = ()


class If(Branch, frozen=True):
    """Runs its body if there is something."""


class With(Branch, frozen=True):
    """Looks at something."""


class Range(Branch, frozen=True):
    """Looks at one element after another."""


class Break(Struct, frozen=True):
    """Leaves the innermost range."""


class Continue(Struct, frozen=True):
    """Goes on with the next element of the innermost range."""


class Call(Struct, frozen=True):
    """Runs another template of the same text; `pipe` is what it looks at."""

    line: int
    name: str
    pipe: Pipe | None = None


Operand: TypeAlias = Dot | Nil | Literal | Field | Variable | Identifier | Chain | Pipe
Node: TypeAlias = Text | Action | If | With | Range | Break | Continue | Call


class Program(Struct, frozen=True):
    """A template that was read: what runs, and the templates it defines by name."""

    root: tuple[Node, ...]
    named: dict[str, tuple[Node, ...]]
