"""An operation's request on the command line: its options, its help, and the body they make."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.cli.client import KEY_VARIABLE, URL_DEFAULT, URL_VARIABLE
from tocsin.cli.field import END, LOOK_BACK_MS, START, Form, Option
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.kernel.operation import Operation

_FIELD: Final = "field "
"""Before a field's name among parsed arguments, where no option of ours can be."""
_SAMPLES: Final = {
    Form.NUMBER: "5",
    Form.FRACTION: "0.5",
    Form.JSON: "'{…}'",
    Form.INSTANT: "1d",
}


def parser_of(operation: Operation, options: list[Option]) -> Parser:
    """What understands the words after the operation's name, and explains them."""
    words = operation.path.strip("/").replace("/", " ")
    parser = Parser(
        prog=f"tocsin {words}",
        description=_description(operation),
        examples=_examples(words, options, takes_file=operation.takes_file),
        usage=f"tocsin {words} [options]",
    )
    fields = parser.add_argument_group("fields of the request")
    for option in options:
        _add(fields, option, options)
    if operation.takes_file:
        fields.add_argument("--file", metavar="PATH", required=True, help="the file to send")
    server = parser.add_argument_group("the server, and what is shown")
    server.add_argument("--url", help=f"its address [{URL_VARIABLE}, else {URL_DEFAULT}]")
    server.add_argument("--key", help=f"an app key [{KEY_VARIABLE}]")
    server.add_argument("--ca", metavar="FILE", help="trust the certificates in this PEM file")
    server.add_argument(
        "--body", metavar="JSON", help="the request as JSON, @file or @- ; options go on top"
    )
    server.add_argument("--json", action="store_true", help="show the answer's data as JSON")
    return parser


def body_of(arguments: argparse.Namespace, options: list[Option], now: int) -> dict[str, Any]:
    """The request. Refusal for text that is not of its field's form, or a field that misses."""
    body = _given(arguments.body) if arguments.body else {}
    for option in options:
        texts = getattr(arguments, _FIELD + option.name)
        if isinstance(texts, bool):
            body[option.name] = texts
        elif texts is not None:
            body[option.name] = option.value(texts, now)
        elif _is_span(option, options) and not arguments.body:
            body[option.name] = option.of(now - (LOOK_BACK_MS if option.name == START else 0))
    missing = [each.flag for each in options if each.required and each.name not in body]
    if missing:
        raise Refusal(f"{', '.join(missing)} must be given; --help explains.", EXIT_USAGE)
    return body


def _given(text: str) -> dict[str, Any]:
    try:
        if text == "@-":
            text = sys.stdin.read()
        elif text.startswith("@"):
            text = Path(text[1:]).read_text("utf-8")
        return msgspec.json.decode(text, type=dict[str, Any])
    except OSError as failure:
        raise Refusal(f"--body {text}: {failure.strerror}", EXIT_USAGE) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as failure:
        raise Refusal(f"--body must be a JSON object: {failure}", EXIT_USAGE) from None


def _add(group: "argparse._ArgumentGroup", option: Option, options: list[Option]) -> None:
    target = _FIELD + option.name
    text = option.description.replace("%", "%%")
    if option.form is Form.SWITCH:
        group.add_argument(
            option.flag, dest=target, action=argparse.BooleanOptionalAction, help=text
        )
        return
    notes = []
    if option.form is Form.LIST:
        notes.append("repeatable, or a JSON list")
    if _is_span(option, options):
        notes.append("7d, now, a day or a Unix time" + (" [7d]" if option.name == START else ""))
    elif option.required:
        notes.append("required")
    told = " ".join(filter(None, [text, f"({'; '.join(notes)})" if notes else ""]))
    group.add_argument(
        option.flag, dest=target, action="append", metavar=option.placeholder, help=told
    )


def _is_span(option: Option, options: list[Option]) -> bool:
    """Whether this bounds a span of time: what nobody gives is then the last seven days."""
    return option.form is Form.INSTANT and {START, END} <= {each.name for each in options}


def _description(operation: Operation) -> str:
    without = "no key needed" if operation.is_open else "any valid key"
    permission = " or ".join(operation.permission) or without
    facts = (
        f"Permission: {permission}. At most {operation.rate.per_minute} calls a minute and"
        f" {operation.rate.per_second} a second{'; audited' if operation.audited else ''}."
    )
    told = [f"{operation.summary}.", operation.description, facts]
    return "\n\n".join(each for each in told if each).replace("%", "%%")


def _examples(words: str, options: list[Option], *, takes_file: bool) -> str:
    wanted = [each for each in options if each.required and not _is_span(each, options)]
    shown = wanted or [each for each in options if each.name == "limit"]
    given = "".join(f" {each.flag} {_sample(each)}" for each in shown)
    if takes_file:
        return f"tocsin {words}{given} --file rows.csv"
    return f"tocsin {words}{given}\ntocsin {words} --body @request.json --json".replace("%", "%%")


def _sample(option: Option) -> str:
    if option.choices:
        return option.choices[0]
    return _SAMPLES.get(option.item if option.form is Form.LIST else option.form, "…")
