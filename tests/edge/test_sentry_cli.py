"""Unmodified sentry-cli, its generations 2 and 3, against a running server."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from random import Random  # noqa: TID251 - the same noise each time
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builds import CRASH, MINIFIED, settle, source_map
from tests.cast import Cast
from tests.edge.build_tool import ORG, Cli
from tests.edge.doors import Keys, application, digest, issues
from tests.server import Server
from tests.tools import need_sentry_cli
from tocsin.domain.artifact import CHUNK_BYTES_MAX, FILE_BYTES_MAX
from tocsin.engine.handlers import work

URL = "https://shop.example.com/assets/app.js"


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


@pytest.fixture(params=[2, 3])
def cli(
    request: pytest.FixtureRequest, server: Server, cast: Cast, keys: Keys, tmp_path: Path
) -> Cli:
    folder = tmp_path / "shop"
    (folder / "dist" / "assets").mkdir(parents=True)
    (folder / "dist" / "assets" / "app.js").write_bytes(MINIFIED)
    (folder / "dist" / "assets" / "app.js.map").write_bytes(source_map())
    return Cli(need_sentry_cli(request.param), server, cast.alice, folder)


def crash(server: Server, keys: Keys, event_id: str = "1" * 32, **more: Any) -> None:
    """An error of the shipped file, as a Sentry SDK sends it."""
    frame = {
        "filename": URL,
        "abs_path": URL,
        "function": "a",
        "lineno": CRASH[0],
        "colno": CRASH[1],
        "in_app": True,
    }
    event = {
        "event_id": event_id,
        "platform": "javascript",
        "release": "shop@1.0",
        "exception": {"values": [{"type": "TypeError", "stacktrace": {"frames": [frame]}}]},
    } | more
    lines = ({"event_id": event_id}, {"type": "event"}, event)
    body = b"\n".join(json.dumps(line).encode() for line in lines)
    path = f"/api/{keys.project}/envelope/"
    assert server.request("POST", path, content=body, headers=keys.auth).status_code == 200
    digest(server)


def frame(server: Server, cast: Cast, issue: Any, event_id: str = "") -> Any:
    wish = {"issue_id": issue["issue_id"], "event_id": event_id}
    shown = server.post("/rum/issue/event/info", wish, cast.alice.key).data
    return shown["exceptions"][-1]["frames"][-1]


def artifacts(server: Server, cast: Cast) -> list[Any]:
    now = server.clock.now()
    window = {"start_time": now - 86_400_000, "end_time": now + 1}
    return list(server.post("/sourcemap/list", window, cast.alice.key).data["items"])


def test_maps_of_a_release_and_dist_lead_errors_back(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    cli("sourcemaps", "upload", "--release", "shop@1.0", "--dist", "7", "--wait", "dist")
    (item,) = artifacts(server, cast)
    assert item["metadata"]["minified_url"] == "~/assets/app.js"
    assert (item["service"], item["version"], item["metadata"]["dist"]) == ("Shop", "shop@1.0", "7")
    crash(server, keys, dist="7")
    crash(server, keys, "2" * 32)
    by_dist = {each["error_count"]: each for each in issues(server, cast, keys)}
    assert by_dist.keys() == {1}
    shown = [frame(server, cast, each) for each in issues(server, cast, keys)]
    assert sorted(each["function"] for each in shown) == ["a", "total"]
    (unmapped,) = [each["unmapped"] for each in shown if each.get("unmapped")]
    assert unmapped == (
        f"No source map was uploaded for {URL} or ~/assets/app.js with release shop@1.0, no dist."
    )


def test_debug_ids_need_no_release(server: Server, cast: Cast, keys: Keys, cli: Cli) -> None:
    cli("sourcemaps", "inject", "dist")
    cli("sourcemaps", "upload", "dist")
    (item,) = artifacts(server, cast)
    debug_id = item["metadata"]["debug_id"]
    assert len(debug_id) == 32
    shipped = (Path(cli._folder) / "dist/assets/app.js").read_text().splitlines()
    line = next(number for number, text in enumerate(shipped, 1) if "function a(b)" in text)
    moved = shipped[line - 1].index("function a(b)")
    image = {"type": "sourcemap", "code_file": URL, "debug_id": debug_id}
    stack = [{"abs_path": URL, "function": "a", "lineno": line, "colno": moved + CRASH[1]}]
    crash(
        server,
        keys,
        release=None,
        debug_meta={"images": [image]},
        exception={"values": [{"type": "TypeError", "stacktrace": {"frames": stack}}]},
    )
    (issue,) = issues(server, cast, keys)
    assert frame(server, cast, issue)["context_line"] == "  return cart.items.length;"


def test_a_late_upload_explains_what_is_stored(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    crash(server, keys)
    cli("sourcemaps", "upload", "--release", "shop@1.0", "dist")
    settle(server)
    (issue,) = issues(server, cast, keys)
    assert frame(server, cast, issue)["function"] == "total"
    crash(server, keys, "2" * 32)
    assert [each["error_count"] for each in issues(server, cast, keys)] == [2]


def test_releases_are_made_finished_listed_and_deleted(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    assert "Created release" in cli("releases", "new", "shop@1.0")
    assert "Finalized release" in cli("releases", "finalize", "shop@1.0")
    cli("releases", "new", "shop@2.0+beta", "--finalize")
    listed = cli("releases", "list")
    assert "shop@1.0" in listed
    assert "shop@2.0+beta" in listed
    assert "shop@1.0" in cli("releases", "info", "shop@1.0")
    cli("sourcemaps", "upload", "--release", "shop@1.0", "dist")
    server.restart()
    moved = {"SENTRY_URL": server.base}
    assert len(artifacts(server, cast)) == 1
    cli("releases", "delete", "shop@1.0", **moved)
    assert artifacts(server, cast) == []
    assert "shop@1.0" not in cli("releases", "list", **moved)
    cli("sourcemaps", "upload", "--release", "shop@1.0", "--wait", "dist", **moved)
    assert len(artifacts(server, cast)) == 1


def test_it_says_who_and_where_it_is(server: Server, cast: Cast, keys: Keys, cli: Cli) -> None:
    assert "Alice" in cli("info")
    assert "shop" in cli("projects", "list")
    assert ORG in cli("organizations", "list")


def test_a_wrong_key_organization_or_project_is_told_apart(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    upload = ("sourcemaps", "upload", "--release", "1", "dist")
    assert "app_key is not a valid one" in cli(*upload, ok=False, SENTRY_AUTH_TOKEN="wrong")
    assert "belongs to the organization acme" in cli(*upload, ok=False, SENTRY_ORG="other")
    assert "no application goes by web" in cli(*upload, ok=False, SENTRY_PROJECT="web")
    assert "Applications Manage" in cli(*upload, ok=False, SENTRY_AUTH_TOKEN=cast.charlie.key)
    assert "Applications Manage" in cli(
        "releases", "new", "1", ok=False, SENTRY_AUTH_TOKEN=cast.charlie.key
    )
    cli(*upload, SENTRY_PROJECT=keys.application_id, SENTRY_ORG=str(cast.account_id))
    assert len(artifacts(server, cast)) == 1


def test_a_large_bundle_comes_in_chunks(
    server: Server, cast: Cast, keys: Keys, cli: Cli, tmp_path: Path
) -> None:
    noise = Random(1).randbytes(CHUNK_BYTES_MAX).hex()
    source = (
        f"function total(cart: any) {{\n  return cart.items.length; // {noise}\n}}\ntotal({{}});\n"
    )
    (tmp_path / "shop/dist/assets/app.js.map").write_bytes(source_map(source))
    cli("sourcemaps", "upload", "--release", "shop@1.0", "--wait", "dist")
    crash(server, keys)
    (issue,) = issues(server, cast, keys)
    assert frame(server, cast, issue)["filename"] == "src/cart.ts"


def sent(server: Server, key: str, bundle: bytes) -> Any:
    """What comes of a bundle that is sent without the tool."""
    name = hashlib.sha1(bundle).hexdigest()
    headers = {"Authorization": f"Bearer {key}"}
    base = f"/api/0/organizations/{ORG}"
    parts = [
        bundle[at : at + CHUNK_BYTES_MAX] for at in range(0, len(bundle) or 1, CHUNK_BYTES_MAX)
    ]
    names = [hashlib.sha1(part).hexdigest() for part in parts]
    files = [("file", (each, part)) for each, part in zip(names, parts, strict=True)]
    answer = server.request("POST", f"{base}/chunk-upload/", files=files, headers=headers)
    assert answer.status_code == 200, answer.text
    wish = {"checksum": name, "chunks": names, "projects": ["shop"], "version": "1"}
    path = f"{base}/artifactbundle/assemble/"
    return server.request("POST", path, json=wish, headers=headers).json()


def packed(files: dict[str, bytes], manifest: Any = None) -> bytes:
    """An artifact bundle."""
    described = {
        f"files/{name}": {"type": "source_map", "url": f"~/{name}", "headers": {}} for name in files
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest or {"files": described}))
        for name, content in files.items():
            archive.writestr(f"files/{name}", content)
    return b"SYSB\x02\x00\x00\x00" + whole.getvalue()


def test_a_chunk_that_was_lost_is_asked_for_again(
    server: Server, cast: Cast, keys: Keys, tmp_path: Path
) -> None:
    sent(server, cast.alice.key, packed({"a.js.map": source_map()}))
    (chunk,) = (tmp_path / "files").rglob("chunks/*")
    chunk.unlink()
    # Of another bundle with the same chunk, as this one is filed already.
    wish = {"checksum": "0" * 40, "chunks": [chunk.name], "projects": ["shop"], "version": "1"}
    path = f"/api/0/organizations/{ORG}/artifactbundle/assemble/"
    headers = {"Authorization": f"Bearer {cast.alice.key}"}
    lost, again = (
        server.request("POST", path, json=wish, headers=headers).json() for _ in range(2)
    )
    assert (lost["state"], "is gone" in lost["detail"]) == ("error", True)
    assert (again["state"], again["missingChunks"]) == ("not_found", [chunk.name])


def test_bombs_and_junk_are_refused_with_a_reason(
    server: Server, cast: Cast, keys: Keys, tmp_path: Path
) -> None:
    key = cast.alice.key
    refusals = {
        "is larger than 67108864 bytes": packed({"a.js.map": bytes(FILE_BYTES_MAX + 1)}),
        "no artifact bundle": b"junk",
        "manifest cannot be read": packed({}, manifest=[1]),
        "its manifest is larger": packed({}, manifest="x" * (33 * 1024 * 1024)),
        "cannot be read": packed({}, {"files": {"gone": {"type": "source_map", "url": "~/a"}}}),
        "may hold 60000 files": packed({str(number): b"" for number in range(60_001)}),
    }
    for reason, bundle in refusals.items():
        said = sent(server, key, bundle)
        assert said["state"] == "error", reason
        assert reason in said["detail"]
    damaged = packed({"a.js.map": source_map() * 40})
    at = damaged.index(b"files/a.js.map") + 20
    said = sent(server, key, damaged[:at] + b"\xff" * 8 + damaged[at + 8 :])
    assert said["state"] == "error"
    assert artifacts(server, cast) == []
    assert sent(server, key, packed({"a.js.map": source_map()}))["state"] == "ok"


def test_chunks_are_what_their_names_say(server: Server, cast: Cast, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {cast.alice.key}"}
    path = f"/api/0/organizations/{ORG}/chunk-upload/"
    for name in ("0" * 40, "../../tocsin.db", ""):
        files = [("file", (name or "x", b"content"))]
        answer = server.request("POST", path, files=files, headers=headers)
        assert answer.status_code == 400, name
        assert "is damaged" in answer.json()["detail"]
    large = bytes(CHUNK_BYTES_MAX + 1)
    files = [("file", (hashlib.sha1(large).hexdigest(), large))]
    assert server.request("POST", path, files=files, headers=headers).status_code == 413
    assert server.request("POST", path, files=files).status_code == 401
    wish = {"checksum": "../x", "chunks": ["a"], "projects": ["shop"]}
    place = f"/api/0/organizations/{ORG}/artifactbundle/assemble/"
    assert server.request("POST", place, json=wish, headers=headers).status_code == 400
    nul = {"checksum": "0" * 40, "chunks": ["0" * 40], "projects": ["shop"], "version": "\0"}
    assert server.request("POST", place, json=nul, headers=headers).status_code == 400
    unknown = server.request("POST", "/api/0/projects/acme/shop/reprocessing/", headers=headers)
    assert unknown.status_code == 404
    assert "debug files are kept" in unknown.json()["detail"]


def test_no_more_waits_on_disk_than_an_account_may_have(
    server: Server, cast: Cast, keys: Keys
) -> None:
    server.database.site = replace(server.database.site, files_bytes_max=CHUNK_BYTES_MAX)
    assert sent(server, cast.alice.key, packed({"a.js.map": source_map()}))["state"] == "ok"
    chunk = bytes(CHUNK_BYTES_MAX)
    files = [("file", (hashlib.sha1(chunk).hexdigest(), chunk))]
    headers = {"Authorization": f"Bearer {cast.alice.key}"}
    path = f"/api/0/organizations/{ORG}/chunk-upload/"
    answer = server.request("POST", path, files=files, headers=headers)
    assert answer.status_code == 413
    assert "this account may use 8388608" in answer.json()["detail"]


def test_what_is_not_used_goes_release_by_release(
    server: Server, cast: Cast, keys: Keys, tmp_path: Path
) -> None:
    sent(server, cast.alice.key, packed({"a.js.map": source_map()}))
    server.clock.advance(89 * 86_400)
    sent(server, cast.alice.key, packed({"b.js.map": source_map(name="b.ts")}))
    server.clock.advance(2 * 86_400)
    sweep(server)
    assert held(tmp_path) == 2
    server.clock.advance(87 * 86_400)
    sweep(server)
    assert held(tmp_path) == 0


def sweep(server: Server) -> None:
    """Have an engine forget what nobody needs, today and tomorrow."""
    for _ in range(2):
        for each in work(server.database, server.settings).sweepers:
            with server.database.write() as tx:
                each(tx, 1000)
        server.clock.advance(86_400)


def held(folder: Path) -> int:
    """Files in the store, those of bundles on their way among them."""
    return len([each for each in (folder / "files").rglob("*") if each.is_file()])
