"""Debug files of phones' programs as flashcat-cli and its Gradle plugin upload them, and the crashes
that a RUM SDK tells of such programs."""

import gzip
import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from tests.builds import settle
from tests.cast import Cast
from tests.edge.doors import Keys, application, digest, issues
from tests.edge.test_debug_files import BUILD, DIVIDES, LIBRARY, LOADED, MAPPING, RETURNS
from tests.edge.test_source_map_door import listed
from tests.server import Server

NAME = "shop-release-17"
"""What a build calls itself where it does not count in UUIDs."""
WRITTEN = [("total", "crash.c", 5), ("price", "crash.c", 3), ("divide", "crash.c", 1)]
GNU_BUILD_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def upload(server: Server, key: str, part: str, content: bytes, **event: Any) -> httpx.Response:
    files = {
        # With a file name, as the uploader of dSYMs has it.
        "event": ("event", json.dumps(event).encode(), "application/json"),
        part: ("file", content, "application/octet-stream"),
    }
    headers = {"DD-API-KEY": key, "DD-EVP-ORIGIN": "flashcat-cli_dsyms"}
    return server.request("POST", "/sourcemap/upload", files=files, headers=headers)


def crash(server: Server, keys: Keys, kind: str, stack: str, **more: Any) -> None:
    images = more.pop("binary_images", [])
    error = {"id": f"{len(stack):032}", "type": "SIGFPE", "message": "crashed", "source": "source"}
    error |= {"stack": stack, "is_crash": True, "binary_images": images, "source_type": kind}
    event = {"type": "error", "service": "shop", "version": "1.0", "error": error} | more
    path = f"/api/v2/rum?dd-api-key={keys.client_token}&ddsource={kind}"
    assert server.request("POST", path, content=json.dumps(event).encode()).status_code == 202
    digest(server)


def thrown(server: Server, cast: Cast, keys: Keys) -> Any:
    """The last exception of the newest event of the newest issue."""
    issue = issues(server, cast, keys)[0]
    wish = {"issue_id": issue["issue_id"]}
    return server.post("/rum/issue/event/info", wish, cast.alice.key).data["exceptions"][-1]


def calls(shown: Any) -> list[tuple[str, str, int]]:
    return [
        (each.get("function", ""), each.get("filename", "").rpartition("/")[2], each.get("line", 0))
        for each in shown["frames"]
    ]


def dsym() -> bytes:
    """An archive laid out as Xcode does; what is code in it is an ELF file, which is told alike."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("Shop.dSYM/Contents/Info.plist", "<plist/>")
        archive.writestr(
            "Shop.dSYM/Contents/Resources/DWARF/Shop", gzip.decompress(LIBRARY.read_bytes())
        )
    return whole.getvalue()


def test_a_dsym_tells_a_crash_that_came_before_it(server: Server, cast: Cast, keys: Keys) -> None:
    stack = (
        f"0   Shop   {LOADED + DIVIDES:#018x} {LOADED:#x} + {DIVIDES}\n"
        f"1   Shop   {LOADED + RETURNS:#018x} {LOADED:#x} + {RETURNS}\n"
        "2   UIKitCore   0x00000001a0b0c0d0 -[UIView show] + 44\n"
    )
    images = [
        {"name": "Shop", "uuid": BUILD.upper(), "load_address": hex(LOADED), "is_system": False},
        {"name": "UIKitCore", "uuid": "", "load_address": "0x1a0b00000", "is_system": True},
    ]
    crash(server, keys, "ios", stack, binary_images=images)
    before = thrown(server, cast, keys)
    assert [name for name, _, _ in calls(before)] == ["-[UIView show]", "", ""]
    assert f"debug id {BUILD.replace('-', '')}" in before["frames"][-1]["unmapped"]
    sent = upload(server, cast.alice.key, "symbols_archive", dsym(), type="ios_symbols", uuids="A")
    assert sent.status_code == 200, sent.text
    settle(server)
    told = calls(thrown(server, cast, keys))
    assert told == [("-[UIView show]", "", 0), *WRITTEN]
    assert listed(server, cast, type="android", uuid=BUILD[:8].upper())["total"] == 1


def test_symbols_of_native_code_on_android_tell_its_crashes(
    server: Server, cast: Cast, keys: Keys
) -> None:
    event = {"type": "ndk_symbol_file", "service": "shop", "version": "1.0", "arch": "arm64"}
    library = gzip.decompress(LIBRARY.read_bytes())
    sent = upload(server, cast.alice.key, "ndk_symbol_file", library, **event, build_id=NAME)
    assert sent.status_code == 200, sent.text
    place = "/data/app/lib/arm64/libshop.so"
    stack = (
        f"#00 pc {DIVIDES:016x}  {place} (BuildId: {GNU_BUILD_ID})\n"
        f"#01 pc {RETURNS:016x}  {place} (run+12) (BuildId: {GNU_BUILD_ID})\n"
        "#02 pc 0000000000001234  /apex/com.android.runtime/lib64/libc.so (__start+44)\n"
    )
    crash(server, keys, "android", stack)
    shown = thrown(server, cast, keys)
    assert shown["frames"][0]["in_app"] is False
    assert calls(shown)[1:] == WRITTEN


def test_a_mapping_tells_the_names_of_a_build(server: Server, cast: Cast, keys: Keys) -> None:
    event = {"type": "jvm_mapping_file", "service": "shop", "version": "1.0", "variant": "release"}
    sent = upload(
        server, cast.alice.key, "jvm_mapping_file", MAPPING.encode(), **event, build_id=NAME
    )
    assert sent.status_code == 200, sent.text
    server.restart()
    assert listed(server, cast, type="android", build_id=NAME)["total"] == 1
    stack = "a.c: empty\n\tat a.b.a(SourceFile:10)\n\tat android.os.Looper.loop(Looper.java:1)"
    crash(server, keys, "android", stack, build_id=NAME)
    told = calls(thrown(server, cast, keys))
    assert [each[0] for each in told] == ["loop", "total", "of"]
    assert told[-1][2] == 77


def test_a_stack_as_text_is_told_by_debug_files(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    upload(server, key, "symbols_archive", dsym(), type="ios_symbols", uuids="A")
    mapping = {"type": "jvm_mapping_file", "build_id": NAME}
    upload(server, key, "jvm_mapping_file", MAPPING.encode(), **mapping)

    def told(kind: str, stack: str, **more: Any) -> Any:
        wish = {"type": kind, "service": "shop", "version": "1.0", "stack": stack, **more}
        return server.post("/sourcemap/stack/enrich", wish, cast.charlie.key).data["frames"]

    stack = f"0   Shop   {LOADED + DIVIDES:#018x} {LOADED:#x} + {DIVIDES}"
    image = {"name": "Shop", "uuid": BUILD, "load_address": hex(LOADED)}
    divides, price = told("ios", stack, binary_images=[image])
    assert (divides["function"], divides["line"], divides["converted"]) == ("divide", 1, True)
    assert (price["function"], price["module"]) == ("price", "Shop")
    (unknown,) = told("ios", stack)
    assert "send build_id or binary_images" in unknown["reason"]
    thrown = "a.c: empty\n\tat a.b.a(SourceFile:10)"
    of, total = told("android", thrown, build_id=NAME)
    assert (of["class_name"], of["method_name"], of["line"]) == ("shop.Price", "of", 77)
    assert (total["function"], total["minified"]["function"]) == ("total", "a")


def test_what_is_no_debug_file_is_refused(server: Server, cast: Cast) -> None:
    key = cast.alice.key
    for part, kind, content in (
        ("symbols_archive", "ios_symbols", b"no zip"),
        ("jvm_mapping_file", "jvm_mapping_file", b"nothing -> mapped"),
        ("ndk_symbol_file", "ndk_symbol_file", b"\x7fELF" + bytes(60)),
        ("other", "ios_symbols", dsym()),
        ("other", "flutter_symbol_file", b""),
    ):
        answer = upload(server, key, part, content, type=kind)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidParameter")
