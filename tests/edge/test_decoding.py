"""What JSON allows and no database of ours can hold is refused, never a fault of the server."""

import pytest

from tests.cast import Cast
from tests.server import Server


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/member/list", {"role_id": 2**63}, "role_id must fit 64 bits"),
        ("/member/list", {"role_id": -(2**63) - 1}, "role_id must fit 64 bits"),
        ("/person/infos", {"person_ids": [1, 2**80]}, "person_ids[1] must fit 64 bits"),
        ("/team/upsert", {"team_name": "a\0b"}, "team_name holds the character NUL"),
        ("/audit/search", {"start_time": 2**62, "end_time": 2**62 + 1}, "larger than can be"),
    ],
)
def test_an_unstorable_value_is_an_invalid_parameter(
    server: Server, cast: Cast, path: str, body: object, says: str
) -> None:
    answer = server.post(path, body, cast.alice.key)
    assert (answer.status, answer.code, says in answer.message) == (400, "InvalidParameter", True)


def test_what_only_looks_unstorable_is_accepted(server: Server, cast: Cast) -> None:
    name = "9" * 30 + "\\u0000"
    made = server.post("/team/upsert", {"team_name": name, "ignored": 2**90}, cast.alice.key).data
    assert server.post("/team/info", made, cast.alice.key).data["team_name"] == name


@pytest.mark.parametrize("body", [b'"\xff"', b'{"p": 1e400}', b"[" * 100_000])
def test_what_is_no_json_past_the_first_refusal_is_refused_too(
    server: Server, cast: Cast, body: bytes
) -> None:
    answer = server.request(
        "POST",
        "/team/list",
        params={"app_key": cast.alice.key},
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        (
            "/rum/issue/update",
            {"issue_id": "x", "status": "done"},
            'status must be for_review | reviewed | ignored | resolved, not "done"',
        ),
        (
            "/channel/create",
            {
                "team_id": 1,
                "channel_name": "a",
                "group": {"method": "p", "cases": [{"if": [{"key": "a", "oper": "HAS"}]}]},
            },
            'must be IN | NOTIN, not "HAS"',
        ),
    ],
)
def test_a_value_outside_an_enumeration_is_answered_with_those_inside(
    server: Server, cast: Cast, path: str, body: object, says: str
) -> None:
    answer = server.post(path, body, cast.alice.key)
    assert answer.code == "InvalidParameter"
    assert says in answer.message
