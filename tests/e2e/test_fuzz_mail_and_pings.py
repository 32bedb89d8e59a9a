"""Whatever comes by SMTP or to a heartbeat's address: an answer, no 5xx, and bounded memory."""

import smtplib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed
from typing import Any

import httpx
import pytest

from tests.cli.program import serving
from tests.e2e.product import Product, eventually
from tests.e2e.seeds import make_channel
from tests.e2e.software import free_port
from tests.e2e.test_fuzz_doors import GROWTH_MB_MAX, inbox_depth, mutated, peak_mb
from tests.postgres import create_database

pytestmark = pytest.mark.slow
ROUNDS = 150
MAIL = (
    b"From: Backup <backup@db1.example>\r\nSubject: =?utf-8?q?Disk_is_full?=\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n91 %\r\n"
    b"--x\r\nContent-Type: text/html\r\n\r\n<p>91 %</p>\r\n--x--\r\n"
)
LARGE = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * 70_000
VERBS = (b"EHLO a", b"MAIL FROM:<a@b.example>", b"RCPT TO:<%s>", b"DATA", b"RSET", b"STARTTLS")


@pytest.fixture(scope="module")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: Any, mail_port: int
) -> Iterator[Product]:
    folder: Path = tmp_path_factory.mktemp("mail") / "data"
    words = ["--smtp-in-listen", f"127.0.0.1:{mail_port}"]
    if request.param == "postgresql":
        words += ["--database-url", create_database("tocsin_fuzzed_mail")]
    with serving(folder, *words) as running:
        yield Product(running, folder)
        assert running.stop() == 0


@pytest.fixture(scope="module")
def address(product: Product) -> str:
    channel_id = make_channel(product)
    wish = {"plugin_type": "email", "name": "Mail", "channel_id": channel_id}
    return f"{product.post('/datasource/upsert', wish)['integration_key']}@alerts.example"


def is_well(product: Product) -> None:
    eventually(lambda: inbox_depth(product) == 0, "everything accepted was digested")
    assert product.running.get("/-/ready").status_code == 200
    assert "Traceback" not in product.running.logged


def test_mutated_mails_are_answered_and_digested(
    product: Product, mail_port: int, address: str
) -> None:
    rng = Random(11)
    for _ in range(ROUNDS):
        with smtplib.SMTP("127.0.0.1", mail_port, timeout=10) as client:
            # A refusal in SMTP's own terms is an answer; silence or a broken connection is none.
            with suppress(smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
                client.sendmail("a@b.example", address, mutated(MAIL, rng))
            assert client.noop()[0] == 250
    is_well(product)


def test_mutated_commands_are_answered_or_hung_up_on(
    product: Product, mail_port: int, address: str
) -> None:
    rng = Random(12)
    for _ in range(ROUNDS):
        words = [each.replace(b"%s", address.encode()) for each in rng.choices(VERBS, k=6)]
        said = b"\r\n".join(mutated(word, rng) for word in words) + b"\r\n.\r\nQUIT\r\n"
        with socket.create_connection(("127.0.0.1", mail_port), 10) as line:
            line.settimeout(10)
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                while line.recv(4096):
                    pass
    is_well(product)


def test_a_crowd_of_large_mails_costs_bounded_memory(
    product: Product, mail_port: int, address: str
) -> None:
    before = peak_mb(product)

    def send(_: int) -> None:
        with smtplib.SMTP("127.0.0.1", mail_port, timeout=60) as client:
            client.sendmail("a@b.example", address, LARGE)

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(send, range(16)))
    is_well(product)
    assert peak_mb(product) - before < GROWTH_MB_MAX


def test_mutated_pings_are_answered(product: Product) -> None:
    rng = Random(13)
    made = product.post("/channel/list", {})["items"]
    wish = {"plugin_type": "heartbeat", "name": "Jobs", "channel_id": made[0]["channel_id"]}
    sender = product.post("/datasource/upsert", wish)["integration_id"]
    due = {"integration_id": sender, "period": 60, "grace": 60, "heartbeat_name": "job"}
    key = product.post("/heartbeat/create", due)["ping_key"]
    addresses = [f"/ping/{key}{said}" for said in ("", "/start", "/fail", "/log", "/0", "/77")]
    addresses += [f"/api/v2/heartbeat/{key}", f"/v2/heartbeats/{key}/ping"]
    junk = ["%00", "%ff", "%0a", "%F0%9F%92%A5", "..", "9" * 30, "-1", "%", "x" * 400]
    with httpx.Client(base_url=product.url, timeout=10) as client:
        for number in range(ROUNDS):
            path = addresses[number % len(addresses)]
            if rng.random() < 0.5:
                path += rng.choice(["", "/"]) + rng.choice(junk)
            method = rng.choice(["GET", "POST", "HEAD", "PUT", "OPTIONS"])
            answer = client.request(
                method, path, content=mutated(b"backup took 7 s", rng)[:200_000]
            )
            assert answer.status_code < 500, (method, path, answer.text)
        assert client.get(f"/ping/{key}").status_code == 200
    is_well(product)
