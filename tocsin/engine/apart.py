"""Doing many things in one transaction so that one which fails keeps none of the others from it."""

import logging
from collections.abc import Callable, Sequence

from msgspec import Struct

from tocsin.store.database import PartFailed, Tx

log = logging.getLogger(__name__)


class Part(Struct, frozen=True):
    """Something to do, and what is done instead, told why, where it fails."""

    do: Callable[[], object]
    instead: Callable[[str], object]


def do_all(tx: Tx, parts: Sequence[Part]) -> None:
    """Do everything at once; if that fails each apart."""
    if not parts:
        return
    try:
        tx.part(lambda: [one.do() for one in parts])
    except PartFailed:
        log.exception("one of many failed; doing each apart")
        for one in parts:
            _do_apart(tx, one)


def _do_apart(tx: Tx, one: Part) -> None:
    try:
        tx.part(one.do)
    except PartFailed as failure:
        log.exception("a part of a transaction failed")
        one.instead(str(failure))
