"""Reads a whole template: text, actions, conditions, loops and named templates."""

from collections.abc import Iterable
from typing import Final

from tocsin.domain.go_template.expressions import ROOT, Expressions
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.lexer import Kind, tokens
from tocsin.domain.go_template.nodes import (
    Action,
    Break,
    Call,
    Continue,
    If,
    Node,
    Program,
    Range,
    Text,
    With,
)

LENGTH_MAX: Final = 64 * 1024
_BRANCHES: Final[dict[str, type[If] | type[With] | type[Range]]] = {
    "if": If,
    "with": With,
    "range": Range,
}
_Body = tuple[Node, ...]


def parse(template: str, functions: Iterable[str]) -> Program:
    """A template that may call the functions named.

    Raises TemplateError for what is not a template, or is longer than 64 KB.
    """
    if len(template) > LENGTH_MAX:
        raise TemplateError(1, f"a template must have at most {LENGTH_MAX} characters")
    return _Parser(template, functions).program()


class _Parser:
    def __init__(self, template: str, functions: Iterable[str]) -> None:
        self._in = Expressions(tokens(template), functions)
        self._named: dict[str, _Body] = {}
        self._loops = 0

    def program(self) -> Program:
        body, end = self._body(is_top=True)
        if end:
            raise TemplateError(self._in.peek().line, f"{end} without a beginning")
        return Program(body, self._named)

    def _body(self, *, is_top: bool = False) -> tuple[_Body, str]:
        """The nodes up to `end` or `else`, and which of them it was; "" at the end of all."""
        found: list[Node] = []
        while (token := self._in.next()).kind is not Kind.END:
            if token.kind is Kind.TEXT:
                found.append(Text(token.text))
                continue
            word = self._in.peek().text if self._in.peek().kind is Kind.KEYWORD else ""
            if not word:
                found.append(Action(self._in.pipeline("command")))
                continue
            self._in.next()
            if word == "end":
                self._in.expect(Kind.CLOSE, "end")
            if word in ("end", "else"):
                return tuple(found), word
            found.extend(self._statement(word, token.line, is_top=is_top))
        if not is_top:
            raise TemplateError(token.line, "unexpected end of the template, {{end}} is missing")
        return tuple(found), ""

    def _statement(self, word: str, line: int, *, is_top: bool) -> _Body:
        if word in _BRANCHES:
            return (self._branch(word),)
        if word == "template":
            return (self._call(line),)
        if word == "block":
            return (self._block(line),)
        if word == "define":
            if not is_top:
                raise TemplateError(line, "define can't stand inside another statement")
            self._define(line)
            return ()
        self._in.expect(Kind.CLOSE, word)
        if not self._loops:
            raise TemplateError(line, f"{word} outside of range")
        return (Break() if word == "break" else Continue(),)

    def _branch(self, word: str) -> If | With | Range:
        self._in.enter()
        known = len(self._in.variables)
        pipe = self._in.pipeline(word)
        self._loops += word == "range"
        body, end = self._body()
        self._loops -= word == "range"
        otherwise = self._otherwise(word) if end == "else" else ()
        del self._in.variables[known:]
        self._in.leave()
        return _BRANCHES[word](pipe, body, otherwise)

    def _otherwise(self, word: str) -> _Body:
        following = self._in.next()
        if following.kind is Kind.KEYWORD and following.text == word and word != "range":
            return (self._branch(word),)
        if following.kind is Kind.KEYWORD and following.text in ("if", "with"):
            raise TemplateError(following.line, f"else {following.text} in {word}: use {word}")
        if following.kind is not Kind.CLOSE:
            self._in.unexpected(following, "else")
        body, end = self._body()
        if end != "end":
            raise TemplateError(self._in.peek().line, "expected {{end}}, found {{else}}")
        return body

    def _call(self, line: int) -> Call:
        name = self._in.quoted("template")
        if self._in.peek().kind is Kind.CLOSE:
            self._in.next()
            return Call(line, name)
        return Call(line, name, self._in.pipeline("template"))

    def _block(self, line: int) -> Call:
        name = self._in.quoted("block")
        pipe = self._in.pipeline("block")
        self._add(name, line)
        return Call(line, name, pipe)

    def _define(self, line: int) -> None:
        name = self._in.quoted("define")
        self._in.expect(Kind.CLOSE, "define")
        self._add(name, line)

    def _add(self, name: str, line: int) -> None:
        """Read the body of a named template, which sees no variable from outside."""
        self._in.enter()
        outer, loops = self._in.variables, self._loops
        self._in.variables, self._loops = [ROOT], 0
        body, end = self._body()
        if end != "end":
            raise TemplateError(line, f"unexpected else in template {name}")
        self._in.variables, self._loops = outer, loops
        self._in.leave()
        known, is_empty = self._named.get(name, ()), _is_empty(body)
        if not _is_empty(known) and not is_empty:
            raise TemplateError(line, f"template {name} is defined twice")
        if not is_empty or name not in self._named:
            self._named[name] = body


def _is_empty(body: _Body) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in body)
