"""Minidumps: what crashed programs send of themselves, by form and inside an envelope."""

import gzip
import json
import os
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from tests.cast import Cast
from tests.cli.program import until
from tests.edge.doors import Keys, application, digest, issues, waiting
from tests.edge.test_debug_files import LIBRARY, RETURNS
from tests.edge.test_phone_builds import WRITTEN, calls, thrown, upload
from tests.minidumps import minidump
from tests.server import Server
from tests.tools import need
from tocsin.sources import sentry
from tocsin.sources.minidump import Dump
from tocsin.sources.sentry import Arrival
from tocsin.sources.source import Unreadable

CRASHPAD = Path("/usr/lib/chromium/chrome_crashpad_handler")


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def send(
    server: Server, keys: Keys, dump: bytes, files: Any = None, **fields: str
) -> httpx.Response:
    path = f"/api/{keys.project}/minidump/?sentry_key={keys.public_key}"
    forms = {"upload_file_minidump": ("crash.dmp", dump), **(files or {})}
    return server.request("POST", path, files=forms, data=fields)


def test_a_crash_becomes_an_issue_told_by_its_debug_file(
    server: Server, cast: Cast, keys: Keys
) -> None:
    library = gzip.decompress(LIBRARY.read_bytes())
    assert upload(server, cast.alice.key, "ndk_symbol_file", library, type="ndk_symbol_file")
    said = {"release": "shop@1.0", "environment": "prod", "level": "debug"}
    crumbs = msgspec.msgpack.encode({"message": "one"}) + msgspec.msgpack.encode({"message": "two"})
    beside = {
        "__sentry-event": ("__sentry-event", msgspec.msgpack.encode({"user": {"id": "u-1"}})),
        "__sentry-breadcrumb1": ("__sentry-breadcrumb1", crumbs),
    }
    answer = send(
        server,
        keys,
        minidump(),
        beside,
        **{"sentry": json.dumps(said), "sentry[tags][shop]": "north", "ptype": "browser"},
    )
    assert answer.status_code == 200, answer.text
    server.restart()
    digest(server)
    (issue,) = issues(server, cast, keys)
    assert (issue["error"]["type"], issue["error"]["message"]) == (
        "SIGSEGV",
        "crashed in libshop.so",
    )
    assert issue["is_crash"]
    assert calls(thrown(server, cast, keys)) == WRITTEN
    wish = {"issue_id": issue["issue_id"], "event_id": UUID(answer.text).hex}
    shown = server.post("/rum/issue/event/info", wish, cast.alice.key).data
    assert (shown["version"], shown["env"], shown["user_id"]) == ("shop@1.0", "prod", "u-1")
    assert shown["tags"]["shop"] == "north"
    assert send(server, keys, minidump()).text == send(server, keys, minidump()).text


def test_a_dump_may_lie_in_an_envelope(keys: Keys) -> None:
    dump = minidump()
    event = b'{"message":"Native crash","release":"r"}'
    item = b'{"type":"attachment","length":%d,"attachment_type":"event.minidump"}' % len(dump)
    for body in (
        b"\n".join((b"{}", b'{"type":"event"}', event, item, dump)),
        b"\n".join((b"{}", item, dump)),
    ):
        ((read,), rejected) = _read(body)
        assert [one.type for one in read.event.exceptions] == ["SIGSEGV"]
        assert [frame.address for frame in read.event.exceptions[0].frames] == [
            RETURNS - 1,
            0x102A,
        ]
        assert read.event.is_crash
        assert rejected == []
    damaged = item.replace(b"%d" % len(dump), b"4")
    (read,), (reason,) = _read(b"\n".join((b"{}", b'{"type":"event"}', event, damaged, dump[:4])))
    assert (read.event.message, read.event.exceptions) == ("Native crash", ())
    assert "cut short" in reason.reason


def _read(body: bytes) -> tuple[Any, Any]:
    reading = sentry.read_envelope(body, Arrival(1_760_000_000_000))
    return reading.events, reading.rejected


def test_a_dump_without_a_crash_is_no_crash() -> None:
    event = Dump(minidump(0x517A7ED)).event()
    assert "exception" not in event
    assert event["level"] == "info"


def test_whatever_a_dump_says_of_itself_is_bounded() -> None:
    whole = minidump()
    for at in range(0, len(whole) - 4, 4):
        for value in (0xFFFFFFFF, 0x7FFFFFF0, 0):
            damaged = bytearray(whole)
            struct.pack_into("<I", damaged, at, value)
            for cut in (damaged, damaged[:at]):
                try:
                    event = Dump(bytes(cut)).event()
                except Unreadable:
                    continue
                assert len(json.dumps(event)) < 100_000


def test_what_is_no_dump_or_too_much_is_refused(server: Server, cast: Cast, keys: Keys) -> None:
    broken = send(server, keys, b"MDMPx")
    assert (broken.status_code, "cut short" in broken.headers["x-sentry-error"]) == (400, True)
    assert send(server, keys, b"no dump").status_code == 400
    place = f"/api/{keys.project}/minidump/"
    known = f"{place}?sentry_key={keys.public_key}"
    assert server.request("POST", known, files={"other": b"x"}).status_code == 400
    assert server.request("POST", known, content=b"x").status_code == 400
    assert server.request("GET", known).status_code == 405
    assert server.request("OPTIONS", known).status_code == 200
    assert server.request("POST", place, files={"x": b"x"}).status_code == 403
    large = bytes(server.settings.envelope_bytes_max + 1)
    assert send(server, keys, b"MDMP" + large).status_code == 413
    digest(server)
    (first, *_) = server.post(
        "/rum/rejected-event/list", {"application_id": keys.application_id}, cast.alice.key
    ).data["items"]
    assert "minidump" in first["reason"]


def test_crashpad_unmodified_delivers_a_crash(
    server: Server, cast: Cast, keys: Keys, tmp_path: Path
) -> None:
    need("chromium", str(CRASHPAD))
    reports = tmp_path / "reports"
    for name in ("new", "pending", "completed", "attachments"):
        (reports / name).mkdir(parents=True)
    # Magic, version, and the option to upload; then what it has never done and who it is.
    (reports / "settings.dat").write_bytes(struct.pack("<4sIIIQ16x", b"sdPC", 1, 1, 0, 0))
    report = reports / "pending" / str(UUID(int=7))
    report.with_suffix(".dmp").write_bytes(minidump())
    report.with_suffix(".meta").write_bytes(struct.pack("<B15xQ8x", 1, 1_760_000_000))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    url = f"{server.base}/api/{keys.project}/minidump/?sentry_key={keys.public_key}"
    words = [f"--database={reports}", f"--url={url}", "--no-rate-limit"]
    words += [f"--initial-client-fd={theirs.fileno()}", "--shared-client-connection"]
    handler = subprocess.Popen(
        [str(CRASHPAD), *words], pass_fds=[theirs.fileno()], env={"PATH": os.environ["PATH"]}
    )
    try:
        until(lambda: any((reports / "completed").glob("*.dmp")), 40)
    finally:
        handler.kill()
        handler.wait()
        ours.close()
        theirs.close()
    assert len(waiting(server)) == 1
    digest(server)
    (issue,) = issues(server, cast, keys)
    assert issue["error"]["type"] == "SIGSEGV"
