"""`tocsin watch` as two programs on two machines would meet."""

import subprocess
import sys
from pathlib import Path

from tests.cli.program import environment, serving, tocsin, until
from tests.edge.test_watchdog import Switch
from tests.outbound.servers import http_server

SECRET = "a secret of more than 32 characters"


def test_one_look_finds_a_running_server_well_and_a_stopped_one_not(tmp_path: Path) -> None:
    with serving(tmp_path / "data", TOCSIN_WATCH_SECRET=SECRET) as server:
        until(lambda: server.get("/-/ready").status_code == 200, 60)
        look = ("watch", server.url, "--once", "--trial-within", "30")
        well = tocsin(*look, TOCSIN_WATCH_SECRET=SECRET)
        assert (well.returncode, well.stdout.strip()) == (
            0,
            "The server is well, and a page on trial arrived.",
        ), well
        other = tocsin(*look, TOCSIN_WATCH_SECRET="x" * 32)
        assert (other.returncode, "answered 401" in other.stdout) == (1, True)
        server.stop()
        gone = tocsin(*look, TOCSIN_WATCH_SECRET=SECRET)
        assert (gone.returncode, "no connection" in gone.stdout) == (1, True)


def test_a_server_that_dies_is_told_by_a_way_of_the_watchers_own(tmp_path: Path) -> None:
    switch = Switch()
    with (
        http_server(switch) as port,
        serving(tmp_path / "data", TOCSIN_WATCH_SECRET=SECRET) as server,
    ):
        words = ["watch", server.url, "--page", f"http://127.0.0.1:{port}/", "--every", "1"]
        watcher = subprocess.Popen(
            [sys.executable, "-m", "tocsin", *words, "--patience", "1"],
            env=environment(TOCSIN_WATCH_SECRET=SECRET),
            stderr=subprocess.DEVNULL,
        )
        try:
            server.process.kill()
            until(lambda: switch.told, 60)
        finally:
            watcher.kill()
            watcher.wait()
    assert switch.told[0]["status"] == "trouble"
    assert "does not answer" in switch.told[0]["problems"][0]


def test_a_watcher_says_what_it_lacks() -> None:
    for words, lacking in (
        (("--page", "http://x.example/"), "--watch-secret"),
        (("--watch-secret", SECRET), "--page"),
        (("--watch-secret", SECRET, "--once", "--listen", "127.0.0.1:0"), "--callback"),
        (("--watch-secret", SECRET, "--once", "--every", "0"), "--every"),
        (("--watch-secret", SECRET, "--once", "--ca", "/nowhere.pem"), "--ca"),
    ):
        said = tocsin("watch", "http://127.0.0.1:9", *words)
        assert said.returncode == 2, said
        assert lacking in said.stderr
