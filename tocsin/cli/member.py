"""`tocsin member create|password|link`, on the server's own machine."""

import argparse
from typing import Any, Final

from tocsin.cli.configuration import REACHED, add_settings, settings_of
from tocsin.cli.console import console, member_id_of, perform
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import EXIT_USAGE, Refusal, nearest
from tocsin.cli.verb import overview
from tocsin.domain.entry_link import LinkPurpose
from tocsin.engine import entry_link, first_start
from tocsin.engine import role as roles
from tocsin.engine.password import hash_password
from tocsin.store import member as members
from tocsin.store import session as sessions
from tocsin.store.database import Tx

_DESCRIPTION: Final = """
Make members, and give them a new one-time password or a link that lets them in when they lost
theirs, on the server's own machine and with its database at hand.

"""

_EXAMPLES: Final = """
tocsin member create --email bob@acme.example --name Bob --role Responder
tocsin member password bob@acme.example
tocsin member link bob@acme.example
tocsin member list --url https://tocsin.acme.example --key $KEY
"""


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser(
        "member", help=summary, description=_DESCRIPTION + overview(["member"]), examples=_EXAMPLES
    )
    inner = parser.add_subparsers(metavar="VERB", parser_class=Parser)
    create = inner.add_parser(
        "create",
        help="make a member and show a one-time password (local)",
        examples="tocsin member create --email bob@acme.example --role Responder",
    )
    create.add_argument("--email", required=True, help="where mail reaches them; their login")
    create.add_argument("--name", default="", help="what they are called [from the mail address]")
    create.add_argument(
        "--role",
        action="append",
        metavar="NAME",
        help="Viewer, Responder, Account Admin or one of your own; repeatable [Viewer]",
    )
    create.add_argument("--time-zone", default="", help="such as Europe/Berlin [the account's]")
    add_settings(create, REACHED)
    create.set_defaults(run=create_member)
    renew = inner.add_parser(
        "password",
        help="show a new one-time password (local)",
        description="Replace a member's password by a one-time one, and sign them out.",
        examples="tocsin member password bob@acme.example",
    )
    renew.add_argument("member", metavar="WHO", help="mail address or id")
    add_settings(renew, REACHED)
    renew.set_defaults(run=renew_password)
    link = inner.add_parser(
        "link",
        help="show a link by which a member chooses a password (local)",
        description="Standard output holds the link and nothing else. It is good once, for a day or more.",
        examples="tocsin member link bob@acme.example",
    )
    link.add_argument("member", metavar="WHO", help="mail address or id")
    add_settings(link, REACHED)
    link.set_defaults(run=show_link)


def create_member(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner:
        password = owner.database.ids.password()
        hashed = hash_password(password)
        wish = {"email": arguments.email, "time_zone": arguments.time_zone}
        if arguments.name:
            wish["member_name"] = arguments.name
        with owner.acting() as (tx, caller):
            role_ids = _role_ids(tx, caller.account_id, arguments.role or [])
            made = perform(
                tx, caller, "/member/invite", members=[{**wish, "role_ids": role_ids}]
            ).items[0]
            members.set_one_time_password(tx, caller.account_id, made.member_id, hashed)
        print(f"Made {made.member_name}, id {made.member_id}. This is shown once:\n")
        _show(arguments.email, password, owner.database.site.public_url)
    return 0


def renew_password(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner:
        password = owner.database.ids.password()
        hashed = hash_password(password)
        with owner.acting() as (tx, caller):
            member_id = member_id_of(tx, caller.account_id, arguments.member)
            members.set_one_time_password(tx, caller.account_id, member_id, hashed)
            sessions.end_all(tx, caller.account_id, member_id)
            found = members.get(tx, caller.account_id, member_id)
        print(f"A new password for {found.name}. This is shown once:\n")
        _show(found.email, password, owner.database.site.public_url)
    return 0


def show_link(arguments: Any) -> int:
    with console(settings_of(arguments)) as owner, owner.acting() as (tx, caller):
        member_id = member_id_of(tx, caller.account_id, arguments.member)
        if member_id == caller.member_id and first_start.awaits_owner(tx):
            found = members.get(tx, caller.account_id, member_id)
            made = entry_link.make(tx, found, LinkPurpose.SETUP)
        else:
            made = entry_link.invite(tx, caller, member_id, by_mail=False)
    print(made.url)
    return 0


def _show(email: str, password: str, url: str) -> None:
    print(f"  console    {url}/\n  login      {email}")
    print(f"  password   {password}   (good for one sign-in; they then choose their own)")


def _role_ids(tx: Tx, account_id: int, names: list[str]) -> list[int]:
    known = {role.name.casefold(): role for role in roles.all_of(tx, account_id)}
    for name in names:
        if name.casefold() not in known:
            listed = [role.name for role in known.values()]
            raise Refusal(
                f"--role {name!r} is none of {', '.join(listed)}.{nearest(name, listed)}",
                EXIT_USAGE,
            )
    return [known[name.casefold()].id for name in names]
