"""`tocsin demo`: the story is told, and the server goes on."""

import argparse
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.cli import serve
from tocsin.cli.configuration import add_settings, settings_of
from tocsin.cli.first_start import say
from tocsin.cli.harbour import company
from tocsin.cli.harbour.clock import StoryClock
from tocsin.cli.harbour.company import Company
from tocsin.cli.harbour.live import Live
from tocsin.cli.harbour.mailbox import Mailbox
from tocsin.cli.harbour.people import COMPANY, DOMAIN
from tocsin.cli.harbour.story import story
from tocsin.cli.harbour.telling import Teller
from tocsin.cli.harbour.world import World
from tocsin.cli.opening import open_database
from tocsin.cli.parser import Parser
from tocsin.engine import account, app_key
from tocsin.engine.account import Founding
from tocsin.engine.app_key import Wish
from tocsin.engine.password import hash_password
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import seeded_chance
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import DAY, SECOND
from tocsin.store import schema
from tocsin.store import session as sessions
from tocsin.store.database import Database
from tocsin.store.session import Login

OWNER_EMAIL: Final = f"owner@{DOMAIN}"
OWNER_PASSWORD: Final = "harbour-coffee-demo"  # noqa: S105 - a throw-away one, shown to everybody
DAYS: Final = 3
_STEPS: Final = 20

_DESCRIPTION: Final = """
Show what Tocsin looks like when a company lives in it: teams on call, alerts, errors and releases of
the last days, incidents in every state, and more as you watch. Everything is in a folder that is
thrown away when the demo ends, unless --data-dir names one. No mail leaves this machine.
"""

_EXAMPLES: Final = """
tocsin demo
tocsin demo --days 7 --port 9000
tocsin demo --data-dir /tmp/harbour --still
"""


class Days(Struct, frozen=True):
    """So many days up to an instant (ms); another seed, another story."""

    count: int
    seed: int
    until: int


def add(verbs: "argparse._SubParsersAction[Parser]", summary: str) -> None:
    parser = verbs.add_parser("demo", help=summary, description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("--days", type=_days, default=DAYS, help=f"days to look back on [{DAYS}]")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another story [1]")
    parser.add_argument("--still", action="store_true", help="let nothing happen afterwards")
    add_settings(parser, ("data_dir", "host", "port", "public_url", "log_level"))
    parser.set_defaults(run=run)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 30:
        raise argparse.ArgumentTypeError("from 1 to 30")
    return days


def run(arguments: Any) -> int:
    mailbox = Mailbox()
    with _folder(arguments) as settings:
        settings = replace(settings, smtp_host="127.0.0.1", smtp_port=mailbox.port)
        mailbox.open()
        try:
            made = tell(settings, arguments.days, arguments.seed)
            say(_welcome(settings, made.owner_key, mailbox.count))
            live = Live(settings, made, arguments.seed)
            if not arguments.still:
                threading.Thread(target=live.run, name="live", daemon=True).start()
            try:
                return serve.start(settings)
            finally:
                live.stop()
        finally:
            mailbox.close()


@contextmanager
def _folder(arguments: Any) -> Iterator[Settings]:
    """The settings of a demo: in the folder named, or one that is thrown away."""
    if getattr(arguments, "data_dir", None):
        yield quiet(settings_of(arguments))
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        yield quiet(replace(settings_of(arguments), data_dir=folder))


def quiet(settings: Settings) -> Settings:
    """A demo keeps its log to itself and counts nobody's calls."""
    level = "error" if settings.log_level == "info" else settings.log_level
    return replace(settings, log_level=level, rate_limits=False)


def tell(settings: Settings, days: int, seed: int) -> Company:
    """Tell the story of some days up to now, saying how far it is."""
    told = Days(days, seed, SystemClock().now())
    clock = StoryClock(company.weeks_before(told.until, 4))
    database = open_database(settings, clock=clock)
    try:
        schema.migrate(database)
        return tell_in(database, settings, clock, told)
    finally:
        database.close()


def tell_in(database: Database, settings: Settings, clock: StoryClock, told: Days) -> Company:
    """Tell these days into a database that has every table and goes by that clock."""
    account_id, key = _found(database)
    with World(database, settings, clock) as world:
        made = company.found(world, account_id, key, clock.at)
        since = told.until - told.count * DAY
        world.until(since)
        deeds = story(seeded_chance(told.seed), since, told.until)
        teller = Teller(world, made)
        for number, deed in enumerate(deeds):
            teller.tell(deed)
            if number % max(1, len(deeds) // _STEPS) == 0:
                say(f"  {100 * number // len(deeds):3} %  {_shown(clock.at)}")
        world.until(told.until)
    return made


def _found(database: Database) -> tuple[int, str]:
    """The account, and a key of its owner's."""
    founding = Founding(COMPANY, "Olu Harbour", OWNER_EMAIL)
    password = hash_password(OWNER_PASSWORD)
    with database.write() as tx:
        opened = account.open_account(tx, founding)
        owner = Login(opened.id, opened.id, password, password_is_temporary=False)
        sessions.set_password(tx, owner, password)
        made = app_key.create(tx, opened.id, opened.id, Wish("Demo"), opened.id)
    return opened.id, made.secret


def _shown(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%A, %d %B, %H:%M UTC")


def _welcome(settings: Settings, key: str, mails: int) -> str:
    return f"""
{COMPANY} lives here now. {mails} mails went to its people and nowhere else.

  console    {settings.base_url}/
  login      {OWNER_EMAIL}
  password   {OWNER_PASSWORD}
  app key    {key}

Try it:

  export TOCSIN_URL={settings.base_url} TOCSIN_APP_KEY={key}
  tocsin incident list --limit 5
"""
