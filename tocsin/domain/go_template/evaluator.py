"""Runs a template over data, within a budget of steps and text."""

from collections.abc import Mapping
from typing import Final

from tocsin.domain.go_template.failure import FunctionError, TemplateError, TooMuch
from tocsin.domain.go_template.functions import Function
from tocsin.domain.go_template.nodes import (
    Action,
    Break,
    Call,
    Chain,
    Command,
    Continue,
    Dot,
    Field,
    Identifier,
    If,
    Literal,
    Nil,
    Node,
    Operand,
    Pipe,
    Program,
    Range,
    Text,
    Variable,
    With,
)
from tocsin.domain.go_template.sheet import Sheet
from tocsin.domain.go_template.values import elements, field, is_function, truth, weigh

DEPTH_MAX: Final = 80
SHORT: Final = ("and", "or")
"""Functions that need not look at all their arguments."""

_ABSENT: Final = object()


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Run:
    """One run of a program. `steps` bounds its work, the sheet bounds what it writes."""

    def __init__(
        self,
        program: Program,
        functions: Mapping[str, Function],
        data: object,
        sheet: Sheet,
        steps: int,
    ) -> None:
        self._program = program
        self._functions = functions
        self._sheet = sheet
        self._steps = steps
        self._line = 1
        self._depth = 0
        self._variables: list[tuple[str, object]] = [("$", data)]

    def run(self) -> None:
        """Write the template on the sheet. Raises TemplateError."""
        try:
            self._walk(self._program.root, self._variables[0][1])
        except FunctionError as error:
            raise TemplateError(self._line, str(error)) from None

    def _spend(self, steps: int = 1) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise TooMuch("the template takes too many steps")

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise TooMuch(f"the template goes deeper than {DEPTH_MAX} levels")

    def _walk(self, body: tuple[Node, ...], dot: object) -> None:
        self._enter()
        for node in body:
            self._spend()
            match node:
                case Text():
                    self._sheet.text(node.text)
                case Action():
                    self._action(node.pipe, dot)
                case If() | With():
                    self._branch(node, dot)
                case Range():
                    self._range(node, dot)
                case Call():
                    self._call(node, dot)
                case Break():
                    raise _Break
                case Continue():
                    raise _Continue
        self._depth -= 1

    def _action(self, pipe: Pipe, dot: object) -> None:
        value = self._pipe(pipe, dot)
        if not pipe.variables:
            self._spend(weigh(value, self._steps))
            self._sheet.value(value)

    def _branch(self, node: If | With, dot: object) -> None:
        known = len(self._variables)
        value = self._pipe(node.pipe, dot)
        if truth(value):
            self._walk(node.body, value if isinstance(node, With) else dot)
        else:
            self._walk(node.otherwise, dot)
        del self._variables[known:]

    def _range(self, node: Range, dot: object) -> None:
        outer = len(self._variables)
        names = node.pipe.variables
        value = self._pipe(node.pipe, dot, is_range=True)
        if len(names) > 1 and isinstance(value, int):
            raise FunctionError("a range over a number sets one variable only")
        known, count = len(self._variables), 0
        for position, element in elements(value):
            self._spend()
            count += 1
            self._set_range(node.pipe, position, element)
            goes_on = self._turn(node, element)
            del self._variables[known:]
            if not goes_on:
                break
        del self._variables[outer:]
        if not count:
            self._walk(node.otherwise, dot)

    def _turn(self, node: Range, element: object) -> bool:
        """Run the body for one element; whether the range goes on."""
        depth = self._depth
        try:
            self._walk(node.body, element)
        except _Continue:
            self._depth = depth
        except _Break:
            self._depth = depth
            return False
        return True

    def _set_range(self, pipe: Pipe, position: object, element: object) -> None:
        values = (element,) if len(pipe.variables) == 1 else (position, element)
        for name, value in zip(pipe.variables, values, strict=False):
            if pipe.is_assignment:
                self._assign(name, value)
            else:
                self._variables.append((name, value))

    def _call(self, node: Call, dot: object) -> None:
        self._line = node.line
        body = self._program.named.get(node.name)
        if body is None:
            raise FunctionError(f"template {node.name} is not defined")
        data = self._pipe(node.pipe, dot) if node.pipe else None
        outer, self._variables = self._variables, [("$", data)]
        self._walk(body, data)
        self._variables = outer

    def _pipe(self, pipe: Pipe, dot: object, *, is_range: bool = False) -> object:
        self._enter()
        self._line = pipe.line
        value: object = _ABSENT
        for command in pipe.commands:
            value = self._command(command, dot, value)
        for name in () if is_range else pipe.variables:
            if pipe.is_assignment:
                self._assign(name, value)
            else:
                self._variables.append((name, value))
        self._depth -= 1
        return value

    def _assign(self, name: str, value: object) -> None:
        position = self._find(name)
        self._variables[position] = (name, value)

    def _find(self, name: str) -> int:
        for position in range(len(self._variables) - 1, -1, -1):
            if self._variables[position][0] == name:
                return position
        raise FunctionError(f"variable {name} is not defined")

    def _command(self, command: Command, dot: object, final: object) -> object:
        self._spend()
        first, *rest = command.operands
        match first:
            case Identifier():
                return self._function(first.name, rest, dot, final)
            case Field():
                return self._fields(dot, first.names, rest, dot, final)
            case Variable():
                value = self._variables[self._find(first.name)][1]
                return self._fields(value, first.names, rest, dot, final)
            case Chain():
                value = self._operand(first.of, dot)
                return self._fields(value, first.names, rest, dot, final)
            case Nil():
                raise FunctionError("nil is not a command")
        if rest or final is not _ABSENT:
            raise FunctionError("arguments were given to what is no function")
        return self._operand(first, dot)

    def _operand(self, operand: Operand, dot: object) -> object:
        self._spend()
        match operand:
            case Dot():
                return dot
            case Literal():
                return operand.value
            case Nil():
                return None
            case Pipe():
                return self._pipe(operand, dot)
        return self._command(Command((operand,)), dot, _ABSENT)

    def _fields(
        self,
        value: object,
        names: tuple[str, ...],
        operands: list[Operand],
        dot: object,
        final: object,
    ) -> object:
        """What is found under names one below the other; the last one may be a method."""
        for name in names[:-1]:
            value = self._called(field(value, name), [])
        if names:
            value = field(value, names[-1])
        has_arguments = bool(operands) or final is not _ABSENT
        if has_arguments and not is_function(value):
            raise FunctionError(f"{names[-1] if names else 'a variable'} is no function")
        return self._called(value, self._arguments(operands, dot, final)) if names else value

    def _called(self, value: object, arguments: list[object]) -> object:
        if isinstance(value, Function):
            return self._counted(value, arguments)
        return value

    def _arguments(self, operands: list[Operand], dot: object, final: object) -> list[object]:
        found = [self._operand(each, dot) for each in operands]
        return found if final is _ABSENT else [*found, final]

    def _function(self, name: str, operands: list[Operand], dot: object, final: object) -> object:
        if name in SHORT:
            return self._short(name, operands, dot, final)
        return self._counted(self._functions[name], self._arguments(operands, dot, final))

    def _counted(self, function: Function, arguments: list[object]) -> object:
        if not function.light:
            self._spend(sum(weigh(each, self._steps) for each in arguments))
        value = function(arguments)
        self._spend(1 if function.light else weigh(value, self._steps))
        return value

    def _short(self, name: str, operands: list[Operand], dot: object, final: object) -> object:
        """`and` and `or`: the first argument that decides, or the last one."""
        value = final
        for operand in operands:
            value = self._operand(operand, dot)
            if truth(value) is (name == "or"):
                return value
        if value is _ABSENT:
            raise FunctionError(f"{name} needs an argument")
        return value if final is _ABSENT else final
