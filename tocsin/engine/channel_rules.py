"""What the events of a channel are decided by, read once a batch."""

from msgspec import Struct

from tocsin.domain.channel import Channel
from tocsin.store import channel as channels
from tocsin.store.database import Tx


class ChannelRules(Struct, frozen=True):
    """A channel as it is set now, with all its rules."""

    channel: Channel


class Rulebook:
    """The rules of the channels that a batch goes to."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        self._tx = tx
        self._account_id = account_id
        self._known: dict[int, ChannelRules | None] = {}

    def of(self, channel_id: int) -> ChannelRules | None:
        """What a channel decides by, None for one that is gone."""
        if channel_id not in self._known:
            found = channels.get(self._tx, self._account_id, channel_id)
            self._known[channel_id] = ChannelRules(found) if found else None
        return self._known[channel_id]
