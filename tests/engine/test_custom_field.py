"""A deleted field leaves incidents, on both databases."""

from sqlalchemy import select

from tests.cast import Cast
from tests.push import engine, make_channel, make_integration, push
from tests.server import Server
from tocsin.store.database import Database
from tocsin.store.tables.incident import incident


def test_a_deleted_field_leaves_incidents_before_its_name_is_free(
    server: Server, database: Database, cast: Cast
) -> None:
    key = cast.bob.key
    field = {"field_name": "area", "display_name": "Area", "field_type": "text"}
    made = server.post("/field/create", {**field, "default_value": "eu"}, key).data
    channel_id = make_channel(server, database, cast)
    sender = make_integration(server, cast, channel_id=channel_id)["integration_key"]
    for number in range(60):
        push(server, sender, alert_key=f"k{number}")
    engine(database)

    def held() -> list[object]:
        with database.read() as tx:
            return tx.values(select(incident.c.fields))

    assert held() == [{"area": "eu"}] * 60
    assert server.post("/field/delete", {"field_id": made["field_id"]}, key).data == {}
    assert server.post("/field/list", {}, key).data["items"] == []
    assert server.post("/field/create", field, key).code == "InvalidParameter"
    engine(database)
    assert held() == [{}] * 60
    assert server.post("/field/create", field, key).status == 200
