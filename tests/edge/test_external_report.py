"""Reports of people without a login, by the token of a channel."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.incidents import info, make_channel, timeline
from tests.server import Answer, Server
from tocsin.store.database import Database

SAID = {"title": "Cannot pay", "reporter_email": "eve@shop.example"}


@pytest.fixture
def token(server: Server, cast: Cast, database: Database) -> str:
    """The token of a channel that takes reports from outside."""
    channel = make_channel(server, database, cast)
    wish = {"channel_id": channel, "is_external_report_enabled": True}
    found = server.post("/channel/update", wish, cast.alice.key).data["external_report_token"]
    return str(found)


def tell(server: Server, token: str, **options: Any) -> Answer:
    address = "/incident/external-create"
    return Answer(server.request("POST", address, params={"token": token}, **options))


def as_form(fields: dict[str, str]) -> dict[str, Any]:
    """Fields as a browser's multipart form sends them, a captcha's answer and a file with it."""
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    return {"files": {**parts, "captcha_verify_param": (None, "x"), "shot": ("a.png", b"png")}}


@pytest.mark.parametrize("way", ["json", "multipart", "urlencoded"])
def test_a_report_becomes_an_incident_that_names_its_reporter(
    server: Server, cast: Cast, token: str, way: str
) -> None:
    said = {**SAID, "description": "The page is blank", "reporter_company": "Shop"}
    options = {"json": {"json": said}, "multipart": as_form(said), "urlencoded": {"data": said}}
    made = tell(server, token, **options[way]).data
    assert list(made) == ["incident_id"]
    server.restart()
    shown = info(server, cast.bob, made["incident_id"])
    assert (shown["title"], shown["reporter_email"]) == ("Cannot pay", "eve@shop.example")
    assert shown["description"] == "The page is blank\n\n(Shop)"
    assert (shown["creator_id"], shown["channel_name"]) == (0, "Payments")
    entry, _ = timeline(server, cast.bob, made["incident_id"])
    assert entry["detail"]["reporter_email"] == "eve@shop.example"
    assert entry["reason"] == "somebody outside reported it"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "x"}, "InvalidParameter"),
        ({"title": "   "}, "InvalidParameter"),
        ({"title": "x" * 201}, "InvalidParameter"),
        ({"reporter_email": "eve"}, "InvalidParameter"),
        ({"reporter_email": "a@b.c\nBcc: d@e.f"}, "InvalidParameter"),
        ({"description": "x" * 6145}, "InvalidParameter"),
        ({"description": "x" * 70_000}, "EntityTooLarge"),
    ],
)
def test_what_makes_no_sense_or_is_too_much_is_refused(
    server: Server, token: str, change: dict[str, str], code: str
) -> None:
    assert tell(server, token, json={**SAID, **change}).code == code


def test_other_bodies_methods_and_broken_forms_are_refused(server: Server, token: str) -> None:
    xml = tell(server, token, content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert xml.code == "InvalidContentType"
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert tell(server, token, content=b"--y\r\n", headers=broken).status == 400
    assert Answer(server.request("GET", "/incident/external-create")).code == "MethodNotAllowed"


def test_only_a_token_that_stands_opens_the_door(server: Server, cast: Cast, token: str) -> None:
    for wrong in ("", "x", token[:-1], "x" * 500):
        assert tell(server, wrong, json=SAID).code == "InvalidParameter"
    (channel,) = server.post("/channel/list", {}, cast.alice.key).data["items"]
    wish = {"channel_id": channel["channel_id"], "is_external_report_enabled": False}
    assert server.post("/channel/update", wish, cast.alice.key).status == 200
    assert tell(server, token, json=SAID).code == "InvalidParameter"
