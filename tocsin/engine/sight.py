"""What members may see, asked when something happens on their behalf and they are not calling."""

from tocsin.domain.channel import Channel, is_visible
from tocsin.domain.integration import Integration
from tocsin.engine import authentication
from tocsin.kernel.caller import Caller
from tocsin.store import channel as channels
from tocsin.store.database import Tx


class Sight:
    """What the members of an account may see now; each member and channel is read once."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        self._tx = tx
        self._account_id = account_id
        self._channels: dict[int, Channel | None] = {}
        self._members: dict[int, Caller | None] = {}

    def hears(self, hook: Integration, channel_id: int) -> bool:
        """Whether a webhook may be told of a channel's incidents; 0 is outside channels.

        A private channel must be named, or be seen by whoever set the webhook up.
        """
        if not channel_id or hook.names(channel_id):
            return True
        return self._sees(hook.settled_by, self._channel(channel_id))

    def takes(self, sender: Integration, channel_id: int) -> Channel | None:
        """The channel a push URL names, None if it is unknown or hidden from the sender.

        A private channel must be named in the sender, or be seen by whoever set it up.
        """
        found = self._channel(channel_id)
        if sender.names(channel_id) or self._sees(sender.settled_by, found):
            return found
        return None

    def shows(self, member_id: int, channel: Channel) -> bool:
        """Whether a member may see a channel."""
        return self._sees(member_id, channel)

    def _sees(self, member_id: int, channel: Channel | None) -> bool:
        if channel is None or not channel.is_private:
            return channel is not None
        member = self._member(member_id)
        return member is not None and is_visible(channel, member)

    def _channel(self, channel_id: int) -> Channel | None:
        if channel_id not in self._channels:
            self._channels[channel_id] = channels.get(self._tx, self._account_id, channel_id)
        return self._channels[channel_id]

    def _member(self, member_id: int) -> Caller | None:
        if member_id not in self._members:
            found = authentication.by_member(self._tx, self._account_id, member_id)
            self._members[member_id] = found
        return self._members[member_id]
