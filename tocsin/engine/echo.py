"""Repeats that say nothing new, recognised before they are read.

Most of what monitoring systems send they have sent before, word for word but for the instant until
which it holds. Where nothing but those words decides what becomes of it (`Sender.token`), an alert
keeps an `echo` of the words that its last event was made of. What has that echo is not read, and
moves the alert's last-seen alone.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tocsin.engine.sender import Sender
from tocsin.sources import doors
from tocsin.sources.door import Door, Kept, Piece, Report
from tocsin.store import alert_echo as stored
from tocsin.store.alert_echo import Seen
from tocsin.store.database import Tx

SHARE: Final = 0.1
"""How much work a repeat is, in events that are read."""


class Echo(Struct, frozen=True):
    """A piece of a request. Where it repeats what an alert heard last, `alert_key` is that alert's;
    by its `mark` it would be recognised the next time."""

    sender: Sender
    door: Door
    kept: Kept
    piece: Piece
    mark: str
    alert_key: str = ""

    def read(self) -> Report:
        """The report that it is in full."""
        assert self.door.pieces
        report = self.door.pieces.read(self.piece, self.kept)
        return doors.judge(report, self.sender.integration)


def listen(sender: Sender, kept: Kept) -> list[Echo] | None:
    """A request piece by piece, none recognised yet. None where it must be read as a whole."""
    door = doors.of(kept.meta)
    if door.pieces is None or not sender.token or doors.whom_to_tell(kept.meta):
        return None
    pieces = door.pieces.split(kept)
    return [Echo(sender, door, kept, piece, _mark(sender, piece)) for piece in pieces]


def recognised(tx: Tx, echoes: Sequence[Echo]) -> list[Echo]:
    """The same, the repeats with the key of their alert: one is open in every channel of the
    sender."""
    marks: dict[int, dict[str, None]] = {}
    for one in echoes:
        if one.mark:
            marks.setdefault(_account(one), {})[one.mark] = None
    found = [
        each
        for account_id, of_account in marks.items()
        for each in stored.echoing(tx, account_id, list(of_account))
    ]
    keys, counted = dict(found), Counter(mark for mark, _ in found)
    return [
        replace(one, alert_key=keys[one.mark])
        if one.mark in keys and counted[one.mark] == _places(one)
        else one
        for one in echoes
    ]


def hear(tx: Tx, echoes: Sequence[Echo]) -> list[Echo]:
    """Move the last-seen of the alerts that echoes are of. The answer is those that are none by
    now, as the alert was ended meanwhile or would hold for less time: they are to be read."""
    missed: list[Echo] = []
    for account_id, turn in _turns(echoes):
        seen = [Seen(one.mark, one.kept.received_at, one.piece.expires_at) for one in turn]
        heard = Counter(stored.hear_again(tx, account_id, seen))
        missed += [one for one in turn if heard[one.mark] < _places(one)]
    return missed


def _turns(echoes: Sequence[Echo]) -> list[tuple[int, list[Echo]]]:
    """Echoes by account, in as many turns as the one that comes most often comes."""
    times: Counter[str] = Counter()
    turns: dict[tuple[int, int], list[Echo]] = {}
    for one in echoes:
        turns.setdefault((times[one.mark], _account(one)), []).append(one)
        times[one.mark] += 1
    return [(account_id, turn) for (_, account_id), turn in turns.items()]


def _mark(sender: Sender, piece: Piece) -> str:
    if not piece.said:
        return ""
    return hashlib.blake2b(piece.said, key=sender.token, digest_size=16).hexdigest()


def _places(one: Echo) -> int:
    return len(one.sender.open_channels)


def _account(one: Echo) -> int:
    return one.sender.integration.account_id
