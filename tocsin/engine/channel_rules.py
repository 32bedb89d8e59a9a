"""What the events of a channel are decided by, read once a batch."""

from collections.abc import Mapping
from datetime import UTC, tzinfo

from msgspec import Struct

from tocsin.domain.channel import Channel
from tocsin.domain.drop_rule import DropRule
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.silence import SilenceRule
from tocsin.domain.time_filter import Calendar
from tocsin.engine import account_time
from tocsin.store import channel as channels
from tocsin.store import noise_rule as rules
from tocsin.store.database import Tx
from tocsin.store.noise_rule import DROPS, INHIBITS, SILENCES


class ChannelRules(Struct, frozen=True):
    """A channel as it is set now, with its rules that are enabled, in the order they are tried.

    `zone` is the account's and `calendars` those named, where windows of a silence need them.
    """

    channel: Channel
    drops: list[DropRule]
    silences: list[SilenceRule]
    inhibits: list[InhibitRule]
    zone: tzinfo
    calendars: Mapping[str, Calendar]


class Rulebook:
    """The rules of the channels that a batch goes to."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        self._tx = tx
        self._account_id = account_id
        self._known: dict[int, ChannelRules | None] = {}

    def of(self, channel_id: int) -> ChannelRules | None:
        """What a channel decides by, None for one that is gone."""
        if channel_id not in self._known:
            key = ("channel rules", self._account_id, channel_id)
            self._known[channel_id] = self._tx.remembered(key, lambda: self._find(channel_id))
        return self._known[channel_id]

    def _find(self, channel_id: int) -> ChannelRules | None:
        found = channels.get(self._tx, self._account_id, channel_id)
        return self._read(found) if found else None

    def _read(self, channel: Channel) -> ChannelRules:
        place = (self._account_id, channel.id)
        silences = rules.in_force(self._tx, SILENCES, *place)
        windows = [window for one in silences for window in one.windows]
        named = account_time.named(windows)
        return ChannelRules(
            channel,
            drops=rules.in_force(self._tx, DROPS, *place),
            silences=silences,
            inhibits=rules.in_force(self._tx, INHIBITS, *place),
            zone=account_time.zone(self._tx, self._account_id) if windows else UTC,
            calendars=account_time.calendars(self._tx, self._account_id, named),
        )
