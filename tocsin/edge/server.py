"""Puts a server together from a database and its settings."""

from tocsin import ops
from tocsin.edge import console, reference
from tocsin.edge.ack import Acks
from tocsin.edge.alertmanager import AlertmanagerApi
from tocsin.edge.app import App, Route
from tocsin.edge.chat_button import ChatButtons
from tocsin.edge.check_in_door import CheckInDoor
from tocsin.edge.datakit_door import DatakitDoor
from tocsin.edge.datakit_side_door import DatakitSideDoor
from tocsin.edge.dispatch import Dispatcher
from tocsin.edge.error_gate import ErrorGate
from tocsin.edge.external_report import ExternalReportDoor
from tocsin.edge.health import Health
from tocsin.edge.ical import Icals
from tocsin.edge.inbox_sink import sink_of
from tocsin.edge.inbox_writer import InboxBounds, InboxWriter
from tocsin.edge.integration_channels import IntegrationChannels
from tocsin.edge.mail_door import MailDoor
from tocsin.edge.metrics import Metrics
from tocsin.edge.minidump_door import MinidumpDoor
from tocsin.edge.news import NewsDesk
from tocsin.edge.opsgenie import Opsgenie
from tocsin.edge.otlp_door import OtlpDoor
from tocsin.edge.ping import Pings
from tocsin.edge.push import PushDoors
from tocsin.edge.rate_limit import RateLimiter
from tocsin.edge.rum_door import RumDoor
from tocsin.edge.senders import Senders
from tocsin.edge.sentry_cli import SentryCli
from tocsin.edge.sentry_door import SentryDoor
from tocsin.edge.session_cookie import SessionCookie
from tocsin.edge.single_sign_on import SingleSignOn
from tocsin.edge.source_map_door import SourceMapDoor
from tocsin.edge.truewatch import TrueWatch
from tocsin.edge.upkeep import Upkeep
from tocsin.edge.upload_form import UploadForms
from tocsin.edge.watch_door import WatchDoor
from tocsin.edge.watchdog import Watchdog
from tocsin.engine.handlers import transports
from tocsin.engine.services import provider
from tocsin.kernel.settings import Settings
from tocsin.outbound import email
from tocsin.store.database import Database
from tocsin.store.inbox import open_inbox


def build(
    database: Database, settings: Settings, certificate: tuple[str, str] | None = None
) -> App:
    """An ASGI application that serves every operation, every door and the server's health.

    `certificate` is the paths of the chain and the key that mail is taken with.
    """
    ops.load()
    metrics = Metrics()
    upkeep = Upkeep(database, settings.workers)
    cookie = SessionCookie(settings.base_url)
    news = NewsDesk(database, cookie)
    dispatcher = Dispatcher(
        database,
        _limiter(database, settings, upkeep, "key"),
        _limiter(database, settings, upkeep, "session"),
        cookie,
        observe=metrics.called,
        used=upkeep.used,
    )
    writer = _inbox_writer(database, settings, metrics)
    health = Health(
        database,
        metrics,
        InboxBounds.of(settings),
        writer.figures,
        engine_expected=settings.engine,
    )
    watchdog = Watchdog(database, settings, health.problems, transports(settings)[email.METHOD])
    pushes = PushDoors(database, writer, settings, metrics.knocked)
    mails = MailDoor(database, writer, settings, metrics.knocked, certificate)
    forms = UploadForms()
    truewatch = TrueWatch(
        database,
        _limiter(database, settings, upkeep, "truewatch"),
        settings.truewatch_bad_key_status,
        used=upkeep.used,
        forms=forms,
    )
    alertmanager = AlertmanagerApi(
        database, _limiter(database, settings, upkeep, "alertmanager"), pushes.answer
    )
    pages = console.Console(console.ASSETS)
    return App(
        dispatcher,
        pages=pages,
        routes=[
            *WatchDoor(database, settings.watch_secret, health.problems).routes(),
            *health.routes(),
            *reference.routes(),
            *pages.routes(),
            *news.routes(),
            *SingleSignOn(database, settings, cookie).routes(),
            *Pings(database, metrics.knocked).routes(),
            *alertmanager.routes(),
            *Opsgenie(database, pushes, metrics.knocked).routes(),
            *pushes.routes(),
            *IntegrationChannels(database).routes(),
            *Acks(database, provider(settings)).routes(),
            *ChatButtons(database, settings).routes(),
            *Icals(database).routes(),
            *_error_doors(database, settings, writer, metrics),
            *_upload_doors(database, settings, upkeep, forms),
            *truewatch.routes(),
            *ExternalReportDoor(database, rate_limits=settings.rate_limits).routes(),
        ],
        startup=[upkeep.start, writer.start, mails.start, watchdog.start],
        shutdown=[upkeep.stop, writer.stop, mails.stop, watchdog.stop],
        closing=[news.close],
    )


def _inbox_writer(database: Database, settings: Settings, metrics: Metrics) -> InboxWriter:
    """What the doors append to, and its numbers."""
    inbox = open_inbox(database)
    writer = InboxWriter(inbox, sink_of(database, inbox), InboxBounds.of(settings), database.clock)
    figures = writer.figures
    for name, text, read in (
        ("depth", "Requests accepted and not digested yet.", lambda: figures.depth),
        ("age_seconds", "Age of the oldest of them.", lambda: figures.age_ms / 1000),
        ("batches", "Group commits so far.", lambda: figures.batches),
        ("entries", "Requests they held.", lambda: figures.entries),
        ("batch_largest", "Requests in the largest one.", lambda: figures.largest_batch),
        (
            "hold_longest_seconds",
            "Longest group commit.",
            lambda: figures.longest_hold_ms / 1000,
        ),
    ):
        metrics.gauge(f"tocsin_inbox_{name}", text, read)
    return writer


def _error_doors(
    database: Database, settings: Settings, writer: InboxWriter, metrics: Metrics
) -> list[Route]:
    """Where SDKs send errors."""
    gate = ErrorGate(writer, database.clock, settings.errors_per_minute, metrics.knocked)
    senders = Senders(database)
    sentry = SentryDoor(gate, senders, settings.envelope_bytes_max)
    return [
        *sentry.routes(),
        *CheckInDoor(gate, senders).routes(),
        *MinidumpDoor(gate, senders, settings.envelope_bytes_max).routes(),
        *RumDoor(gate, senders).routes(),
        *OtlpDoor(gate, senders).routes(),
        *DatakitDoor(gate, senders).routes(),
        *DatakitSideDoor(senders, database.clock).routes(),
    ]


def _upload_doors(
    database: Database, settings: Settings, upkeep: Upkeep, forms: UploadForms
) -> list[Route]:
    """Where builds send their source maps."""
    limiter = _limiter(database, settings, upkeep, "sentry_cli")
    cli = SentryCli(database, forms, limiter, upkeep.used)
    return [*SourceMapDoor(database, forms).routes(), *cli.routes()]


def _limiter(
    database: Database, settings: Settings, upkeep: Upkeep, name: str
) -> RateLimiter | None:
    """One process counts alone; several on PostgreSQL share what they may admit."""
    if not settings.rate_limits:
        return None
    if database.is_sqlite:
        return RateLimiter()
    return RateLimiter(
        lambda: upkeep.processes, lambda key, *rest: upkeep.lease(f"{name}:{key}", *rest)
    )
