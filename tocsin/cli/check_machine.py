"""Checks of the machine: Python, data folder, disk, address, certificate, mail, watchman."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from tocsin.cli.finding import Finding, fail, ok, warn
from tocsin.cli.listening import require_safe, vague_address
from tocsin.cli.opening import object_storage
from tocsin.cli.refusal import Refusal
from tocsin.cli.tls import CHAIN_FILE, certificate_of
from tocsin.engine import handlers
from tocsin.kernel.clock import Clock
from tocsin.kernel.sealing import PHRASE_LENGTH_MIN
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import SECOND
from tocsin.outbound import email
from tocsin.outbound.email import EmailTransport
from tocsin.outbound.transport import SendFailed
from tocsin.store.object_storage import bucket

PYTHON_MIN: Final = (3, 11)
DISK_WARN_FACTOR: Final = 4
RENEW_WITHIN: Final = timedelta(days=14)
_MB: Final = 1024 * 1024
_OTHERS: Final = 0o077


def check_machine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything but the database."""
    yield _python()
    yield from _data_dir(settings)
    yield _address(settings)
    yield from _certificate(settings, clock)
    yield _mail(settings)
    yield from _object_storage(settings)
    yield _watchman(settings)


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < PYTHON_MIN:
        return fail("python", f"{version} is too old", "install Python 3.11 or newer")
    return ok("python", version)


def _data_dir(settings: Settings) -> Iterator[Finding]:
    folder = Path(settings.data_dir)
    if not folder.is_dir():
        parent = next(each for each in folder.resolve().parents if each.is_dir())
        if os.access(parent, os.W_OK):
            yield ok("data folder", f"{folder} is not there yet; it will be made")
        else:
            yield fail("data folder", f"{folder} cannot be made", f"let this user write {parent}")
        yield _disk(parent, settings)
        return
    mode = folder.stat().st_mode
    if not os.access(folder, os.W_OK | os.X_OK):
        yield fail("data folder", f"{folder} cannot be written", "let this user write there")
    elif mode & _OTHERS:
        yield warn("data folder", f"others may look into {folder}", f"chmod 700 {folder}")
    else:
        yield ok("data folder", f"{folder} is this user's alone")
    yield _disk(folder, settings)


def _disk(folder: Path, settings: Settings) -> Finding:
    free = shutil.disk_usage(folder).free // _MB
    least = settings.disk_free_mb_min
    told = f"{free} MB free; doors refuse below {least} MB"
    if free < least:
        return fail("disk", told, "make room, or move the folder with --data-dir")
    if free < least * DISK_WARN_FACTOR:
        return warn("disk", told, "make room soon")
    return ok("disk", told)


def _address(settings: Settings) -> Finding:
    try:
        require_safe(settings)
    except Refusal as refusal:
        told, _, steps = str(refusal).partition("\n")
        return fail("address", told, steps or "correct the setting")
    if vague := vague_address(settings):
        return warn("address", vague, "set --public-url to the address people use")
    return ok("address", settings.base_url)


def _certificate(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if settings.tls_self_signed and not (Path(settings.data_dir) / CHAIN_FILE).is_file():
        yield ok("certificate", "it will be made at the next start")
        return
    try:
        certificate = certificate_of(settings, clock)
    except Refusal as refusal:
        told, _, step = str(refusal).partition("\n")
        yield fail("certificate", told, step or "correct the setting")
        return
    if certificate is None:
        return
    until = x509.load_pem_x509_certificate(certificate.chain.read_bytes()).not_valid_after_utc
    now = datetime.fromtimestamp(clock.now() / SECOND, UTC)
    told = f"{certificate.chain} is good until {until:%Y-%m-%d}"
    if until <= now:
        yield fail("certificate", f"{certificate.chain} has expired", "renew it, then restart")
    elif until - RENEW_WITHIN <= now:
        yield warn("certificate", told, "renew it, then restart")
    else:
        yield ok("certificate", told)


def _mail(settings: Settings) -> Finding:
    transport = handlers.transports(settings)[email.METHOD]
    if not isinstance(transport, EmailTransport):
        return warn("mail", "no mail server is named, so nobody gets mail", "set smtp_host")
    try:
        transport.probe()
    except SendFailed as failure:
        return fail("mail", str(failure), "check smtp_host, smtp_port, smtp_tls and the login")
    return ok("mail", f"{settings.smtp_host}:{settings.smtp_port} answers")


def _object_storage(settings: Settings) -> Iterator[Finding]:
    if not settings.files_url:
        return
    try:
        storage = object_storage(settings)
        if storage:
            bucket(storage).probe()
    except (Refusal, OSError) as failure:
        told, _, step = str(failure).partition("\n")
        yield fail("files", told, step or "check files_url and the s3_… settings")
        return
    yield ok("files", f"{settings.files_url} takes and gives files")


def _watchman(settings: Settings) -> Finding:
    """Whether anybody would hear that this server is dead."""
    if settings.watch_secret and len(settings.watch_secret) < PHRASE_LENGTH_MIN:
        told = f"watch_secret has less than {PHRASE_LENGTH_MIN} characters"
        return fail("watchman", told, "take a longer one, the same here and for `tocsin watch`")
    if settings.heartbeat_url or settings.watch_secret:
        return ok("watchman", "somebody outside is told, or asks, whether this server lives")
    return warn(
        "watchman",
        "nobody outside would hear that this server is dead",
        "set heartbeat_url, or watch_secret and run `tocsin watch` on another machine",
    )
