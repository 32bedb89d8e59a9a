"""Events into the engine without HTTP: channels with rules, senders, and batches as one likes."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select

from tocsin.domain.alert import Alert
from tocsin.domain.channel import Channel, Group, GroupMethod
from tocsin.domain.drop_rule import DropRule
from tocsin.domain.filter import Condition, Filter, Operator
from tocsin.domain.incident import Incident
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.integration import Integration, Settings
from tocsin.domain.plugin import STANDARD_ALERT, Plugin
from tocsin.domain.silence import SilenceRule
from tocsin.domain.trace import Given, Trace
from tocsin.engine import intake, passage
from tocsin.engine.account import Founding, open_account
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.intake import Pushed
from tocsin.engine.passage import Told
from tocsin.engine.sender import load
from tocsin.outbound.address import Reach
from tocsin.sources import doors
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store import noise_rule as rules
from tocsin.store.columns import fields
from tocsin.store.database import Database, Tx
from tocsin.store.inbox import Entry
from tocsin.store.noise_rule import DROPS, INHIBITS, SILENCES
from tocsin.store.tables.alert import alert
from tocsin.store.tables.incident import incident
from tocsin.store.tables.trace import trace

FOREVER = 2**50
NO_GROUP = Group(GroupMethod.NONE)
DOOR = "/event/push/alert/standard"


class Said(Struct, frozen=True):
    """A push in short."""

    key: str = "disk"
    status: str = "Critical"
    text: str = ""
    label: str = ""
    at: int = 1_700_000_000


class Intake:
    """An account of its own in a database, with a sender that serves two channels.

    Both group as `group` says and drop what is labelled `drop`; the second silences what is
    labelled `quiet`, and there what is labelled `cause` explains what is labelled `effect`.
    """

    def __init__(
        self, database: Database, group: Group = NO_GROUP, plugin: Plugin = STANDARD_ALERT
    ) -> None:
        self.database = database
        self.group = group
        self.received = 0
        with database.write() as tx:
            owner = Founding("Acme", "Alice", f"{tx.ids.object_id()}@acme.example")
            self.account_id = open_account(tx, owner).id
            self.loud = self._channel(tx, "loud")
            self.quiet = self._channel(tx, "quiet")
            for channel in (self.loud, self.quiet):
                rules.add(tx, DROPS, DropRule(filters=labelled("drop"), **self.rule(tx, channel)))
            silence = SilenceRule(
                filters=labelled("quiet"), end_time=FOREVER, **self.rule(tx, self.quiet)
            )
            rules.add(tx, SILENCES, silence)
            explaining = InhibitRule(
                source_filters=labelled("cause"),
                target_filters=labelled("effect"),
                **self.rule(tx, self.quiet),
            )
            rules.add(tx, INHIBITS, explaining)
            self.sender = self._sender(tx, plugin, (self.loud.id, self.quiet.id))

    def digest(self, said: Sequence[Said]) -> None:
        """Take pushes in as one batch."""
        with intake.reader(self.database) as read:
            heard = [read(self.entry(one)) for one in said]
        pushed = intake.preparer(Inquiries(Reach()))(self.database, heard)
        with self.database.write() as tx:
            intake.store(tx, pushed)

    def hear(self, *given: Given) -> None:
        """Take in what a sender said, as one batch, whatever door it came by."""
        with self.database.write() as tx:
            sender = load(tx, self.account_id, self.sender.id, 0)
            assert sender
            said = [passage.rehearse(tx, Told(sender, one, tx.now)) for one in given]
            intake.store(tx, [Pushed(self.entry(Said()), sender, list(said))])

    def entry(self, said: Said) -> Entry:
        """A push as it lies in the inbox; each is received a millisecond after the one before."""
        self.received += 1
        body = {
            "title_rule": f"{said.key} is bad",
            "event_status": said.status,
            "description": said.text,
            "alert_key": said.key,
            "event_time": said.at,
            "labels": {"kind": said.label} if said.label else {},
        }
        return Entry(
            STANDARD_ALERT.type,
            self.account_id,
            str(self.sender.id),
            self.database.clock.now() + self.received,
            msgspec.json.encode(body),
            {"alert_key": said.key, doors.MARK: DOOR},
        )

    @property
    def last_received_at(self) -> int:
        """When the last push was received."""
        return self.database.clock.now() + self.received

    def alerts(self) -> list[Alert]:
        with self.database.read() as tx:
            mine = select(*fields(alert, Alert)).where(alert.c.account_id == self.account_id)
            return tx.rows(mine.order_by(alert.c.id), Alert)

    def incidents(self) -> dict[str, Incident]:
        with self.database.read() as tx:
            of_it = incident.c.account_id == self.account_id
            found = tx.rows(select(*fields(incident, Incident)).where(of_it), Incident)
            return {one.incident_id: one for one in found}

    def traces(self) -> list[Trace]:
        """In the order in which what they tell of was received."""
        with self.database.read() as tx:
            mine = select(trace).where(trace.c.account_id == self.account_id)
            return tx.rows(mine.order_by(trace.c.received_at, trace.c.channel_id), Trace)

    def _channel(self, tx: Tx, name: str) -> Channel:
        new = Channel(
            id=tx.ids.number(self.account_id),
            account_id=self.account_id,
            team_id=0,
            creator_id=1,
            name=name,
            created_at=tx.now,
            updated_at=tx.now,
            group=self.group,
        )
        channels.add(tx, new)
        return new

    def drop_all(self) -> None:
        """From now on the loud channel drops whatever comes."""
        anything = ((Condition("title", Operator.IN, ("*",)),),)
        with self.database.write() as tx:
            rules.add(tx, DROPS, DropRule(filters=anything, **self.rule(tx, self.loud)))

    def _sender(self, tx: Tx, plugin: Plugin, channel_ids: tuple[int, ...]) -> Integration:
        new = Integration(
            id=tx.ids.number(self.account_id),
            account_id=self.account_id,
            team_id=0,
            channel_id=0,
            name="sender",
            plugin_id=plugin.id,
            plugin_type=plugin.type,
            creator_id=1,
            created_at=tx.now,
            updated_at=tx.now,
            key=tx.ids.key(self.account_id),
            settings=Settings(channel_ids=channel_ids),
        )
        integrations.add(tx, new)
        return new

    def rule(self, tx: Tx, channel: Channel) -> dict[str, Any]:
        """What every rule of a channel has."""
        return {
            "id": tx.ids.object_id(),
            "account_id": self.account_id,
            "channel_id": channel.id,
            "name": f"rule of {channel.name}",
            "creator_id": 1,
            "updated_by": 1,
            "created_at": tx.now,
            "updated_at": tx.now,
        }


def labelled(kind: str) -> Filter:
    """What has this label."""
    return ((Condition("labels.kind", Operator.IN, (kind,)),),)
