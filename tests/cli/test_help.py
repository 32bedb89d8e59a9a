"""What `--help` teaches, word for word where it is the first thing somebody sees."""

from enum import StrEnum
from typing import Annotated

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from tests.cli.conftest import Terminal
from tests.cli.program import python, tocsin
from tocsin import __version__
from tocsin.cli.field import options_of
from tocsin.cli.main import COMMANDS
from tocsin.cli.request import body_of, parser_of
from tocsin.kernel.operation import RATE_DEFAULT, Empty, Kind, Operation

LEVELS = [
    *((name,) for name in COMMANDS),
    *(("key", verb) for verb in ("create", "list", "revoke")),
    *(("member", verb) for verb in ("create", "password", "link")),
    *(("application", verb) for verb in ("list", "show")),
]


@pytest.mark.parametrize("words", LEVELS, ids=" ".join)
def test_every_level_has_examples(words: tuple[str, ...], terminal: Terminal) -> None:
    page = terminal(*words, "--help").out
    assert f"usage: tocsin {' '.join(words)}" in page
    assert "examples:\n  tocsin " in page or "  KEY=" in page


def test_the_first_page_names_commands_and_operations(terminal: Terminal) -> None:
    page = terminal().out
    for name, summary in COMMANDS.items():
        assert name in page
        assert summary in page
    assert "operations, called on a server by --url and --key" in page
    assert "channel" in page


def test_help_of_key_create(terminal: Terminal) -> None:
    assert terminal("key", "create", "--help").out == (
        """\
usage: tocsin key create [options]

Make a key. Standard output holds the key and nothing else.

options:
  -h, --help           show this help message and exit
  --name NAME          what it is for [command line]
  --member WHO         mail address or id [the owner]
  --truewatch          a DF-API-KEY for the TrueWatch API instead of an app_key
  --expires WHEN       90d, 12h or a day such as 2027-01-31 (UTC) [never]

settings (also as TOCSIN_… or in tocsin.toml):
  --config FILE        settings file; else tocsin.toml in the data folder or here
  --data-dir TEXT      Folder for the SQLite files and the inbox. [data]
  --database-url TEXT  `postgresql://…` instead of SQLite in the data folder.

examples:
  tocsin key create --name ci
  KEY=$(tocsin key create --name ci --expires 30d)
"""
    )


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Paint(Struct, frozen=True):
    wall_id: Annotated[str, Meta(description="Which wall.")]
    color: Color | UnsetType = UNSET
    layers: int = 1
    dry: Annotated[bool, Meta(description="Wait until it is dry.")] = False
    names: Annotated[tuple[str, ...], Meta(description="Who paints.")] = ()
    plan: dict[str, int] = {}
    url: str = ""


def paint(_tx: object, _caller: object, _request: Paint) -> Empty:
    """Paint a wall.

    Every wall is painted once at most.
    """
    return Empty()


PAINT = Operation(
    path="/house/paint",
    permission=("Walls Manage",),
    kind=Kind.WRITE,
    rate=RATE_DEFAULT,
    tag="House",
    audited=True,
    takes_file=False,
    request=Paint,
    reply=Empty,
    run=paint,
)


def test_help_of_an_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "98")
    assert parser_of(PAINT, options_of(Paint)).format_help() == (
        """\
usage: tocsin house paint [options]

Paint a wall.

Every wall is painted once at most.

Permission: Walls Manage. At most 1000 calls a minute and 50 a second; audited.

options:
  -h, --help        show this help message and exit

fields of the request:
  --wall-id TEXT    Which wall. (required)
  --color red|blue
  --layers N
  --dry, --no-dry   Wait until it is dry.
  --names TEXT      Who paints. (repeatable, or a JSON list)
  --plan JSON
  --field-url TEXT

the server, and what is shown:
  --url URL         its address [TOCSIN_URL, else http://127.0.0.1:8750]
  --key KEY         an app key [TOCSIN_APP_KEY]
  --ca FILE         trust the certificates in this PEM file
  --body JSON       the request as JSON, @file or @- ; options go on top
  --json            show the answer's data as JSON

examples:
  tocsin house paint --wall-id …
  tocsin house paint --body @request.json --json
"""
    )


def test_options_become_a_body() -> None:
    options = options_of(Paint)
    words = "--wall-id w --color blue --layers 2 --no-dry --names a --names b --field-url u"
    arguments = parser_of(PAINT, options).parse_args([*words.split(), "--plan", '{"a": 1}'])
    assert body_of(arguments, options, 0) == {
        "wall_id": "w",
        "color": "blue",
        "layers": 2,
        "dry": False,
        "names": ["a", "b"],
        "plan": {"a": 1},
        "url": "u",
    }


def test_version_needs_no_database_and_no_server() -> None:
    said = tocsin("version")
    assert said.stdout.startswith(f"tocsin {__version__} (Python 3.")
    code = (
        "import sys; from tocsin.cli.main import main; main(['version']);"
        " sys.exit(bool({'sqlalchemy', 'uvicorn', 'cryptography', 'argon2'} & set(sys.modules)))"
    )
    assert python("-c", code).returncode == 0
