"""`tocsin key create|list|revoke`: keys, made and taken back on the server's own machine."""

import argparse
import sys
from typing import Any, Final

from tocsin.cli.configuration import STORAGE, add_settings, settings_of
from tocsin.cli.console import console, member_id_of, perform
from tocsin.cli.instant import date_ms, span_ms
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_USAGE, Refusal
from tocsin.cli.table import day, table
from tocsin.domain.app_key import KeyKind
from tocsin.kernel.units import seconds
from tocsin.store import app_key as app_keys
from tocsin.store import member as members

_DESCRIPTION: Final = """
Make, list and revoke keys, on the server's own machine and with its database at hand. A key does
what its member may do. Keys are kept by hash: a lost one is revoked and made anew.
"""

_EXAMPLES: Final = """
tocsin key create --name ci
tocsin key create --name dashboards --member charlie@acme.example --expires 90d
tocsin key create --name robot --truewatch
tocsin key list
tocsin key revoke 69571c00a1b2c3d4e5f60001
"""


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("key", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    inner = parser.add_subparsers(metavar="VERB", parser_class=Parser)
    _add_create(inner)
    listing = inner.add_parser(
        "list", help="list every key, without its secret", examples="tocsin key list"
    )
    add_settings(listing, STORAGE)
    listing.set_defaults(run=list_keys)
    revoke = inner.add_parser(
        "revoke",
        help="end a key at once",
        examples="tocsin key revoke 69571c00a1b2c3d4e5f60001",
    )
    revoke.add_argument("key_id", metavar="ID", help="the key's id, as `tocsin key list` shows it")
    add_settings(revoke, STORAGE)
    revoke.set_defaults(run=revoke_key)


def _add_create(verbs: "argparse._SubParsersAction[Parser]") -> None:
    parser = verbs.add_parser(
        "create",
        help="make a key; it is shown once",
        description="Make a key. Standard output holds the key and nothing else.",
        examples="tocsin key create --name ci\nKEY=$(tocsin key create --name ci --expires 30d)",
    )
    parser.add_argument("--name", default="command line", help="what it is for [command line]")
    parser.add_argument("--member", metavar="WHO", help="mail address or id [the owner]")
    parser.add_argument(
        "--truewatch",
        action="store_true",
        help="a DF-API-KEY for the TrueWatch API instead of an app_key",
    )
    parser.add_argument(
        "--expires", metavar="WHEN", help="90d, 12h or a day such as 2027-01-31 (UTC) [never]"
    )
    add_settings(parser, STORAGE)
    parser.set_defaults(run=create_key)


def create_key(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner, owner.acting() as (tx, caller):
        who = caller.member_id
        if arguments.member:
            who = member_id_of(tx, caller.account_id, arguments.member)
        made = perform(
            tx,
            caller,
            "/person/app-key/create",
            key_name=arguments.name,
            person_id=who,
            kind=(KeyKind.TRUEWATCH if arguments.truewatch else KeyKind.APP).value,
            expires_at=seconds(_instant(arguments.expires, tx.now)),
        )
        name = members.get(tx, caller.account_id, who).name
    print(f"The key {made.key_name!r} of {name}; it is shown once:", file=sys.stderr)
    print(made.app_key)
    return 0


def list_keys(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner, owner.acting() as (tx, caller):
        keys = app_keys.of_account(tx, caller.account_id)
        names = members.names(tx, caller.account_id, [key.member_id for key in keys])
    rows = [
        [
            key.id,
            key.name,
            names[key.member_id],
            key.kind.value,
            f"{key.hint}…",
            key.status.value,
            day(key.created_at),
            day(key.expires_at),
            day(key.last_used_at),
        ]
        for key in keys
    ]
    head = ["id", "name", "member", "kind", "key", "status", "created", "expires", "last used"]
    print(table(head, rows))
    return 0


def revoke_key(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner:
        owner.call("/person/app-key/delete", key_id=arguments.key_id)
    print("Revoked; it opens nothing any more.")
    return 0


def _instant(text: str | None, now: int) -> int:
    """What `--expires` means, in ms; 0 for never."""
    if not text:
        return 0
    span = span_ms(text)
    found = date_ms(text) if span is None else now + span
    if found is None:
        raise Refusal(
            "--expires must be like 90d, 12h or 2027-01-31; leave it out for never.", EXIT_USAGE
        )
    return found
