"""Reads what stands inside an action: pipelines, commands, arguments, variables."""

from collections.abc import Iterable
from typing import Final, NoReturn

from tocsin.domain.go_template import literals
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.lexer import Kind, Token
from tocsin.domain.go_template.nodes import (
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Literal,
    Nil,
    Operand,
    Pipe,
    Variable,
)

NESTING_MAX: Final = 50
ROOT: Final = "$"
_CONSTANTS: Final[dict[str, Operand]] = {
    "true": Literal(True),
    "false": Literal(False),
    "nil": Nil(),
}
_NOT_A_STAGE: Final = Dot | Nil | Literal


class Expressions:
    """The tokens of a template, and the pipelines among them.

    `variables` are those that may be used where the reading stands, innermost last.
    """

    def __init__(self, tokens: Iterable[Token], functions: Iterable[str]) -> None:
        self._tokens = list(tokens)
        self._position = 0
        self._functions = frozenset(functions)
        self._depth = 0
        self._is_piped = False
        self.variables = [ROOT]

    def pipeline(self, context: str, end: Kind = Kind.CLOSE) -> Pipe:
        """The pipeline up to `end`, which is stepped over; new variables become usable."""
        self.enter()
        line = self.peek().line
        names, is_assignment = self._declared(context)
        commands: list[Command] = []
        while (token := self.peek()).kind is not end:
            if token.kind is Kind.PIPE or (commands and not self._is_piped):
                self.unexpected(token, context)
            commands.append(self._command())
        if not commands or self._is_piped:
            raise TemplateError(line, f"missing value for {context}")
        self.next()
        for position, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], _NOT_A_STAGE):
                raise TemplateError(line, f"stage {position} of the pipeline is not a function")
        self.leave()
        return Pipe(line, tuple(commands), names, is_assignment)

    def peek(self) -> Token:
        """The next token that is not space."""
        while self._tokens[self._position].kind is Kind.SPACE:
            self._position += 1
        return self._tokens[self._position]

    def next(self) -> Token:
        """The next token that is not space, stepped over."""
        token = self.peek()
        if token.kind is not Kind.END:
            self._position += 1
        return token

    def expect(self, kind: Kind, context: str) -> Token:
        """The next token, which must be of that kind."""
        token = self.next()
        if token.kind is not kind:
            self.unexpected(token, context)
        return token

    def enter(self) -> None:
        """Go one level deeper; `leave` goes back."""
        self._depth += 1
        if self._depth > NESTING_MAX:
            raise TemplateError(self.peek().line, f"nested deeper than {NESTING_MAX} levels")

    def leave(self) -> None:
        """Come back from `enter`."""
        self._depth -= 1

    def unexpected(self, token: Token, context: str) -> NoReturn:
        """Say that a token can't stand here."""
        shown = "the end" if token.kind is Kind.END else token.text[:40]
        raise TemplateError(token.line, f"unexpected {shown} in {context}")

    def quoted(self, context: str) -> str:
        """The next token, which must be quoted text: what it says."""
        token = self.next()
        if token.kind not in (Kind.STRING, Kind.RAW):
            self.unexpected(token, context)
        return _text(token)

    def _declared(self, context: str) -> tuple[tuple[str, ...], bool]:
        start = self._position
        names: list[str] = []
        while self.peek().kind is Kind.VARIABLE:
            names.append(self.next().text)
            following = self.peek().kind
            if following in (Kind.DECLARE, Kind.ASSIGN):
                self.next()
                return self._declare(names, following), following is Kind.ASSIGN
            if following is not Kind.COMMA:
                break
            self.next()
            if context != "range" or len(names) > 1:
                raise TemplateError(self.peek().line, f"too many variables in {context}")
        self._position = start
        return (), False

    def _declare(self, names: list[str], how: Kind) -> tuple[str, ...]:
        if how is Kind.ASSIGN:
            for name in names:
                self._check_variable(name)
        else:
            self.variables.extend(names)
        return tuple(names)

    def _check_variable(self, name: str) -> None:
        if name not in self.variables:
            raise TemplateError(self.peek().line, f"variable {name} is not defined")

    def _command(self) -> Command:
        operands = []
        while True:
            operands.append(self._operand())
            token = self._tokens[self._position]
            if token.kind is Kind.SPACE and self.peek().kind not in (
                Kind.PIPE,
                Kind.CLOSE,
                Kind.RIGHT,
            ):
                continue
            token = self.peek()
            self._is_piped = token.kind is Kind.PIPE
            if self._is_piped:
                self.next()
            elif token.kind not in (Kind.CLOSE, Kind.RIGHT):
                self.unexpected(token, "operand")
            return Command(tuple(operands))

    def _operand(self) -> Operand:
        term = self._term()
        names = []
        while self._tokens[self._position].kind is Kind.FIELD:
            names.append(self.next().text[1:])
        if not names:
            return term
        match term:
            case Field():
                return Field((*term.names, *names))
            case Variable():
                return Variable(term.name, tuple(names))
            case Pipe() | Identifier():
                return Chain(term, tuple(names))
        raise TemplateError(self.peek().line, f"unexpected .{names[0]} after a plain value")

    def _term(self) -> Operand:
        token = self.next()
        match token.kind:
            case Kind.DOT:
                return Dot()
            case Kind.FIELD:
                return Field((token.text[1:],))
            case Kind.VARIABLE:
                self._check_variable(token.text)
                return Variable(token.text)
            case Kind.LEFT:
                return self.pipeline("parentheses", Kind.RIGHT)
            case Kind.STRING | Kind.RAW:
                return Literal(_text(token))
            case Kind.NUMBER | Kind.CHARACTER:
                return Literal(_number(token))
            case Kind.IDENTIFIER:
                return self._identifier(token)
        return self.unexpected(token, "a command")

    def _identifier(self, token: Token) -> Operand:
        if constant := _CONSTANTS.get(token.text):
            return constant
        if token.text not in self._functions:
            raise TemplateError(token.line, f"function {token.text} is not defined")
        return Identifier(token.text)


def _text(token: Token) -> str:
    if token.kind is Kind.RAW:
        return token.text[1:-1].replace("\r", "")
    try:
        return literals.unquoted(token.text)
    except ValueError:
        raise TemplateError(token.line, f"bad escape in {token.text[:40]}") from None


def _number(token: Token) -> int | float:
    read = literals.number if token.kind is Kind.NUMBER else literals.character
    try:
        return read(token.text)
    except ValueError:
        raise TemplateError(token.line, f"bad number {token.text[:40]}") from None
