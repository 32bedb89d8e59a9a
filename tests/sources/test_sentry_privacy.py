import json

from tocsin.sources.sentry_privacy import without_address


def test_every_place_of_an_address_is_emptied_and_the_rest_is_kept() -> None:
    kept = {"id": 1}, [["Accept", "*/*"]], {"SERVER_NAME": "s"}
    raw = json.dumps(
        {
            "message": "m",
            "user": kept[0] | {"ip_address": "192.0.2.1", "geo": {"city": "X"}},
            "request": {
                "headers": [["X-Forwarded-For", "192.0.2.1"], *kept[1]],
                "env": kept[2] | {"REMOTE_ADDR": "192.0.2.1"},
            },
        }
    ).encode()
    plain = json.loads(without_address(raw))
    assert plain == {
        "message": "m",
        "user": kept[0],
        "request": {"headers": kept[1], "env": kept[2]},
    }


def test_an_event_without_such_places_stays_as_it_is() -> None:
    for raw in (b'{"message":"m"}', b"not json"):
        assert without_address(raw) == raw
