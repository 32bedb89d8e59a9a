"""Debian's Nagios, with the contact, commands and script that we ship."""

import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.product import Product, eventually, today
from tests.e2e.software import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("nagios4") or not shutil.which("curl"),
        reason="nagios4 or curl is not installed; `make deps`",
    ),
]
SHIPPED = Path(__file__).parents[2] / "docs" / "senders"
MAIN = """
log_file={folder}/nagios.log
cfg_file={folder}/objects.cfg
cfg_file={folder}/nagios.cfg
object_cache_file={folder}/objects.cache
status_file={folder}/status.dat
nagios_user={user}
nagios_group={group}
check_external_commands=1
command_file={folder}/rw/nagios.cmd
lock_file={folder}/nagios.pid
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/checkresults
check_result_reaper_frequency=1
state_retention_file={folder}/retention.dat
interval_length=1
enable_notifications=1
execute_service_checks=0
execute_host_checks=0
accept_passive_service_checks=1
illegal_macro_output_chars=`~$&|'\\"<>
"""
OBJECTS = """
define timeperiod {
    timeperiod_name 24x7
    alias           always
    sunday          00:00-24:00
    monday          00:00-24:00
    tuesday         00:00-24:00
    wednesday       00:00-24:00
    thursday        00:00-24:00
    friday          00:00-24:00
    saturday        00:00-24:00
}
define command {
    command_name none
    command_line /bin/true
}
define host {
    host_name          db1
    address            192.0.2.7
    check_command      none
    max_check_attempts 1
    check_period       24x7
    contacts           tocsin
    notification_period 24x7
    initial_state      o
}
define service {
    host_name              db1
    service_description    Disk
    check_command          none
    max_check_attempts     1
    check_interval         60
    retry_interval         60
    check_period           24x7
    contacts               tocsin
    notification_interval  0
    notification_period    24x7
    active_checks_enabled  0
    passive_checks_enabled 1
}
"""


@pytest.fixture(scope="module")
def tell(
    product: Product, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., None]]:
    """Nagios runs; call this to give it a command, as its check plugins and web pages do."""
    folder: Path = tmp_path_factory.mktemp("nagios")
    team = product.post("/team/upsert", {"team_name": "Operations"})["team_id"]
    channel = product.post("/channel/create", {"channel_name": "All", "team_id": team})
    wish = {"plugin_type": "nagios", "name": "Nagios", "channel_id": channel["channel_id"]}
    key = product.post("/datasource/upsert", wish)["integration_key"]
    (folder / "url").write_text(f"{product.url}/event/push/alert/nagios?integration_key={key}\n")
    user = pwd.getpwuid(os.getuid())
    names = {"folder": folder, "user": user.pw_name, "group": user.pw_gid}
    (folder / "main.cfg").write_text(MAIN.format(**names))
    (folder / "objects.cfg").write_text(OBJECTS)
    script = f"{SHIPPED}/tocsin-notify -u {folder}/url -s {folder}/spool"
    shipped = (SHIPPED / "nagios.cfg").read_text()
    (folder / "nagios.cfg").write_text(shipped.replace("/usr/local/bin/tocsin-notify", script))
    for name in ("rw", "checkresults"):
        (folder / name).mkdir()
    pipe = folder / "rw" / "nagios.cmd"
    with running(["nagios4", f"{folder}/main.cfg"], folder / "log") as process:

        def up() -> bool:
            assert process.poll() is None, (folder / "log").read_text()
            return pipe.exists()

        eventually(up, "Nagios listens")

        def say(command: str) -> None:
            with pipe.open("w") as commands:
                commands.write(f"[0] {command}\n")

        yield say


def incident(product: Product) -> Any:
    found = product.post("/incident/list", today())["items"]
    return found[0] if found else {"progress": ""}


@pytest.mark.door(
    "/event/push/alert/nagios", "fire", "resolve", "ack", sender="Debian's Nagios 4, running"
)
def test_a_service_of_nagios_fails_is_acknowledged_and_recovers(
    product: Product, tell: Callable[..., None]
) -> None:
    tell("PROCESS_SERVICE_CHECK_RESULT;db1;Disk;2;DISK CRITICAL - 91% of /")
    eventually(lambda: incident(product)["progress"] == "Triggered", "an incident")
    opened = incident(product)
    assert (opened["title"], opened["incident_severity"]) == ("db1 / Disk", "Critical")
    tell("ACKNOWLEDGE_SVC_PROBLEM;db1;Disk;1;1;0;Bob;on it")
    eventually(lambda: incident(product)["progress"] == "Processing", "it is acknowledged")
    tell("PROCESS_SERVICE_CHECK_RESULT;db1;Disk;0;DISK OK")
    eventually(lambda: incident(product)["progress"] == "Closed", "it is closed")
