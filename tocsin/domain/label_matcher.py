"""Matchers of labels as Prometheus and Alertmanager write them: `job="db"`, `host=~"web.*"`.

A label that is not there has the empty value, and a pattern must match the whole of one. Patterns
are of RE2's syntax, run in linear time.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from tocsin.domain.filter import REMEMBERED_MAX, Pattern, compile_pattern
from tocsin.kernel.errors import InvalidParameter

_FORM: Final = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*(.*?)\s*", re.DOTALL)
_LABEL_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPED: Final = {"n": "\n", '"': '"', "\\": "\\"}
_SIGNS: Final = {(True, False): "=", (True, True): "=~", (False, False): "!=", (False, True): "!~"}


class LabelMatcher(Struct, frozen=True, order=True):
    """One matcher; `is_equal` false turns it round."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def accepts(self, value: str) -> bool:
        """Whether a label of this value is meant; an absent one has the empty value."""
        if self.is_regex:
            return (_whole(self.value).search(value) is not None) is self.is_equal
        return (value == self.value) is self.is_equal

    def __str__(self) -> str:
        value = self.value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        return f'{self.name}{_SIGNS[self.is_equal, self.is_regex]}"{value}"'


def parse(text: str) -> LabelMatcher:
    """The matcher that a text says; InvalidParameter for one that says none."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidParameter("bad matcher format: {text}", text=text)
    name, sign, value = found.groups()
    matcher = LabelMatcher(name, _unquoted(value), sign.endswith("~"), not sign.startswith("!"))
    _check_pattern(matcher)
    return matcher


def check(matchers: Iterable[LabelMatcher]) -> None:
    """Raise InvalidParameter for matchers that a silence cannot have."""
    wanted = list(matchers)
    for matcher in wanted:
        if not _LABEL_NAME.fullmatch(matcher.name):
            raise InvalidParameter("silence invalid: invalid label name {name}", name=matcher.name)
        _check_pattern(matcher)
    if all(matcher.accepts("") for matcher in wanted):
        raise InvalidParameter(
            "silence invalid: at least one matcher must not match the empty string"
        )


def chosen(matchers: Iterable[LabelMatcher], labels: Mapping[str, str]) -> bool:
    """Whether a list narrowed by matchers shows what has these labels. A matcher with the empty
    value also asks whether the label is there at all."""
    return all(_lets_through(matcher, labels) for matcher in matchers)


def _lets_through(matcher: LabelMatcher, labels: Mapping[str, str]) -> bool:
    is_there = matcher.name in labels
    if not matcher.value and is_there is not matcher.is_equal:
        return True
    return matcher.accepts(labels.get(matcher.name, ""))


def _unquoted(text: str) -> str:
    """A value without its quotes and escapes; an escape of nothing special stays as it is."""
    is_quoted = text.startswith('"')
    is_closed = not is_quoted
    signs = iter(text[1:] if is_quoted else text)
    value = ""
    for sign in signs:
        if is_quoted and is_closed:
            raise _unescaped(text)
        if sign == "\\":
            following = next(signs, "")
            value += _ESCAPED.get(following, sign + following)
        elif sign == '"':
            if not is_quoted:
                raise _unescaped(text)
            is_closed = True
        else:
            value += sign
    if not is_closed:
        raise _unescaped(text)
    return value


def _unescaped(text: str) -> InvalidParameter:
    return InvalidParameter("matcher value contains unescaped double quote: {text}", text=text)


def _check_pattern(matcher: LabelMatcher) -> None:
    if not matcher.is_regex:
        return
    try:
        # Alone too: `a)|(b` would be a pattern once it stands in brackets.
        compile_pattern(matcher.value)
        _whole(matcher.value)
    except ValueError as problem:
        raise InvalidParameter(
            "error parsing regexp {pattern}: {problem}", pattern=matcher.value, problem=problem
        ) from None


@lru_cache(REMEMBERED_MAX)
def _whole(pattern: str) -> Pattern:
    return compile_pattern(f"^(?:{pattern})$")
