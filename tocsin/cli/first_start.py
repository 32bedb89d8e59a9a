"""Bringing a database to life before anything serves from it, and telling its owner once."""

from tocsin.cli.opening import refuse_newer
from tocsin.cli.tls import Certificate
from tocsin.engine import first_start
from tocsin.engine.first_start import Founded
from tocsin.kernel.settings import Settings
from tocsin.store import schema
from tocsin.store.database import Database


def migrate(database: Database) -> bool:
    """Apply what migrations are missing, saying so; whether there were any."""
    refuse_newer(database)
    missing = schema.pending(database)
    if missing:
        say(f"Bringing the database to migration {missing[-1]} …")
        schema.migrate(database)
        say("The database is ready.")
    return bool(missing)


def prepare(database: Database, settings: Settings, certificate: Certificate | None) -> None:
    """Migrate, and on an empty database make and announce the account."""
    migrate(database)
    founded = first_start.found(database, settings.owner_email)
    if founded:
        say(welcome(founded, settings, certificate))


def welcome(founded: Founded, settings: Settings, certificate: Certificate | None) -> str:
    """How to get in. Shown once: nobody can look the secrets up later; `tocsin member link` makes
    another link."""
    trust = f" --cacert {certificate.chain}" if certificate and certificate.self_signed else ""
    return f"""
Welcome to Tocsin. This is shown once; keep it:

  set up     {founded.setup_url}   (good once: choose your login, a password and a first team)
  app key    {founded.key}

Try it:

  curl{trust} -X POST '{settings.base_url}/account/info?app_key={founded.key}' \\
    -H 'Content-Type: application/json' -d '{{}}'
"""


def say(text: str) -> None:
    """To the person who started it; logs go to standard error."""
    print(text, flush=True)
