"""What holds for every line of the operation table, whatever it does."""

from collections.abc import Iterator

from tests.cast import Cast
from tests.server import Answer, Server
from tocsin import ops
from tocsin.domain.access import PRESETS, VIEWER, Permission, effective
from tocsin.kernel.operation import OPERATIONS, POST, Kind, Operation

ops.load()
FORM = "multipart/form-data; boundary=x"


def every() -> Iterator[Operation]:
    return (each for _, each in sorted(OPERATIONS.items()) if not each.path.startswith("/probe"))


def call(server: Server, each: Operation, key: str, content: bytes = b"{}") -> Answer:
    # The limits are tested elsewhere, and these calls come in a burst.
    server.clock.advance(2 if each.rate.per_second < 20 else 0.1)
    return Answer(
        server.request(
            each.method,
            each.path,
            params={"app_key": key},
            content=content,
            headers={"Content-Type": FORM if each.takes_file else "application/json"},
        )
    )


def test_every_permission_asked_for_is_one_there_is() -> None:
    asked = {permission for each in every() for permission in each.permission}
    assert asked <= set(Permission)


def test_every_operation_refuses_who_shows_no_good_key(server: Server) -> None:
    for each in every():
        for key in () if each.is_open else ("", "0" * 35, "x" * 500):
            answer = call(server, each, key)
            assert (each.path, answer.status, answer.code) == (each.path, 401, "Unauthorized")


def test_every_operation_refuses_a_viewer_without_its_permission(
    server: Server, cast: Cast
) -> None:
    may = effective([PRESETS[VIEWER]])
    for each in every():
        if each.permission and may.isdisjoint(each.permission):
            answer = call(server, each, cast.charlie.key)
            assert (each.path, answer.status, answer.code) == (each.path, 403, "AccessDenied")
            assert each.permission[0] in answer.message


def test_no_operation_that_a_viewer_may_call_changes_what_is_not_theirs() -> None:
    may = effective([PRESETS[VIEWER]])
    open_writes = {
        each.path
        for each in every()
        if each.kind is Kind.WRITE and (not each.permission or not may.isdisjoint(each.permission))
    }
    # One's own profile and preferences; and what the contract leaves open, though drop rules and
    # merging then ask for the team of the channel.
    own = {path for path in open_writes if path.startswith("/preference/")}
    drop_rules = {path for path in open_writes if path.startswith("/channel/unsubscribe/rule/")}
    # Whoever may set an issue's status may do what else is done to issues.
    issues = {path for path in open_writes if path.startswith("/rum/issue/")}
    contract = {"/alert/merge"} | issues | drop_rules
    profile = {"/member/info/reset", "/session/delete", "/session/revoke"}
    profile |= {path for path in open_writes if path.startswith(("/totp/", "/passkey/"))}
    assert open_writes - own - contract <= profile


def test_every_operation_refuses_what_is_no_object(server: Server, cast: Cast) -> None:
    for each in (one for one in every() if not one.takes_file and one.method == POST):
        for body, code in [
            (b"[]", "InvalidParameter"),
            (b"null", "InvalidParameter"),
            (b"{", "BadRequest"),
            (b'["', "BadRequest"),
            (b'{"a": NaN}', "BadRequest"),
            (b"\xff", "BadRequest"),
            (b"[" * 100_000, "BadRequest"),
        ]:
            answer = call(server, each, cast.alice.key, body)
            assert (each.path, body[:9], answer.status) == (each.path, body[:9], 400)
            assert (each.path, body[:9], answer.code) == (each.path, body[:9], code)


def test_a_refused_call_of_an_audited_operation_leaves_a_row(server: Server, cast: Cast) -> None:
    audited = [each for each in every() if each.audited and not each.is_open]
    refused = {call(server, each, cast.charlie.key, b"[]").body["request_id"] for each in audited}
    start = server.clock.now() // 1000 - 3600
    seen: set[str] = set()
    cursor = ""
    while True:
        window = {"start_time": start, "end_time": start + 7200, "search_after_ctx": cursor}
        page = server.post("/audit/search", {**window, "limit": 99}, cast.alice.key).data
        seen |= {row["request_id"] for row in page["docs"] if row["code"]}
        cursor = page["search_after_ctx"]
        if not cursor:
            break
    assert seen == refused
