"""`tocsin serve` as people run it: processes, signals, sockets."""

import signal
from pathlib import Path

import pytest

from tests.cli.program import serving, tocsin


def test_it_starts_on_an_empty_folder_and_stops_when_asked(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        assert server.get("/-/healthy").status_code == 200
        assert "Welcome to Tocsin. This is shown once" in server.greeting
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert server.stop() == 0
    with serving(tmp_path / "data") as server:
        assert "Welcome" not in server.greeting
        assert server.stop(signal.SIGINT) == 0


def test_plain_http_is_refused_beyond_this_machine_with_the_ways_out(tmp_path: Path) -> None:
    refused = tocsin("serve", "--host", "0.0.0.0", cwd=tmp_path)
    assert refused.returncode == 2
    for way in ("--tls-cert", "--tls-self-signed", "--trusted-proxies", "--host 127.0.0.1"):
        assert way in refused.stderr
    assert list(tmp_path.iterdir()) == []


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
