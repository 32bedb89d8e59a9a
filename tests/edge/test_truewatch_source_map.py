"""Source maps by the TrueWatch API, in parts, on both databases."""

import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from tests.builds import CRASH, MINIFIED, source_map
from tests.cast import Cast
from tests.edge.doors import Keys, application, digest, issues
from tests.edge.test_truewatch import call, content, make_key, refused
from tests.server import Server

BASE = "rum_sourcemap"


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


@pytest.fixture
def key(server: Server, cast: Cast) -> str:
    return make_key(server, cast, cast.alice)


def begin(server: Server, key: str, keys: Keys, **wish: Any) -> httpx.Response:
    said = {"appId": keys.application_id, "version": "1.0", "env": "prod", "needCover": False}
    return call(server, "POST", f"{BASE}/multipart_upload_init", key, said | wish)


def part(server: Server, key: str, upload: str, index: int, data: bytes) -> httpx.Response:
    return server.request(
        "POST",
        f"/api/v1/{BASE}/upload_part",
        headers={"DF-API-KEY": key},
        data={"uploadId": upload, "chunkIndex": str(index)},
        files={"files": ("part", data)},
    )


def end(server: Server, key: str, what: str, upload: str) -> httpx.Response:
    return call(server, "POST", f"{BASE}/{what}", key, {"uploadId": upload})


def packed() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/app.js", MINIFIED)
        archive.writestr("assets/app.js.map", source_map())
    return whole.getvalue()


def upload(server: Server, key: str, keys: Keys, data: bytes, **wish: Any) -> httpx.Response:
    name = content(begin(server, key, keys, **wish))["uploadId"]
    half = len(data) // 2
    for index, piece in ((2, data[half:]), (1, data[:half])):
        assert content(part(server, key, name, index, piece)) is True
    return end(server, key, "part_merge", name)


def listed(server: Server, cast: Cast) -> list[Any]:
    now = server.clock.now()
    window = {"start_time": now - 86_400_000, "end_time": now + 1}
    return list(server.post("/sourcemap/list", window, cast.alice.key).data["items"])


def test_a_zip_in_parts_leads_errors_back(server: Server, cast: Cast, keys: Keys, key: str) -> None:
    assert content(upload(server, key, keys, packed())) is True
    server.restart()
    (item,) = listed(server, cast)
    assert item["metadata"]["minified_url"] == "~/assets/app.js"
    stack = f"TypeError: x\n  at a @ https://x/assets/app.js:{CRASH[0]}:{CRASH[1]}"
    error = {"message": "x", "type": "TypeError", "source": "source", "stack": stack}
    event = {"type": "error", "service": "web", "version": "1.0", "error": error}
    path = f"/api/v2/rum?dd-api-key={keys.client_token}&ddsource=browser"
    assert server.request("POST", path, content=json.dumps(event).encode()).status_code == 202
    digest(server)
    (issue,) = issues(server, cast, keys)
    wish = {"issue_id": issue["issue_id"]}
    shown = server.post("/rum/issue/event/info", wish, cast.alice.key).data
    assert shown["exceptions"][0]["frames"][0]["function"] == "total"


def test_what_is_there_is_replaced_only_when_asked_for(
    server: Server, cast: Cast, keys: Keys, key: str
) -> None:
    content(upload(server, key, keys, packed()))
    assert refused(begin(server, key, keys)) == (400, "ft.InvalidParameter")
    server.clock.advance(61)
    assert content(upload(server, key, keys, packed(), needCover="true")) is True
    assert len(listed(server, cast)) == 1


def test_an_upload_that_is_not_whole_is_refused(
    server: Server, cast: Cast, keys: Keys, key: str
) -> None:
    name = content(begin(server, key, keys))["uploadId"]
    assert refused(end(server, key, "part_merge", name)) == (400, "ft.InvalidParameter")
    for index in (1, 3):
        content(part(server, key, name, index, b"x"))
    assert refused(end(server, key, "part_merge", name)) == (400, "ft.InvalidParameter")
    content(part(server, key, name, 2, b"x"))
    broken = end(server, key, "part_merge", name)
    assert refused(broken) == (400, "ft.InvalidParameter")
    assert "no artifact bundle" in broken.json()["message"]
    server.clock.advance(61)
    assert content(end(server, key, "upload_cancel", name)) is True
    assert refused(end(server, key, "part_merge", name)) == (404, "ft.NotFoundIssue")
    assert refused(part(server, key, name, 0, b"x")) == (404, "ft.NotFoundIssue")
    assert listed(server, cast) == []


def test_only_who_manages_applications_uploads_and_parts_are_bounded(
    server: Server, cast: Cast, keys: Keys, key: str
) -> None:
    viewer = make_key(server, cast, cast.charlie)
    assert refused(begin(server, viewer, keys)) == (403, "ft.NoPermission")
    assert refused(part(server, viewer, "x", 0, b"x")) == (403, "ft.NoPermission")
    assert refused(part(server, "wrong", "x", 0, b"x")) == (403, "ft.InvalidAPIKey")
    large = bytes(10 * 1024 * 1024 + 1)
    assert refused(part(server, key, "x", 0, large)) == (413, "ft.EntityTooLarge")
    for data in ({"uploadId": "x"}, {"uploadId": "x", "chunkIndex": "-1"}):
        answer = server.request(
            "POST",
            f"/api/v1/{BASE}/upload_part",
            headers={"DF-API-KEY": key},
            data=data,
            files={"files": ("part", b"x")},
        )
        assert refused(answer) == (400, "ft.InvalidParameter")
    empty = server.request("POST", f"/api/v1/{BASE}/upload_part", headers={"DF-API-KEY": key})
    assert refused(empty) == (400, "ft.InvalidParameter")


def test_an_upload_is_looked_at_asked_and_deleted(
    server: Server, cast: Cast, keys: Keys, key: str
) -> None:
    def asked(path: str, **query: str) -> httpx.Response:
        return call(server, "GET", f"{BASE}/{path}", key, **query)

    name = content(begin(server, key, keys))["uploadId"]
    content(part(server, key, name, 1, b"abc"))
    assert content(asked("part_list", uploadId=name)) == [{"chunkIndex": 1, "size": 3}]
    content(end(server, key, "upload_cancel", name))
    server.clock.advance(61)
    content(upload(server, key, keys, packed()))
    server.restart()
    (row,) = content(asked("list", appId=keys.application_id))
    assert (row["version"], row["fileCount"], row["appId"]) == ("1.0", 1, keys.application_id)
    of_release = {"appId": keys.application_id, "version": "1.0", "env": "prod"}
    stack = f"TypeError: x\n  at a @ https://x/assets/app.js:{CRASH[0]}:{CRASH[1]}"
    told = content(call(server, "POST", f"{BASE}/parse_stack", key, of_release | {"stack": stack}))
    assert told["errorStackSource"] == "  at total @ src/cart.ts:2:15"
    assert told["frames"][0]["code"] == "  return cart.items.length;"
    viewer = make_key(server, cast, cast.charlie)
    assert refused(call(server, "POST", f"{BASE}/delete", viewer, of_release))[0] == 403
    server.clock.advance(61)
    assert content(call(server, "POST", f"{BASE}/delete", key, of_release)) is True
    assert content(asked("list", appId=keys.application_id)) == []
    assert refused(call(server, "POST", f"{BASE}/delete", key, of_release))[0] == 404
    assert refused(asked("list", appId="nobody"))[0] == 404
