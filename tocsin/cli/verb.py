"""`tocsin <noun> … <verb>`: every operation of the table as a command, on any server."""

import sys

import msgspec

from tocsin import ops
from tocsin.cli.client import Bytes, call
from tocsin.cli.field import options_of
from tocsin.cli.refusal import EXIT_USAGE, Refusal, nearest
from tocsin.cli.reply import readable
from tocsin.cli.request import body_of, parser_of
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.operation import OPERATIONS, Operation


def nouns() -> list[str]:
    """The first words of every operation."""
    ops.load()
    return sorted({path.split("/")[1] for path in OPERATIONS})


def below(words: list[str]) -> dict[str, str]:
    """What can follow these words: whole operations in words, with their summaries."""
    ops.load()
    start = "/".join(["", *words, ""])
    return {
        path.strip("/").replace("/", " "): operation.summary
        for path, operation in sorted(OPERATIONS.items())
        if path.startswith(start)
    }


def run(words: list[str]) -> int:
    """Carry out the operation that the words name, or list what could follow them."""
    ops.load()
    end = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    named = words[:end]
    # `member info` and `member info reset` are both operations: the longest name wins.
    for length in range(len(named), 0, -1):
        operation = OPERATIONS.get("/" + "/".join(named[:length]))
        if operation:
            return _run(operation, words[length:])
    if not below(named):
        known = below(named[:1])
        said = " ".join(named)
        raise Refusal(
            f"There is no operation {said!r}.{nearest(said, known)}\nSee tocsin {named[0]} --help.",
            EXIT_USAGE,
        )
    print(overview(named))
    return 0


def overview(words: list[str]) -> str:
    """A page that lists the operations under these words."""
    known = below(words)
    width = max(map(len, known))
    lines = [f"  tocsin {name:<{width}}  {summary}" for name, summary in known.items()]
    return "\n".join(
        [
            f"Operations of {' '.join(words)}, called on a server by --url and --key:",
            "",
            *lines,
            "",
            f"Each explains itself: tocsin {next(iter(known))} --help",
        ]
    )


def _run(operation: Operation, words: list[str]) -> int:
    options = options_of(operation.request)
    parser = parser_of(operation, options)
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        parser.reject(unknown)
    data = call(
        operation.path,
        body_of(arguments, options, SystemClock().now()),
        url=arguments.url,
        key=arguments.key,
        ca=arguments.ca,
        file=arguments.file if operation.takes_file else None,
        method=operation.method,
    )
    if isinstance(data, Bytes):
        sys.stdout.write(data.content.decode())
    elif arguments.json:
        print(msgspec.json.format(msgspec.json.encode(data)).decode())
    else:
        print(readable(data, operation.path.split("/")[-2].replace("-", "_")))
    return 0
