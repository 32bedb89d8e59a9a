"""Argument parsing whose errors name the nearest known word and the next step."""

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from tocsin.cli.refusal import EXIT_USAGE, Refusal, nearest

_CHOICE = re.compile(r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<known>.*)\)")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)


class Parser(argparse.ArgumentParser):
    """One level of the command line; `examples` end its help."""

    def __init__(self, *, examples: str = "", **options: Any) -> None:
        options.setdefault("formatter_class", _Formatter)
        options.setdefault("allow_abbrev", False)
        if examples:
            options["epilog"] = "examples:\n" + _indented(examples)
        super().__init__(**options)
        self.set_defaults(parser=self)

    def reject(self, unknown: Sequence[str]) -> NoReturn:
        """Refuse words that no option of this level took."""
        word = unknown[0].partition("=")[0]
        self.error(f"{word} is not known here.{nearest(word, self._option_string_actions)}")

    def error(self, message: str) -> NoReturn:
        if choice := _CHOICE.search(message):
            word = choice["word"]
            known = re.findall(r"[^\s',]+", choice["known"])
            message = f"{word!r} is not one of {', '.join(known)}.{nearest(word, known)}"
        raise Refusal(f"{self.prog}: {message}\nSee {self.prog} --help.", EXIT_USAGE)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())
