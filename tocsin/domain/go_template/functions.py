"""The functions templates may call: what each takes, what it is for, and an example."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, get_type_hints

from msgspec import Struct

from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.values import is_list, type_name

F = TypeVar("F", bound=Callable[..., object])


class Function(Struct, frozen=True):
    """A function by its name; `takes` turns each argument into what `call` wants.

    `rest` does so for all further arguments, where any are allowed. `least` must be given.
    One that is `light` looks at no more of its arguments than their ends, however long they are.
    """

    name: str
    call: Callable[..., object]
    takes: tuple[Callable[[object], object], ...]
    rest: Callable[[object], object] | None
    least: int
    signature: str
    about: str
    example: str
    gives: str
    light: bool = False

    def __call__(self, arguments: list[object]) -> object:
        """The function's value. Raises FunctionError."""
        count = len(arguments)
        if count < self.least or (self.rest is None and count > len(self.takes)):
            raise FunctionError(f"{self.name} takes {self.signature or 'nothing'}, not {count}")
        takes = self.takes
        if self.rest is not None and count > len(takes):
            takes += (self.rest,) * (count - len(takes))
        try:
            return self.call(*[take(each) for take, each in zip(takes, arguments, strict=False)])
        except FunctionError as error:
            raise type(error)(f"{self.name}: {error}") from None
        except (ValueError, OverflowError, ArithmeticError, LookupError) as error:
            raise FunctionError(f"{self.name}: {error}") from None


class Library(dict[str, Function]):
    """Functions by name."""

    def add(self, names: str, example: str, gives: str, *, light: bool = False) -> Callable[[F], F]:
        """Enter a function under one or more names; the arguments' types tell what it takes."""

        def enter(call: F) -> F:
            hints = get_type_hints(call)
            parameters = inspect.signature(call).parameters.values()
            fixed = [each for each in parameters if each.kind is not each.VAR_POSITIONAL]
            more = [each for each in parameters if each.kind is each.VAR_POSITIONAL]
            for name in names.split():
                self[name] = Function(
                    name=name,
                    call=call,
                    takes=tuple(_TAKES[hints[each.name]] for each in fixed),
                    rest=_TAKES[hints[more[0].name]] if more else None,
                    least=sum(each.default is each.empty for each in fixed),
                    signature=" ".join(
                        [each.name.upper() for each in fixed]
                        + [f"{each.name.upper()}…" for each in more]
                    ),
                    about=" ".join((call.__doc__ or "").split()),
                    example=example,
                    gives=gives,
                    light=light,
                )
            return call

        return enter


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise FunctionError(f"wants text, not {type_name(value)}")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise FunctionError(f"wants a whole number, not {type_name(value)}")


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise FunctionError(f"wants true or false, not {type_name(value)}")


def _list(value: object) -> list[object]:
    if value is None:
        return []
    if is_list(value):
        return list(value)
    raise FunctionError(f"wants a list, not {type_name(value)}")


def _map(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise FunctionError(f"wants a map, not {type_name(value)}")


def _anything(value: object) -> object:
    return value


_TAKES: Final[dict[Any, Callable[[object], object]]] = {
    str: _text,
    int: _whole,
    bool: _bool,
    list[object]: _list,
    Mapping[str, object]: _map,
    object: _anything,
}
