"""Source maps as flashcat-cli uploads them, and what they make of errors, on both databases."""

import io
import json
import zlib
from random import Random  # noqa: TID251 - the same noise each time
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builds import CRASH, by_flashcat, settle, source_map
from tests.cast import Cast
from tests.edge.doors import Keys, application, digest, issues
from tests.server import Server
from tocsin.domain.artifact import FILE_BYTES_MAX

URL = "https://shop.example.com/assets/app.js?v=3"


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def crash(server: Server, keys: Keys, event_id: str = "1" * 32, **more: Any) -> None:
    """An error of the shipped file, as a RUM SDK sends it."""
    line, column = CRASH
    stack = f"TypeError: no items\n  at a @ {URL}:{line}:{column}"
    event = {
        "type": "error",
        "date": server.clock.now(),
        "service": "web",
        "version": "1.0",
        "error": {
            "id": event_id,
            "message": "no items",
            "type": "TypeError",
            "source": "source",
            "stack": stack,
        },
    } | more
    path = f"/api/v2/rum?dd-api-key={keys.client_token}&ddsource=browser"
    assert server.request("POST", path, content=json.dumps(event).encode()).status_code == 202
    digest(server)


def frame(server: Server, cast: Cast, issue_id: str, event_id: str = "") -> Any:
    wish = {"issue_id": issue_id, "event_id": event_id}
    shown = server.post("/rum/issue/event/info", wish, cast.alice.key).data
    return shown["exceptions"][-1]["frames"][-1], shown["grouping"]


def listed(server: Server, cast: Cast, **wish: Any) -> Any:
    now = server.clock.now()
    window = {"start_time": now - 86_400_000, "end_time": now + 1}
    return server.post("/sourcemap/list", window | wish, cast.alice.key).data


def test_an_uploaded_map_shows_where_an_error_was_written(
    server: Server, cast: Cast, keys: Keys
) -> None:
    assert by_flashcat(server, cast.alice.key).status_code == 200
    crash(server, keys)
    (issue,) = issues(server, cast, keys)
    shown, grouping = frame(server, cast, issue["issue_id"])
    assert (shown["function"], shown["filename"]) == ("total", "src/cart.ts")
    assert (shown["line"], shown["column"]) == (2, 15)
    assert shown["context_line"] == "  return cart.items.length;"
    assert shown["pre_context"] == ["function total(cart: any) {"]
    assert shown["abs_path"] == "webpack:///./src/cart.ts"
    assert shown["minified"]["function"] == "a"
    assert (shown["minified"]["line"], shown["minified"]["column"]) == CRASH
    assert grouping["parts"] == ["TypeError", "cart.ts total return cart.items.length;"]


@pytest.mark.effect("/sourcemap/list", seen_by="/sourcemap/list")
def test_uploads_are_listed_and_replace_their_like(server: Server, cast: Cast) -> None:
    by_flashcat(server, cast.alice.key)
    listed(server, cast)
    server.restart()
    server.clock.advance(1)
    by_flashcat(server, cast.bob.key, source_map(name="other.ts"), is_zipped=False)
    by_flashcat(server, cast.bob.key, version="1.1")
    page = listed(server, cast, versions=["1.0"])
    assert page["total"] == 1
    (item,) = page["items"]
    assert item["key"] == "browser/web/1.0/app.js"
    assert item["updated_at"] == item["created_at"] + 1
    assert item["git_commit_sha"] == "0" * 40
    assert item["metadata"]["minified_url"] == "~/assets/app.js"
    assert listed(server, cast)["total"] == 2
    assert listed(server, cast, query="APP.js", services=["web"])["total"] == 2
    assert listed(server, cast, services=["api"])["items"] == []
    assert listed(server, cast, type="ios")["total"] == 0


def test_a_frame_without_a_map_says_what_was_looked_for(
    server: Server, cast: Cast, keys: Keys
) -> None:
    by_flashcat(server, cast.alice.key, version="2.0")
    crash(server, keys)
    (issue,) = issues(server, cast, keys)
    shown, _ = frame(server, cast, issue["issue_id"])
    assert shown["unmapped"] == (
        "No source map was uploaded for https://shop.example.com/assets/app.js or ~/assets/app.js"
        " with release 1.0, no dist."
    )


def test_a_map_that_does_not_help_says_why(server: Server, cast: Cast, keys: Keys) -> None:
    by_flashcat(server, cast.alice.key, b"<html>")
    crash(server, keys)
    by_flashcat(server, cast.alice.key, json.dumps({"version": 3, "sources": []}).encode())
    crash(server, keys, "2" * 32)
    (issue,) = issues(server, cast, keys)
    broken, _ = frame(server, cast, issue["issue_id"], "1" * 32)
    assert "uploaded for ~/assets/app.js cannot be read: bad json" in broken["unmapped"]
    silent, _ = frame(server, cast, issue["issue_id"], "2" * 32)
    assert "has nothing at line 1, column 24" in silent["unmapped"]


def test_a_late_map_explains_stored_errors_and_splits_nothing(
    server: Server, cast: Cast, keys: Keys
) -> None:
    crash(server, keys)
    (issue,) = issues(server, cast, keys)
    assert frame(server, cast, issue["issue_id"])[0]["function"] == "a"
    by_flashcat(server, cast.alice.key)
    crash(server, keys, "2" * 32)
    assert [each["error_count"] for each in issues(server, cast, keys)] == [2]
    settle(server)
    shown, grouping = frame(server, cast, issue["issue_id"], "1" * 32)
    assert shown["function"] == "total"
    assert grouping["parts"] == ["TypeError", "cart.ts total return cart.items.length;"]
    crash(server, keys, "3" * 32, version="1.1")
    by_flashcat(server, cast.alice.key, version="1.1")
    crash(server, keys, "4" * 32, version="1.1")
    assert [each["error_count"] for each in issues(server, cast, keys)] == [4]


def test_short_names_of_another_release_do_not_lead_to_its_issue(
    server: Server, cast: Cast, keys: Keys
) -> None:
    crash(server, keys)
    other = source_map(name="webpack:///./src/price.ts")
    by_flashcat(server, cast.alice.key, other, version="2.0")
    crash(server, keys, "2" * 32, version="2.0")
    assert [each["error_count"] for each in issues(server, cast, keys)] == [1, 1]


def test_only_who_manages_applications_uploads(server: Server, cast: Cast) -> None:
    assert by_flashcat(server, "").status_code == 401
    assert by_flashcat(server, "wrong").status_code == 401
    assert by_flashcat(server, cast.charlie.key).status_code == 403
    assert listed(server, cast)["total"] == 0


def test_what_cannot_be_kept_is_refused_with_a_reason(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    for event in (
        *({"service": ""}, {"version": ""}, {"minified_url": ""}, {"type": "ios_symbols"}),
        *({"minified_url": "https://[x"}, {"git_commit_sha": "\0"}, {"minified_url": "/" * 2000}),
        *({"version": "1" * 201}, {"service": 7}),
    ):
        refused = by_flashcat(server, key, **event)
        assert refused.status_code == 400
        assert refused.json()["error"]["code"] == "InvalidParameter"
    headers = {"DD-API-KEY": key, "Content-Type": "multipart/form-data; boundary=x"}
    for body, encoding in ((b"junk", ""), (b"junk", "gzip"), (b"junk", "br"), (b"", "gzip")):
        more = headers | ({"Content-Encoding": encoding} if encoding else {})
        answer = server.request("POST", "/sourcemap/upload", content=body, headers=more)
        assert answer.status_code == 400, (body, encoding, answer.text)
    plain = {"DD-API-KEY": key, "Content-Type": "application/json"}
    assert server.request("POST", "/sourcemap/upload", headers=plain).status_code == 400
    assert server.request("GET", "/sourcemap/upload", headers=headers).status_code == 400
    assert listed(server, cast)["total"] == 0


def test_a_bomb_and_a_huge_map_are_refused_and_leave_nothing(
    server: Server, cast: Cast, tmp_path: Any
) -> None:
    head = (
        b'--x\r\nContent-Disposition: form-data; name="source_map"; filename="source_map"\r\n\r\n'
    )
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = io.BytesIO()
    body.write(packing.compress(head))
    zeros = bytes(1024 * 1024)
    for _ in range(200):
        body.write(packing.compress(zeros))
    body.write(packing.compress(b"\r\n--x--\r\n") + packing.flush())
    headers = {
        "DD-API-KEY": cast.alice.key,
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Encoding": "gzip",
    }
    answer = server.request("POST", "/sourcemap/upload", content=body.getvalue(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "EntityTooLarge"
    large = by_flashcat(server, cast.alice.key, bytes(FILE_BYTES_MAX + 1))
    assert large.status_code == 413
    assert "at most 67108864 bytes" in large.json()["error"]["message"]
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


def test_equal_files_take_their_place_once(server: Server, cast: Cast, tmp_path: Any) -> None:
    for version in ("1.0", "1.1"):
        by_flashcat(server, cast.alice.key, version=version)
    kept = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    assert len(kept) == 2
    assert all(len(each.name) == 64 for each in kept)


def test_an_account_cannot_take_more_disk_than_it_may(server: Server, cast: Cast) -> None:
    server.database.site = replace(server.database.site, files_bytes_max=1_500)
    assert by_flashcat(server, cast.alice.key).status_code == 200
    noise = source_map(Random(1).randbytes(2_000).hex())
    refused = by_flashcat(server, cast.alice.key, noise, version="2.0")
    assert refused.status_code == 413
    assert "this account may use 1500" in refused.json()["error"]["message"]
    assert listed(server, cast)["total"] == 1
    assert by_flashcat(server, cast.alice.key, version="3.0").status_code == 200


@pytest.mark.effect("/sourcemap/stack/enrich", seen_by="/sourcemap/stack/enrich")
def test_a_stack_as_text_is_told_in_the_words_of_its_source(server: Server, cast: Cast) -> None:
    by_flashcat(server, cast.alice.key)
    line, column = CRASH
    stack = f"TypeError: no items\n  at a @ {URL}:{line}:{column}\n  at b @ https://x/y.js:1:2"
    wish = {"type": "browser", "service": "web", "version": "1.0", "stack": stack, "near": 1}
    server.post("/sourcemap/stack/enrich", wish, cast.charlie.key)
    server.restart()
    told, other = server.post("/sourcemap/stack/enrich", wish, cast.charlie.key).data["frames"]
    assert (told["file"], told["function"], told["line"]) == ("src/cart.ts", "total", 2)
    assert told["converted"]
    assert told["code_snippets"] == [
        {"line": 1, "code": "function total(cart: any) {"},
        {"line": 2, "code": "  return cart.items.length;"},
        {"line": 3, "code": "}"},
    ]
    assert told["minified"] == {"file": URL, "function": "a", "line": line, "column": column}
    assert (other["converted"], other["code_snippets"]) == (False, [])
    assert "~/y.js with release 1.0" in other["reason"]
    elsewhere = server.post("/sourcemap/stack/enrich", wish | {"service": "api"}, cast.alice.key)
    assert not any(each["converted"] for each in elsewhere.data["frames"])
    flutter = server.post("/sourcemap/stack/enrich", wish | {"type": "flutter"}, cast.alice.key)
    assert flutter.code == "InvalidParameter"


def test_late_maps_reach_every_issue_and_leave_each_its_own(
    server: Server, cast: Cast, keys: Keys
) -> None:
    by_flashcat(server, cast.alice.key, version="2.0")
    crash(server, keys, "0" * 32, version="2.0")
    line, column = CRASH
    for number in range(12):
        stack = f"Fault{number}: x\n  at a @ {URL}:{line}:{column}"
        error = {"id": f"{number + 1:032}", "type": f"Fault{number}", "source": "source"}
        crash(server, keys, error=error | {"message": "x", "stack": stack})
    crash(server, keys, "f" * 32)
    before = {each["issue_id"]: each["error_count"] for each in issues(server, cast, keys)}
    assert list(before.values()) == [1] * 14
    by_flashcat(server, cast.alice.key)
    settle(server)
    after = {each["issue_id"]: each["error_count"] for each in issues(server, cast, keys)}
    assert after == before
    assert {frame(server, cast, each)[0]["function"] for each in after} == {"total"}
    crash(server, keys, "e" * 32)
    counts = [each["error_count"] for each in issues(server, cast, keys)]
    assert sorted(counts) == [1] * 13 + [2]
