"""The requests of docs/pipeline.md, sent as they stand there."""

import json
import re
from pathlib import Path

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.store.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "pipeline.md"
REQUEST = re.compile(r"`POST (/[\w/-]+)`\n\n```json\n(.*?)```", re.DOTALL)


def test_the_documented_stages_lead_an_event_to_its_channel(
    server: Server, cast: Cast, database: Database
) -> None:
    payments, others = (make_channel(server, database, cast, name) for name in ("Pay", "Rest"))
    made = make_integration(server, cast)
    schema = ""
    for path, body in REQUEST.findall(PAGE.read_text("utf-8")):
        request = json.loads(body.replace("SCHEMA", schema))
        if "integration_id" in request:
            request["integration_id"] = made["integration_id"]
        if path == "/route/upsert":
            request["cases"][0]["channel_ids"] = [payments]
            request["default"]["channel_ids"] = [others]
        answer = server.post(path, request, cast.bob.key).data
        schema = schema or answer["schema_id"]
    push(server, made["integration_key"], title_rule="Disk full on db1", event_status="Warning")
    push(server, made["integration_key"], title_rule="Disk full on db2", event_status="Warning")
    engine(database)
    now = server.clock.now() // 1000
    span = {"start_time": now - 3600, "end_time": now + 3600}
    found = server.post("/alert/list", span, cast.bob.key).data["items"]
    seen = {
        one["title"]: (one["channel_id"], one["alert_severity"], one["labels"].get("owner"))
        for one in found
    }
    assert seen == {
        "Disk full on db1": (payments, "Critical", "payments"),
        "Disk full on db2": (others, "Warning", None),
    }
