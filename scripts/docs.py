"""`make docs`: write the generated pages of docs/ from the code they describe."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec.inspect

from scripts import console_reach
from scripts import senders as seen
from scripts.effects import shown
from tocsin import ops
from tocsin.domain.access import CATALOGUE, PRESETS
from tocsin.domain.go_template.builtin import BUILTIN
from tocsin.domain.message.functions import MESSAGE
from tocsin.domain.template_functions.library import functions
from tocsin.kernel.operation import OPERATIONS, POST, Operation
from tocsin.kernel.settings import Settings
from tocsin.sources.door import Door
from tocsin.sources.doors import DOORS

DOCS: Final = Path(__file__).parent.parent / "docs"
EXAMPLES_AT: Final = 1_700_003_600_000
_WRITTEN_BY: Final = "<!-- Written by `make docs`; change the code it describes instead. -->\n\n"


def settings() -> str:
    """Every setting with its default, as file, environment and flags name it."""
    lines = [
        "# Settings",
        "",
        "Each may stand in a TOML file (`--config`), as an environment variable or as a flag; the",
        "later wins. An unknown one is an error that names the nearest.",
        "",
        "| in the file | environment | flag | default | what it does |",
        "|---|---|---|---|---|",
    ]
    described = msgspec.inspect.type_info(Settings)
    if not isinstance(described, msgspec.inspect.StructType):
        raise TypeError("the settings are no struct")
    for field in described.fields:
        meta = field.type
        description = ""
        if isinstance(meta, msgspec.inspect.Metadata):
            description = (meta.extra_json_schema or {}).get("description", "")
        flag = field.name.replace("_", "-")
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        lines.append(
            f"| `{field.name}` | `TOCSIN_{field.name.upper()}` | `--{flag}` |"
            f" {f'`{default}`' if default != '' else ''} | {description} |"
        )
    return "\n".join(lines) + "\n"


def operations() -> str:
    """Every operation with who may call it, how often, and the test that shows its effect."""
    tests = {claim.path: f"`{claim.test}`" for claim in reversed(shown())}
    return "\n".join(_operations(tests)) + "\n"


def _operations(tests: dict[str, str]) -> Iterator[str]:
    yield "# Operations"
    yield ""
    yield (
        f"{len(OPERATIONS)} operations. Each is `POST` with a JSON body and `?app_key=`; its fields"
    )
    yield "stand in `openapi.json`. One marked GET is asked by its address alone. The last column names the test that calls it over HTTP and"
    yield "reads its effect back through another operation after a restart."
    for tag in sorted({each.tag for each in OPERATIONS.values()}):
        yield ""
        yield f"## {tag}"
        yield ""
        yield "| path | what it does | permission | a minute / a second | audited | shown by |"
        yield "|---|---|---|---|---|---|"
        for each in sorted(OPERATIONS.values(), key=lambda operation: operation.path):
            if each.tag == tag:
                yield _row(each, tests)


def _row(each: Operation, tests: dict[str, str]) -> str:
    return (
        f"| {'' if each.method == POST else 'GET '}`{each.path}` | {each.summary} | {_permission(each)} |"
        f" {each.rate.per_minute} / {each.rate.per_second} | {'yes' if each.audited else ''} |"
        f" {tests.get(each.path, '')} |"
    )


def _permission(operation: Operation) -> str:
    if operation.is_open:
        return "no key needed"
    return " or ".join(operation.permission) or "any valid key"


def permissions() -> str:
    """Which preset role holds which permission, and what each permission opens."""
    roles = list(PRESETS.values())
    lines = [
        "# Permissions",
        "",
        "What the preset roles may do, and which operations ask for it. A key is its member: it may",
        "what their roles may.",
        "",
        f"| permission | {' | '.join(role.name for role in roles)} | operations |",
        f"|---|{'---|' * len(roles)}---|",
    ]
    for entry in CATALOGUE:
        marks = " | ".join("yes" if entry.id in role.permission_ids else "" for role in roles)
        opened = [
            f"`{p}`"
            for p, each in sorted(OPERATIONS.items())
            if entry.permission in each.permission
        ]
        lines.append(f"| {entry.permission} | {marks} | {' '.join(opened)} |")
    return "\n".join(lines) + "\n"


def senders() -> str:
    """Every door with what its senders were seen to say, and how to set them up."""
    return "\n".join(_senders()) + "\n"


def _senders() -> Iterator[str]:
    yield "# Senders"
    yield ""
    yield "What can push to Tocsin, where, and how it is set up: put the server's address for `URL`"
    yield "and the key of an integration of that kind for `KEY`. `/event/push/…` addresses take"
    yield "`&channel_id=` too. A *yes* was seen in the test named beside it: the sender fires and an"
    yield "incident opens, it resolves and the incident closes, somebody acknowledges there and the"
    yield "incident is acknowledged here. The test fails unless the decision traces tell so too."
    yield "Integrations are made by `tocsin datasource upsert --plugin-type … --name … --channel-id …`,"
    yield "which answers with the key; a key opens the doors of its own type only."
    claims = seen.shown()
    for plugin in dict.fromkeys(door.plugin for door in DOORS):
        yield from _sender([door for door in DOORS if door.plugin == plugin], claims)


def _sender(doors: list[Door], claims: list[seen.Shown]) -> Iterator[str]:
    plugin = doors[0].plugin
    yield f"\n## {plugin.name}\n"
    yield f"Integrations of `plugin_type` `{plugin.type}`."
    for module in dict.fromkeys(door.read.__module__ for door in doors):
        yield f"\n{(import_module(module).__doc__ or '').strip()}"
    for setup in dict.fromkeys(door.setup for door in doors if door.setup):
        yield f"\n```\n{setup}```"
    yield f"\n| address | sender | {' | '.join(seen.KINDS)} | shown by |\n|---|---|---|---|---|---|"
    for door in doors:
        for claim in claims:
            if claim.path == door.path:
                said = " | ".join("yes" if kind in claim.kinds else "" for kind in seen.KINDS)
                yield f"| `{claim.path}` | {claim.sender} | {said} | `{claim.test}` |"


def template_functions() -> str:
    """Every function that templates may call."""
    known = {**BUILTIN, **functions(EXAMPLES_AT), **MESSAGE}
    lines = [
        "# Functions of templates",
        "",
        "What [templates](templates.md) may call, beside `and` and `or`. `⏎` is a new line; in the",
        "examples it is 23:13 UTC on 14 November 2023. What ends in `…` may be given many times.",
        "Those that take `INCIDENT`, and those of severities and images, are for notifications only.",
        "",
        "| function | takes | gives | example | writes |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{one.name}` | {_code(one.signature)} | {one.about} | {_code(one.example)} |"
        f" {_code(one.gives)} |"
        for one in sorted(known.values(), key=lambda one: one.name.lower())
    ]
    return "\n".join(lines) + "\n"


def console_operations() -> str:
    """Every operation with the screens of the console that reach it."""
    return "\n".join(console_reach.table()) + "\n"


def _code(text: str) -> str:
    shown = text.replace("\n", "⏎").replace("|", "\\|")
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}" if shown else ""


PAGES: Final[dict[str, Callable[[], str]]] = {
    "settings.md": settings,
    "operations.md": operations,
    "permissions.md": permissions,
    "senders.md": senders,
    "template-functions.md": template_functions,
    "console-operations.md": console_operations,
}


def page(name: str) -> str:
    """A generated page, whole."""
    ops.load()
    title, _, rest = PAGES[name]().partition("\n\n")
    return f"{title}\n\n{_WRITTEN_BY}{rest}"


if __name__ == "__main__":
    for each in PAGES:
        (DOCS / each).write_text(page(each), encoding="utf-8")
