"""`tocsin application list|show`: what SDKs are configured with, from the server's own database."""

import argparse
from typing import Any, Final

from tocsin.cli.configuration import REACHED, add_settings, settings_of
from tocsin.cli.console import Console, console
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import Refusal, nearest
from tocsin.cli.table import table

_DESCRIPTION: Final = """
Show the applications whose errors come here, with the DSN for Sentry SDKs and the client token for
RUM SDKs. They are made by `tocsin rum application create`.
"""

_EXAMPLES: Final = """
tocsin application list
tocsin application show checkout
"""

_PAGE: Final = 100


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser(
        "application", help=summary, description=_DESCRIPTION, examples=_EXAMPLES
    )
    inner = parser.add_subparsers(metavar="VERB", parser_class=Parser)
    listing = inner.add_parser(
        "list", help="list them with their DSN", examples="tocsin application list"
    )
    add_settings(listing, REACHED)
    listing.set_defaults(run=list_applications)
    show = inner.add_parser(
        "show",
        help="show how to configure an SDK for one",
        examples="tocsin application show checkout",
    )
    show.add_argument("application", metavar="NAME", help="its name or its id")
    add_settings(show, REACHED)
    show.set_defaults(run=show_application)


def list_applications(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner:
        found = _all(owner)
    head = ["id", "name", "type", "status", "dsn"]
    rows = [
        [one.application_id, one.application_name, one.type.value, one.status.value, one.dsn]
        for one in found
    ]
    print(table(head, rows))
    return 0


def show_application(arguments: Any) -> int:
    wanted = arguments.application
    with console(settings_of(arguments)) as owner:
        found = {one.application_name: one for one in _all(owner)}
    by_id = {one.application_id: one for one in found.values()}
    one = found.get(wanted) or by_id.get(wanted)
    if one is None:
        raise Refusal(
            f"No application is called {wanted!r}.{nearest(wanted, found)}\n"
            "`tocsin application list` shows them all."
        )
    print(f"""{one.application_name} ({one.type.value}, {one.status.value})

  application id   {one.application_id}
  DSN              {one.dsn}
  client token     {one.client_token}""")
    return 0


def _all(owner: Console) -> list[Any]:
    found: list[Any] = []
    page, more = 1, True
    while more:
        reply = owner.call("/rum/application/list", p=page, limit=_PAGE)
        found += reply.items
        page, more = page + 1, reply.has_next_page
    return found
