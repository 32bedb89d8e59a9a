"""Who handles what: the tables that the engine's turns look things up in. Add a line to extend."""

from typing import Final

from tocsin.domain.delivery import Delivery
from tocsin.domain.error_event import Door
from tocsin.domain.incident import TimerKind
from tocsin.domain.issue_alert import INCIDENT_CLOSED, LOOK
from tocsin.domain.issue_terms import WAKE
from tocsin.engine import (
    alert_expiry,
    channel,
    coverage,
    coverage_watch,
    custom_field,
    digest,
    error_extra,
    error_reader,
    escalation,
    flapping,
    heartbeat,
    ical_source,
    incident,
    intake,
    issue,
    issue_alert,
    issue_terms,
    late_map,
    notice,
    page_follow,
    page_send,
    replay,
    schedule_gap,
    schedule_watch,
    shift_notice,
    silence,
    trial,
    web_push,
    webhook_target,
)
from tocsin.engine.coverage import CoverageTransport
from tocsin.engine.handling import Digester, Sweeper, TimerHandler, Together, Work
from tocsin.engine.heartbeat import HeartbeatTransport
from tocsin.engine.ical_source import IcalTransport
from tocsin.engine.inquiry import Inquiries
from tocsin.engine.issue_alert import IssueTransport
from tocsin.engine.late_map import LateMaps
from tocsin.engine.replay import ReplayTransport
from tocsin.engine.services import services
from tocsin.kernel.sealing import Seal
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import DAY
from tocsin.outbound import email, sns, webhook
from tocsin.outbound.address import Reach
from tocsin.outbound.email import EmailTransport, SmtpSecurity, SmtpSettings
from tocsin.outbound.sealed import Seals
from tocsin.outbound.sns import SnsTransport
from tocsin.outbound.transport import Receipt, SendFailed, Transport
from tocsin.outbound.trial import METHOD as TRIAL
from tocsin.outbound.trial import TrialTransport
from tocsin.outbound.unconfigured import UnconfiguredTransport
from tocsin.outbound.webhook import WebhookTransport
from tocsin.sources.doors import DOORS
from tocsin.store import artifact as artifacts
from tocsin.store import (
    audit,
    delivery,
    error_tally,
    feedback,
    issue_rate,
    news,
    rejected,
    rum,
    seen,
    session,
    trace,
    trace_log,
    traced_error,
)
from tocsin.store import build_upload as build_uploads
from tocsin.store import chunk as chunks
from tocsin.store import entry_link as entry_links
from tocsin.store import file as files
from tocsin.store import flapping as swings
from tocsin.store import heartbeat as heartbeats
from tocsin.store import late_map as late_maps
from tocsin.store import mapping_row as mapping_rows
from tocsin.store import notice as notices
from tocsin.store import order as orders
from tocsin.store import page as pages
from tocsin.store import passkey as passkeys
from tocsin.store import robot_secret as robot_secrets
from tocsin.store import watch as watchers
from tocsin.store import webhook_try as webhook_tries
from tocsin.store.database import Database, Tx

DELIVERIES_KEPT_MS: Final = 30 * DAY
REJECTED_KEPT_MS: Final = 30 * DAY
WEBHOOKS_KEPT_MS: Final = 7 * DAY
TRACES_KEPT_MS: Final = 30 * DAY
SWINGS_KEPT_MS: Final = 2 * DAY
RATES_KEPT_MS: Final = 30 * DAY
TALLIES_KEPT_MS: Final = 90 * DAY
AUDIT_KEPT_MS: Final = 400 * DAY
SECRETS_KEPT_MS: Final = DAY

TIMERS: Final[dict[str, TimerHandler]] = {
    TimerKind.SNOOZE: TimerHandler(incident.lock, incident.end_snooze),
    TimerKind.TIMEOUT: TimerHandler(incident.lock, incident.time_out),
    TimerKind.FLAPPING: TimerHandler(incident.lock, flapping.end_mute),
    TimerKind.ESCALATE: TimerHandler(
        incident.lock, escalation.fire, Together(incident.lock_all, escalation.fire_together)
    ),
    alert_expiry.KIND: TimerHandler(alert_expiry.hold, alert_expiry.expire),
    issue.CHECK: TimerHandler(issue.hold, issue.died_out),
    LOOK: TimerHandler(issue.hold, issue_alert.look),
    WAKE: TimerHandler(issue.hold, issue_terms.wake),
    INCIDENT_CLOSED: TimerHandler(issue.hold, issue_alert.incident_closed),
    channel.PURGE: TimerHandler(channel.hold, channel.purge),
    silence.END: TimerHandler(silence.hold, silence.end),
    schedule_watch.GAPS: TimerHandler(shift_notice.hold, schedule_gap.look),
    schedule_watch.SHIFTS: TimerHandler(shift_notice.hold, shift_notice.look),
    coverage_watch.DUE: TimerHandler(page_follow.hold_nothing, coverage.come_due),
    ical_source.DUE: TimerHandler(ical_source.hold, ical_source.come_due),
    heartbeat.DUE: TimerHandler(heartbeat.hold, heartbeat.miss),
    page_send.NEXT: TimerHandler(page_follow.lock_page, page_follow.go_on),
    page_send.BUNDLE: TimerHandler(page_follow.hold_nothing, page_follow.bundle),
    page_follow.RETRY: TimerHandler(page_follow.lock_delivery, page_follow.go_round),
    trial.DUE: TimerHandler(trial.hold, trial.fire),
    custom_field.PURGE: TimerHandler(custom_field.hold, custom_field.purge),
    late_map.KIND: TimerHandler(late_maps.recall, late_map.fire),
}
"""Timer kind to what it does."""


def digesters(inquiries: Inquiries) -> dict[str, Digester]:
    """Door to what becomes of its entries. One digester for all alerts and changes: they are
    digested in the order they came, whoever sent them."""
    pushes = Digester(
        intake.reader, intake.store, intake.preparer(inquiries), intake.weigh, intake.recognise
    )
    return {
        **{door.plugin.type: pushes for door in DOORS},
        Door.SENTRY: _of_errors(error_reader.sentry_reader),
        Door.RUM: _of_errors(error_reader.rum_reader),
        Door.OTLP: _of_errors(error_reader.otlp_reader),
        Door.DATAKIT: _of_errors(error_reader.datakit_reader),
    }


def _of_errors(reader: error_reader.Reader) -> Digester:
    return Digester(reader, digest.store, weigh=error_reader.weigh)


SWEEPERS: Final[tuple[Sweeper, ...]] = (
    lambda tx, limit: delivery.sweep(tx, tx.now - DELIVERIES_KEPT_MS, limit),
    lambda tx, limit: rejected.sweep(tx, tx.now - REJECTED_KEPT_MS, limit),
    lambda tx, limit: trace.sweep(tx, tx.now - TRACES_KEPT_MS, limit),
    lambda tx, limit: error_tally.sweep(tx, tx.now - TALLIES_KEPT_MS, limit),
    lambda tx, limit: issue_rate.sweep(tx, tx.now - RATES_KEPT_MS, limit),
    lambda tx, limit: swings.sweep(tx, tx.now - SWINGS_KEPT_MS, limit),
    lambda tx, limit: webhook_tries.sweep(tx, tx.now - WEBHOOKS_KEPT_MS, limit),
    lambda tx, limit: pages.sweep(tx, tx.now - DELIVERIES_KEPT_MS, limit),
    lambda tx, limit: robot_secrets.sweep(tx, tx.now - SECRETS_KEPT_MS, limit),
    lambda tx, limit: notices.sweep(tx, tx.now - DELIVERIES_KEPT_MS, limit),
    lambda tx, limit: audit.sweep(tx, tx.now - AUDIT_KEPT_MS, limit),
    webhook_target.expire,
    watchers.sweep,
    mapping_rows.sweep,
    issue.sweep,
    session.sweep,
    entry_links.sweep,
    passkeys.sweep,
    news.sweep,
    seen.sweep,
    heartbeats.sweep,
    orders.sweep,
    files.sweep,
    chunks.sweep,
    build_uploads.sweep,
    rum.sweep,
    lambda tx, limit: feedback.sweep(tx, tx.now - error_extra.FEEDBACK_KEPT_MS, limit),
    lambda tx, limit: trace_log.sweep(tx, tx.now - error_extra.LOGS_KEPT_MS, limit),
    lambda tx, limit: traced_error.sweep(tx, tx.now - error_extra.TRACED_KEPT_MS, limit),
    error_extra.sweep_sessions,
)
"""What forgets what nobody needs any more."""


def failed(tx: Tx, given_up: Delivery) -> None:
    """A message did not get through: whatever it belongs to tries another way."""
    page_follow.failed(tx, given_up)
    notice.failed(tx, given_up.account_id, given_up.id)


def work(database: Database, settings: Settings) -> Work:
    """Everything an engine of this server handles."""
    reach = Reach.parse(settings.outbound_allowed_networks)
    inquiries = Inquiries(reach)
    ways: dict[str, Transport] = {
        **transports(settings, lambda: database.site.seal),
        webhook.METHOD: WebhookTransport(reach, lambda: database.site.seal, database.clock),
        **services(database, settings),
        ical_source.METHOD: IcalTransport(database, reach),
        TRIAL: TrialTransport(settings.watch_secret, database.clock),
        heartbeat.METHOD: HeartbeatTransport(database, inquiries),
        replay.METHOD: ReplayTransport(database, inquiries),
        late_map.METHOD: LateMaps(database),
        issue_alert.METHOD: IssueTransport(database, inquiries),
        coverage_watch.METHOD: CoverageTransport(database),
    }
    maps_kept_ms = settings.source_map_days * DAY
    sweepers = (
        *SWEEPERS,
        lambda tx, limit: artifacts.sweep(tx, tx.now - maps_kept_ms, limit),
    )
    return Work(TIMERS, digesters(inquiries), ways, sweepers, failed, heard)


def heard(tx: Tx, claimed: Delivery, outcome: Receipt | SendFailed) -> None:
    """Whoever wants to hear of every try does."""
    webhook_target.heard(tx, claimed, outcome)
    web_push.heard(tx, claimed, outcome)
    trial.heard(tx, claimed, outcome)


def transports(settings: Settings, seal: Seals = lambda: Seal(tuple)) -> dict[str, Transport]:
    """Method of leaving the server to what carries it."""
    reach = Reach.parse(settings.outbound_allowed_networks)
    return {
        email.METHOD: _email(settings, seal),
        sns.METHOD: SnsTransport(reach),
    }


def _email(settings: Settings, seal: Seals) -> Transport:
    if not settings.smtp_host:
        return UnconfiguredTransport("name a mail server in the setting smtp_host")
    return EmailTransport(
        SmtpSettings(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=SmtpSecurity(settings.smtp_tls),
            username=settings.smtp_username,
            password=settings.smtp_password,
            sender=settings.smtp_from,
        ),
        seal=seal,
    )
