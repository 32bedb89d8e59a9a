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

from tocsin.engine.sender import Sender
from tocsin.sources import doors
from tocsin.sources.door import Door, Kept, Piece, Report
from tocsin.store import alert as alerts
from tocsin.store.alert import LastSeen
from tocsin.store.database import Tx

SHARE: Final = 0.1
"""How much work a repeat is, in events that are read."""


class Echo(Struct, frozen=True):
    """A piece that repeats what the alert of that key heard last."""

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


def listen(tx: Tx, sender: Sender, kept: Kept) -> list[Echo] | None:
    """A request piece by piece, the repeats with the key of their alert. None where it must be
    read as a whole."""
    door = doors.of(kept.meta)
    if door.pieces is None or not sender.token:
        return None
    pieces = door.pieces.split(kept)
    marks = [_mark(sender, piece) for piece in pieces]
    keys = _known(tx, sender, [mark for mark in marks if mark])
    return [
        Echo(sender, door, kept, piece, mark, keys.get(mark, ""))
        for piece, mark in zip(pieces, marks, strict=True)
    ]


def hear(tx: Tx, echoes: Sequence[Echo]) -> list[Echo]:
    """Move the last-seen of the alerts that echoes are of. The answer is those that are none by
    now, as the alert was ended meanwhile or would hold for less time: they are to be read."""
    together: dict[tuple[int, LastSeen], list[Echo]] = {}
    for one in echoes:
        seen = LastSeen(one.kept.received_at, one.piece.expires_at)
        together.setdefault((one.sender.integration.id, seen), []).append(one)
    missed: list[Echo] = []
    for (integration_id, seen), some in together.items():
        account_id = some[0].sender.integration.account_id
        marks = list(dict.fromkeys(one.mark for one in some))
        heard = Counter(alerts.hear_again(tx, account_id, integration_id, marks, seen))
        missed += [one for one in some if heard.get(one.mark, 0) < _places(one.sender)]
    return missed


def _known(tx: Tx, sender: Sender, marks: Sequence[str]) -> dict[str, str]:
    """The alert keys of these echoes, where an alert is open in every channel of the sender."""
    if not marks:
        return {}
    integration = sender.integration
    found = alerts.echoing(tx, integration.account_id, integration.id, marks)
    counted = Counter(mark for mark, _ in found)
    return {mark: key for mark, key in found if counted[mark] == _places(sender)}


def _mark(sender: Sender, piece: Piece) -> str:
    if not piece.said:
        return ""
    return hashlib.blake2b(piece.said, key=sender.token, digest_size=16).hexdigest()


def _places(sender: Sender) -> int:
    return len(sender.open_channels)
