"""`tocsin serve` as people run it: processes, signals, sockets."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.cli.program import Running, environment, serving, tocsin, until
from tests.endless import make_endless
from tests.postgres import create_database
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.store.database import Database


def test_it_starts_on_an_empty_folder_and_stops_when_asked(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        assert server.get("/-/healthy").status_code == 200
        assert "Welcome to Tocsin. This is shown once" in server.greeting
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert server.stop() == 0
    with serving(tmp_path / "data") as server:
        assert "Welcome" not in server.greeting
        assert server.stop(signal.SIGINT) == 0


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("words", [(), ("--tls-self-signed",)], ids=["http", "https"])
def test_the_line_to_try_works_as_it_is_printed(words: tuple[str, ...], tmp_path: Path) -> None:
    with serving(tmp_path / "data", *words) as server:
        line = server.greeting.partition("Try it:")[2].partition("Tocsin serves")[0]
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=tmp_path)
        assert '"account_name":"Tocsin"' in done.stdout, done.stderr


def test_plain_http_is_refused_beyond_this_machine_with_the_ways_out(tmp_path: Path) -> None:
    refused = tocsin("serve", "--host", "0.0.0.0", cwd=tmp_path)
    assert refused.returncode == 2
    for way in ("--tls-cert", "--tls-self-signed", "--trusted-proxies", "--host 127.0.0.1"):
        assert way in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_data_folder_has_one_server_whose_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as server:
        second = tocsin("serve", "--port", "0", "--data-dir", str(folder))
        assert second.returncode != 0
        assert "Another Tocsin server works on" in second.stderr
        engine = tocsin("engine", "--data-dir", str(folder))
        assert "Another Tocsin engine works on" in engine.stderr
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
        assert server.stop() == 0


def test_workers_are_refused_on_sqlite(tmp_path: Path) -> None:
    refused = tocsin("serve", "--workers", "2", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--workers needs PostgreSQL" in refused.stderr


@pytest.mark.slow
def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        port = server.url.rpartition(":")[2]
        refused = tocsin("serve", "--port", port, "--data-dir", str(tmp_path / "other"))
        assert refused.returncode == 1
        assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use" in refused.stderr
        assert not (tmp_path / "other").exists()


def alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ready(server: Running) -> bool:
    return server.get("/-/ready").status_code == 200


def half_a_request(server: Running) -> socket.socket:
    """A call whose body has not arrived whole."""
    return a_request(server, "/account/info", "{")


def a_request(server: Running, path: str, body: str) -> socket.socket:
    """A call with the first characters of a body of two."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    held = socket.create_connection((host, int(port)), 20)
    held.sendall(
        f"POST {path}?app_key={server.key} HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{body}".encode()
    )
    return held


def is_refusing(server: Running) -> bool:
    try:
        server.get("/-/healthy")
    except httpx.NetworkError:
        return True
    return False


@pytest.mark.slow
def test_a_stop_lets_a_request_finish_and_takes_no_other(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, half_a_request(server) as held:
        until(lambda: ready(server))
        server.process.send_signal(signal.SIGTERM)
        until(lambda: is_refusing(server))
        held.sendall(b"}")
        assert held.recv(65536).startswith(b"HTTP/1.1 200")
        assert server.process.wait(30) == 0


@pytest.mark.slow
def test_a_second_signal_waits_for_nobody(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, half_a_request(server):
        until(lambda: ready(server))
        [engine] = server.children()
        server.process.send_signal(signal.SIGTERM)
        until(lambda: is_refusing(server))
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)
        assert not alive(engine)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_second_signal_does_not_wait_for_what_somebody_reads(tmp_path: Path, kind: str) -> None:
    url = create_database("tocsin_reads") if kind == "postgresql" else ""
    words = ("--database-url", url) if url else ()
    with serving(tmp_path / "data", *words) as server:
        until(lambda: ready(server))
        clock = SystemClock()
        place = url or f"sqlite:///{tmp_path}/data/tocsin.db"
        database = Database.open(place, clock, Ids(clock, system_chance()))
        make_endless(database)
        database.close()
        with a_request(server, "/alert-event/list", "{}"):
            assert ready(server)
            server.process.send_signal(signal.SIGTERM)
            until(lambda: is_refusing(server))
            assert server.process.poll() is None
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(5)


@pytest.mark.slow
def test_an_engine_of_its_own_works_for_a_server_without_one(tmp_path: Path) -> None:
    url = create_database("tocsin_apart")
    place = ("--database-url", url)
    with serving(tmp_path / "data", *place, "--no-engine") as server:
        words = [sys.executable, "-m", "tocsin", "engine", *place]
        with subprocess.Popen(words, env=environment(), stderr=subprocess.DEVNULL) as engine:
            until(lambda: "tocsin_engine_beat_age_seconds -" not in server.get("/metrics").text)
            engine.send_signal(signal.SIGTERM)
            assert engine.wait(30) == 0


@pytest.mark.slow
def test_no_engine_outlives_a_server_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        until(lambda: ready(server))
        [engine] = server.children()
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        until(lambda: not alive(engine))


@pytest.mark.slow
def test_an_engine_that_dies_is_started_anew(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        until(lambda: ready(server))
        [engine] = server.children()
        os.kill(engine, signal.SIGKILL)
        until(lambda: server.children() and server.children() != [engine])
        assert "the engine process ended, starting another" in server.logged
        assert server.stop() == 0


def test_a_server_without_an_engine_of_its_own_has_no_children(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-engine") as server:
        assert server.children() == []
        assert server.get("/-/healthy").status_code == 200
    assert "Traceback" not in server.logged


@pytest.mark.slow
def test_workers_share_a_socket_and_stop_in_order(tmp_path: Path) -> None:
    url = create_database("tocsin_workers")
    with serving(tmp_path / "data", "--database-url", url, "--workers", "2") as server:
        until(lambda: server.log.exists() and ready(server))
        until(lambda: len(server.children()) == 3)
        family = server.children()
        for _ in range(20):
            assert server.get("/-/healthy").status_code == 200
        assert server.stop() == 0
        assert not any(alive(child) for child in family)
        assert "Traceback" not in server.logged


@pytest.mark.slow
def test_a_killed_server_takes_its_workers_along(tmp_path: Path) -> None:
    url = create_database("tocsin_killed")
    with serving(tmp_path / "data", "--database-url", url, "--workers", "2") as server:
        until(lambda: ready(server))
        family = server.children()
        server.stop(signal.SIGKILL)
        until(lambda: not any(alive(child) for child in family))


@pytest.mark.slow
def test_servers_that_start_at_once_make_one_account(tmp_path: Path) -> None:
    url = create_database("tocsin_first")
    words = ("--database-url", url, "--no-engine")
    with ThreadPoolExecutor(3) as pool, ExitStack() as stack:
        starts = [
            pool.submit(stack.enter_context, serving(tmp_path / f"data{number}", *words))
            for number in range(3)
        ]
        greetings = [start.result().greeting for start in starts]
        assert sum("Welcome" in greeting for greeting in greetings) == 1
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM account").fetchone() == (1,)
