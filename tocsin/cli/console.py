"""Acting on a server's own database, without a key: as the owner of its account.

What is done goes through the operation table and into the audit log, as if called over HTTP.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from tocsin import ops
from tocsin.cli.opening import open_existing
from tocsin.cli.refusal import Refusal
from tocsin.engine import auditing, authentication
from tocsin.engine import member as members
from tocsin.engine.auditing import Call
from tocsin.engine.member import Lookup
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import OPERATIONS
from tocsin.kernel.settings import Settings
from tocsin.store.database import Database, Tx


class Console:
    """The owner at the server's own machine."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def acting(self) -> Iterator[tuple[Tx, Caller]]:
        """One write transaction in the owner's name."""
        with self.database.write() as tx:
            yield tx, authentication.by_console(tx)

    def call(self, path: str, **fields: Any) -> Any:
        """Carry out an operation and answer its reply. Failure as over HTTP."""
        with self.acting() as (tx, caller):
            return perform(tx, caller, path, **fields)


@contextmanager
def console(settings: Settings) -> Iterator[Console]:
    """A console on the database of these settings, which must exist."""
    database = open_existing(settings)
    try:
        ops.load()
        yield Console(database)
    finally:
        database.close()


def perform(tx: Tx, caller: Caller, path: str, **fields: Any) -> Any:
    """Carry out an operation in a transaction that is open, and record it."""
    operation = OPERATIONS[path]
    try:
        request = msgspec.convert(fields, operation.request)
    except msgspec.ValidationError as failure:
        raise Refusal(str(failure)) from None
    reply = operation.run(tx, caller, request)
    if operation.audited:
        call = Call(tx.ids.ulid(), msgspec.json.encode(fields), [])
        auditing.record(tx, caller, operation, call)
    return reply


def member_id_of(tx: Tx, account_id: int, named: str) -> int:
    """The member whom a person names by id or by mail address; ResourceNotFound for none."""
    lookup = Lookup(member_id=int(named)) if named.isdigit() else Lookup(email=named)
    return members.find(tx, account_id, lookup).id
