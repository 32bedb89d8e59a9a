"""What we ship for senders that need something on their side, run for real."""

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cast import Cast
from tests.conftest import sqlite_database
from tests.server import Server
from tests.sources.watching import Watch
from tocsin.store.database import Database

SHIPPED = Path(__file__).parents[2] / "docs" / "senders"
PROBLEM = {"type": "PROBLEM", "host": "db1", "service": "Disk", "state": "CRITICAL"}
WAITS = 75
RUN_IN_NODE = """
const {execFileSync} = require("child_process");
globalThis.Zabbix = {log: () => {}};
globalThis.HttpRequest = class {
  addHeader(line) { this.header = line; }
  post(url, body) {
    const words = ["-sS", "-H", this.header, "-d", body, "-w", "\\n%{http_code}", url];
    const said = execFileSync("curl", words).toString();
    const end = said.lastIndexOf("\\n");
    this.status = Number(said.slice(end + 1));
    return said.slice(0, end);
  }
  getStatus() { return this.status; }
};
const [script, value] = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(new Function("value", script)(JSON.stringify(value)));
"""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return sqlite_database(tmp_path)


class Notifier:
    """The script that Nagios calls, with a spool of its own."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "url"
        self.spool = folder / "spool"

    def aim(self, base: str, key: str) -> None:
        self.address.write_text(f"{base}/event/push/alert/nagios?integration_key={key}\n")

    def run(self, **values: str) -> int:
        words = ["sh", SHIPPED / "tocsin-notify", "-u", self.address, "-s", self.spool]
        words += [f"{name}={value}" for name, value in values.items()]
        return subprocess.run(words, capture_output=True, timeout=60, check=False).returncode

    @property
    def waiting(self) -> int:
        return len(list(self.spool.glob("[0-9]*")))


@pytest.fixture
def notifier(tmp_path: Path) -> Notifier:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    return Notifier(tmp_path)


@pytest.fixture
def watch(server: Server, database: Database, cast: Cast) -> Watch:
    return Watch(server, database, cast, "nagios")


def nobody_listens() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.door(
    "/event/push/alert/nagios", "fire", "resolve", sender="docs/senders/tocsin-notify, run by sh"
)
def test_the_script_for_nagios_tells_of_a_problem_and_its_end(
    notifier: Notifier, watch: Watch
) -> None:
    notifier.aim(watch.server.base, watch.key)
    odd = 'free "space" \\ 5 % & more\nsecond line $(id) `id` é'
    assert notifier.run(**PROBLEM, output=odd) == 0
    alert = watch.alert
    assert (alert["title"], alert["alert_severity"]) == ("db1 / Disk", "Critical")
    assert alert["description"] == odd
    assert notifier.run(**{**PROBLEM, "type": "RECOVERY", "state": "OK"}) == 0
    assert watch.incident["progress"] == "Closed"


def test_what_the_script_cannot_send_waits_and_goes_out_in_its_order(
    notifier: Notifier, watch: Watch
) -> None:
    notifier.aim(nobody_listens(), watch.key)
    assert notifier.run(**PROBLEM) == WAITS
    assert notifier.run(**{**PROBLEM, "type": "RECOVERY", "state": "OK"}) == WAITS
    assert notifier.waiting == 2
    notifier.aim(watch.server.base, watch.key)
    assert notifier.run() == 0
    assert notifier.waiting == 0
    assert watch.incident["progress"] == "Closed"
    assert watch.alert["event_cnt"] == 2


def test_what_the_server_refuses_is_set_aside_and_holds_up_nothing(
    notifier: Notifier, watch: Watch
) -> None:
    notifier.aim(watch.server.base, watch.key)
    assert notifier.run(type="PROBLEM", host="db1") == 1
    assert len(list((notifier.spool / "rejected").iterdir())) == 1
    assert notifier.run(**PROBLEM) == 0
    assert [each["reason"] for each in watch.rejections()] == ["state is required"]


def test_a_lock_of_a_process_that_died_is_taken_over(notifier: Notifier, watch: Watch) -> None:
    notifier.aim(watch.server.base, watch.key)
    (notifier.spool / ".lock").mkdir(parents=True)
    ended = subprocess.Popen(["true"])
    ended.wait()
    (notifier.spool / ".lock" / "pid").write_text(str(ended.pid))
    assert notifier.run(**PROBLEM) == 0


def media_type(event: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The script of the Zabbix media type, and its parameters as Zabbix would fill them."""
    read = yaml.safe_load((SHIPPED / "zabbix-media-type.yaml").read_text())
    [found] = read["zabbix_export"]["media_types"]
    filled = {each["name"]: event.get(each["value"], each["value"]) for each in found["parameters"]}
    return found["script"], filled


@pytest.mark.door(
    "/event/push/alert/zabbix",
    "fire",
    "resolve",
    "ack",
    sender="docs/senders/zabbix-media-type.yaml, its script run by Node",
)
def test_the_media_type_for_zabbix_tells_of_a_problem_and_its_end(
    server: Server, database: Database, cast: Cast
) -> None:
    if not shutil.which("node") or not shutil.which("curl"):
        pytest.skip("node or curl is not installed")
    watch = Watch(server, database, cast, "zabbix")
    address = f"{server.base}/event/push/alert/zabbix?integration_key={watch.key}"
    event = {
        "{ALERT.SENDTO}": address,
        "{EVENT.ID}": "4711",
        "{EVENT.VALUE}": "1",
        "{EVENT.UPDATE.STATUS}": "0",
        "{EVENT.NSEVERITY}": "5",
        "{EVENT.NAME}": 'Zabbix "agent" is gone',
        "{HOST.NAME}": "db1",
        "{EVENT.TAGSJSON}": '[{"tag":"scope","value":"availability"}]',
    }

    def run(**changed: str) -> Any:
        spoken = json.dumps(media_type({**event, **changed}))
        words = ["node", "-e", RUN_IN_NODE]
        return subprocess.run(
            words, input=spoken, capture_output=True, text=True, timeout=60, check=False
        )

    told = run()
    assert told.stdout.strip() == "OK", told.stderr
    alert = watch.alert
    assert (alert["title"], alert["alert_severity"]) == ('Zabbix "agent" is gone', "Critical")
    assert alert["labels"]["scope"] == "availability"
    assert "event_id must be the number" in run(**{"{EVENT.ID}": "{EVENT.ID}"}).stderr
    run(**{"{EVENT.UPDATE.STATUS}": "1", "{EVENT.UPDATE.ACTION}": "acknowledged"})
    run(**{"{EVENT.VALUE}": "0"})
    assert watch.incident["progress"] == "Closed"
