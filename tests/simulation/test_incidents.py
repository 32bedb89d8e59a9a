"""Incidents as alerts, people and the clock drive them, while engines and edges die.

What is asked after every step: is everything on the timeline owed to the world and nothing else;
does each open incident have exactly the timers it needs; is no accepted push lost or doubled;
does what is silenced, and nothing else, stay without an incident.
"""

from collections import Counter
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import select

from tests.cast import assemble
from tests.push import ALERTS
from tests.simulation.lives import seeds
from tests.world import Rest, World
from tocsin.domain.access import Permission
from tocsin.domain.alert import Alert
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.channel import AutoResolveMode, Channel, Flapping, Group, GroupMethod
from tocsin.domain.feed import EntryType, NotifyDetail, StormDetail
from tocsin.domain.filter import Condition, Operator
from tocsin.domain.incident import Incident, Progress, TimerKind
from tocsin.domain.incident_edit import MergeWish
from tocsin.domain.incident_people import Handover
from tocsin.domain.incident_webhook import REPORTED
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.integration import Integration, Settings
from tocsin.domain.plugin import INCIDENT_WEBHOOK, STANDARD_ALERT
from tocsin.domain.report import Acknowledgement
from tocsin.domain.severity import EventStatus, Severity
from tocsin.domain.silence import SilenceRule
from tocsin.domain.trace import Given, Stage
from tocsin.engine import alert_expiry, handlers, incident_work, intake, passage, silence
from tocsin.engine.handling import Work
from tocsin.engine.incident_work import Report
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.noise_rule import Label
from tocsin.engine.sender import load
from tocsin.engine.silence import Terms, Times
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import Failure
from tocsin.kernel.units import HOUR, MINUTE
from tocsin.outbound import email, webhook
from tocsin.outbound.address import Reach
from tocsin.sources import doors
from tocsin.store import channel as channels
from tocsin.store import integration as integrations
from tocsin.store import noise_rule
from tocsin.store.database import Tx
from tocsin.store.inbox import Entry
from tocsin.store.noise_rule import INHIBITS, SILENCES
from tocsin.store.tables.alert import alert, alert_event
from tocsin.store.tables.incident import feed, incident

KEYS = ["cpu", "disk", "memory", "queue"]
STATUSES = ["Critical", "Warning", "Info", "Ok"]
LABEL = Label("Quiet", "", 0)
DEADLINES = [0, 30 * MINUTE, 5 * HOUR]
EXPLAINS = ("queue", "memory")
SERVICES = ["api", "web", ""]
GROUPS = [
    Group(GroupMethod.NONE),
    Group(
        GroupMethod.PATTERN,
        equals=(("labels.service",),),
        all_equals_required=True,
        storm_thresholds=(2, 4),
    ),
    Group(GroupMethod.INTELLIGENT, i_keys=("labels.service",), storm_threshold=3),
]
FLAPPING = Flapping(max_changes=3, in_mins=120, mute_mins=30)


class Desk(World):
    """An account with channels that close incidents by themselves, or do not, and a webhook."""

    PACE_SECONDS = 600

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(url, seed)
        cast = assemble(self.database)
        self.account_id = cast.account_id
        self.people = (cast.alice.id, cast.bob.id)
        self.callers = [
            Caller(
                self.account_id,
                person.id,
                person.name,
                permissions=frozenset(Permission),
                is_admin=True,
            )
            for person in (cast.alice, cast.bob)
        ]
        self.pushes = 0
        with self.database.write() as tx:
            self.channels = [
                self._channel(tx, deadline, group)
                for deadline, group in zip(DEADLINES, GROUPS, strict=True)
            ]
            self.deadlines = {each.id: each.auto_resolve_timeout_ms for each in self.channels}
            self.senders = [self._integration(tx, each.id) for each in self.channels]
            self._webhook(tx)
            for each in self.channels:
                self._explain(tx, each)
            # For good, in the first channel: no alert of this key may ever have an incident.
            silence.create(tx, self.callers[0], self.channels[0].id, LABEL, self._quiet(KEYS[0], 0))

    def work(self) -> Work:
        return Work(handlers.TIMERS, handlers.digesters(Inquiries(Reach())), self.transports, ())

    def happen(self) -> None:
        if self.rng.random() < 0.3:
            self.accept(self._push() for _ in range(self.rng.randint(1, 5)))
        else:
            self._decide(self.rng.choice(self._wishes()))

    def _decide(self, wish: Callable[[Tx, Caller], object]) -> None:
        """A person's call; the edge may die before it is kept."""
        try:
            with self.database.write() as tx:
                wish(tx, self.rng.choice(self.callers))
                if self.faults.strike("die inside"):
                    raise InterruptedError
        except (Failure, InterruptedError):
            return
        self.made += 1

    def _wishes(self) -> list[Callable[[Tx, Caller], object]]:
        with self.database.read() as tx:
            wanted = select(incident.c.incident_id).order_by(incident.c.incident_id)
            if self.rng.random() < 0.6:
                wanted = wanted.where(incident.c.progress != Progress.CLOSED)
            known = tx.values(wanted)
        some = sorted(self.rng.sample(known, min(len(known), self.rng.randint(1, 3))))
        people = tuple(self.rng.sample(self.people, self.rng.randint(1, 2)))
        minutes = self.rng.randint(1, 120)
        channel_id = self.rng.choice(self.channels).id
        quiet = self._quiet(self.rng.choice(KEYS[1:]), minutes)
        wishes: list[Callable[[Tx, Caller], object]] = [
            lambda tx, _: self._hear(tx, minutes),
            lambda tx, caller: silence.create(tx, caller, channel_id, LABEL, quiet),
            lambda tx, caller: incident_work.create(
                tx, caller, self._report(), Handover(people, ("team@acme.example",))
            ),
        ]
        if some:
            wishes += [
                lambda tx, caller: incident_work.acknowledge(tx, caller, some),
                lambda tx, caller: incident_work.unacknowledge(tx, caller, some),
                lambda tx, caller: incident_work.snooze(tx, caller, some, minutes),
                lambda tx, caller: incident_work.wake(tx, caller, some),
                lambda tx, caller: incident_work.resolve(tx, caller, some, {}),
                lambda tx, caller: incident_work.reopen(tx, caller, some, "again"),
                lambda tx, caller: incident_work.assign(tx, caller, some, Handover(people)),
                lambda tx, caller: incident_work.add_responders(
                    tx, caller, some[0], people, ("email",)
                ),
                lambda tx, caller: incident_work.merge(tx, caller, some, some[0], MergeWish()),
            ]
        return wishes

    def check_play(self, rest: Rest) -> None:
        with self.database.read() as tx:
            columns = [incident.c[name] for name in Incident.__struct_fields__]
            incidents = tx.rows(select(*columns), Incident)
            entries = tx.tuples(select(feed.c.ref_id, feed.c.type, feed.c.detail))
            titles = Counter(tx.values(select(alert_event.c.title)))
            alerts = tx.rows(select(alert), Alert)
            silences = [
                each
                for channel in self.channels
                for each in noise_rule.of_channel(tx, SILENCES, self.account_id, channel.id)
            ]
        assert max(titles.values(), default=1) == 1, "an event was digested twice"
        assert rest.rejected == set()
        owners = {each.incident_id for each in incidents}
        assert {each.incident_id for each in alerts if each.incident_id} <= owners
        pushed = {msgspec.json.decode(each.body)["alert_key"] for each in self.accepted_alarms}
        assert pushed <= {each.alert_key for each in alerts}, "an accepted alert is nowhere"
        self._check_silences(alerts, silences)
        self._check_inhibitions(alerts)
        self._check_expiry(alerts, rest)
        for each in incidents:
            self._check_incident(each, rest)
        self._check_buckets(incidents, entries)
        self._check_storms(incidents, entries)
        self._check_owed(entries, rest)

    def _hear(self, tx: Tx, minutes: int) -> None:
        """A sender says what holds for some minutes, or that somebody there has it."""
        self.pushes += 1
        key, title = self.rng.choice(KEYS), f"heard {self.pushes}"
        sender = load(tx, self.account_id, self.rng.choice(self.senders).id, 0)
        assert sender is not None
        said: list[Given] = [Acknowledgement(key, tx.now, by="Zoe")]
        if self.rng.random() < 0.7:
            until = self.rng.choice([0, tx.now + minutes * MINUTE])
            said = [AlertEvent(key, EventStatus.WARNING, title, tx.now, expires_at=until)]
        arrived = [passage.rehearse(tx, passage.Told(sender, one, tx.now)) for one in said]
        intake.store(tx, [intake.Pushed(self._push(), sender, list(arrived))])

    def _check_expiry(self, alerts: list[Alert], rest: Rest) -> None:
        now = self.clock.now()
        for each in alerts:
            assert not each.is_expired or 0 < each.expires_at <= each.end_time <= now
            if each.is_open and each.expires_at:
                timer = rest.timers.get((alert_expiry.KIND, each.id))
                assert timer, "it can never expire"
                assert now < timer.due_at <= each.expires_at, "it would expire late"

    @property
    def accepted_alarms(self) -> list[Entry]:
        return [each for each in self.accepted if b'"Ok"' not in each.body]

    def _check_silences(self, alerts: list[Alert], silences: list[SilenceRule]) -> None:
        for each in alerts:
            silent = each.muted_by is not None
            assert bool(each.incident_id) is not silent, f"silenced, or it is not: {each}"
            if (each.channel_id, each.alert_key) == (self.channels[0].id, KEYS[0]):
                assert silent, f"what is silenced for good has an incident: {each}"
        left = [each for each in silences if 0 < each.ends_at <= self.clock.now()]
        assert left == [], "a silence outlived its end"

    def _check_inhibitions(self, alerts: list[Alert]) -> None:
        """What is inhibited is so by an alert that explains it."""
        known = {each.id: each for each in alerts}
        for each in alerts:
            if each.muted_by and each.muted_by.stage is Stage.INHIBIT:
                source = known[each.muted_by.detail["source_alert_id"]]
                assert (source.alert_key, each.alert_key) == EXPLAINS

    def _quiet(self, alert_key: str, minutes: int) -> Terms:
        """A silence of a key for some minutes from now, or (0) for years."""
        now = self.clock.now() // 1000
        about = Condition("alert_key", Operator.IN, (alert_key,))
        times = Times(now, now + (minutes or 10**6) * 60)
        return Terms(((about,),), times, is_directly_discard=False, is_auto_delete=True)

    def _check_incident(self, found: Incident, rest: Rest) -> None:
        closed = found.progress is Progress.CLOSED
        assert closed == (found.close_time > 0)
        snooze = rest.timers.get((TimerKind.SNOOZE, found.incident_id))
        assert (snooze.due_at if snooze else 0) == found.snoozed_before, "snoozed without a timer"
        deadline = next(
            (c.auto_resolve_timeout_ms for c in self.channels if c.id == found.channel_id), 0
        )
        timeout = rest.timers.get((TimerKind.TIMEOUT, found.incident_id))
        mute = rest.timers.get((TimerKind.FLAPPING, found.incident_id))
        assert (mute.due_at if mute else 0) == found.muted_until, "muted without a timer"
        assert bool(timeout) == (deadline > 0 and not closed), f"its timer is wrong: {found}"

    def _check_buckets(
        self, incidents: list[Incident], entries: list[tuple[str, EntryType, str]]
    ) -> None:
        """Nobody opens a second incident for a bucket that one holds; only people open it again."""
        reopened = {ref for ref, kind, _ in entries if kind == EntryType.REOPEN}
        held = Counter(
            (each.channel_id, bucket)
            for each in incidents
            for bucket in each.buckets
            if each.progress is not Progress.CLOSED and each.incident_id not in reopened
        )
        assert max(held.values(), default=1) == 1, f"two open incidents of one bucket: {held}"

    def _check_storms(
        self, incidents: list[Incident], entries: list[tuple[str, EntryType, str]]
    ) -> None:
        """Each threshold is told once at most, and the last one told is kept."""
        told = Counter((ref, detail) for ref, kind, detail in entries if kind == EntryType.STORM)
        assert max(told.values(), default=1) == 1, "a storm was warned of twice"
        last: dict[str, int] = {}
        for ref, detail in told:
            count = msgspec.json.decode(detail, type=StormDetail).threshold
            last[ref] = max(count, last.get(ref, 0))
        assert all(each.storm == last.get(each.incident_id, 0) for each in incidents)

    def _check_owed(self, entries: list[tuple[str, EntryType, str]], rest: Rest) -> None:
        """Every message is on a timeline, and every message of a timeline is owed."""
        told = {
            msgspec.json.decode(detail, type=NotifyDetail).rid
            for _, kind, detail in entries
            if kind == EntryType.NOTIFY
        }
        reported = Counter(ref for ref, kind, _ in entries if kind in REPORTED)
        owed = [each for some in rest.deliveries.values() for each in some]
        assert {each.id for each in owed if each.method == email.METHOD} == told - {""}
        hooks = Counter(each.ref for each in owed if each.method == webhook.METHOD)
        assert hooks == reported

    def _push(self) -> Entry:
        """A push with a title of its own, as the door hands it over."""
        self.pushes += 1
        key = self.rng.choice(KEYS)
        body = {
            "title_rule": f"push {self.pushes}",
            "event_status": self.rng.choice(STATUSES),
            "alert_key": key,
            "labels": {"service": self.rng.choice(SERVICES)},
        }
        return Entry(
            STANDARD_ALERT.type,
            self.account_id,
            str(self.rng.choice(self.senders).id),
            self.clock.now(),
            msgspec.json.encode(body),
            {"alert_key": key, doors.MARK: ALERTS},
        )

    def _report(self) -> Report:
        channel = self.rng.choice([None, *self.channels])
        return Report("somebody called", Severity.WARNING, channel=channel)

    def _explain(self, tx: Tx, channel: Channel) -> None:
        """A rule by which the alert of one key hides that of another."""
        source, target = EXPLAINS
        rule = InhibitRule(
            id=tx.ids.object_id(),
            account_id=self.account_id,
            channel_id=channel.id,
            name="Explains",
            creator_id=1,
            updated_by=1,
            created_at=tx.now,
            updated_at=tx.now,
            source_filters=((Condition("alert_key", Operator.IN, (source,)),),),
            target_filters=((Condition("alert_key", Operator.IN, (target,)),),),
        )
        noise_rule.add(tx, INHIBITS, rule)

    def _channel(self, tx: Tx, deadline: int, group: Group) -> Channel:
        new = Channel(
            id=tx.ids.number(self.account_id),
            account_id=self.account_id,
            team_id=0,
            creator_id=self.people[0],
            name=f"closes after {deadline}",
            created_at=tx.now,
            updated_at=tx.now,
            auto_resolve_timeout_ms=deadline,
            auto_resolve_mode=AutoResolveMode.UPDATE,
            group=group,
            flapping=FLAPPING,
        )
        channels.add(tx, new)
        return new

    def _integration(self, tx: Tx, channel_id: int) -> Integration:
        new = Integration(
            id=tx.ids.number(self.account_id),
            account_id=self.account_id,
            team_id=0,
            channel_id=channel_id,
            name="sender",
            plugin_id=STANDARD_ALERT.id,
            plugin_type=STANDARD_ALERT.type,
            creator_id=self.people[0],
            created_at=tx.now,
            updated_at=tx.now,
            key=tx.ids.key(self.account_id),
        )
        integrations.add(tx, new)
        return new

    def _webhook(self, tx: Tx) -> None:
        plain = self._integration(tx, 0)
        integrations.save(
            tx,
            msgspec.structs.replace(
                plain,
                plugin_id=INCIDENT_WEBHOOK.id,
                plugin_type=INCIDENT_WEBHOOK.type,
                settings=Settings(endpoint="https://hooks.example.com/"),
            ),
        )


@pytest.mark.parametrize("seed", seeds())
def test_whatever_happens_to_incidents_the_world_is_told_once(database_url: str, seed: int) -> None:
    world = Desk(database_url, seed)
    world.live(60)
    assert world.owed > 0
