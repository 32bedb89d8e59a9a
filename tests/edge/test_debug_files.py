"""Debug files of compiled programs: sent by unmodified sentry-cli, applied to what their SDKs send."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.builds import settle
from tests.cast import Cast
from tests.edge.build_tool import Cli
from tests.edge.doors import Keys, application, digest, issues
from tests.server import Server
from tests.tools import need_sentry_cli

LIBRARY = Path(__file__).parent / "fixtures" / "libshop.so.gz"
"""Of libshop.c beside it, by `gcc -g -O1 -shared -nostdlib`."""
BUILD = "67452301-ab89-efcd-0123-456789abcdef"
LOADED = 0x7F00_0000_0000
DIVIDES, RETURNS = 0x102A, 0x1032
BREAKPAD = f"""MODULE Linux x86_64 {"C0FFEE" * 5}01A shop-menu
FILE 0 /src/menu.c
FUNC 2000 10 0 draw_menu
2000 10 12 0
"""
MAPPING = """shop.Cart -> a.b:
    int total(java.util.List) -> a
    10:10:int shop.Price.of(java.lang.String):77:77 -> a
    10:10:int total(java.util.List):41 -> a
shop.EmptyCart -> a.c:
"""
MAPPED = "5db7294d-87fc-4726-a5c0-4a90679657a5"


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


@pytest.fixture(params=[2, 3])
def cli(
    request: pytest.FixtureRequest, server: Server, cast: Cast, keys: Keys, tmp_path: Path
) -> Cli:
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "libshop.so").write_bytes(gzip.decompress(LIBRARY.read_bytes()))
    (folder / "menu.sym").write_text(BREAKPAD)
    (folder / "mapping.txt").write_text(MAPPING)
    return Cli(need_sentry_cli(request.param), server, cast.alice, folder)


def crash(server: Server, keys: Keys, event_id: str, event: dict[str, Any]) -> None:
    lines = ({"event_id": event_id}, {"type": "event"}, {"event_id": event_id, **event})
    body = b"\n".join(json.dumps(line).encode() for line in lines)
    path = f"/api/{keys.project}/envelope/"
    assert server.request("POST", path, content=body, headers=keys.auth).status_code == 200
    digest(server)


def native(*addresses: int, debug_id: str = BUILD) -> dict[str, Any]:
    """A crash as a native SDK sends it, the oldest call first."""
    frames = [{"instruction_addr": hex(at), "package": "libshop.so"} for at in addresses]
    thrown = {"type": "SIGFPE", "stacktrace": {"frames": frames}}
    image = {
        "type": "elf",
        "debug_id": debug_id,
        "image_addr": hex(LOADED),
        "image_size": 0x4000,
        "code_file": "/opt/libshop.so",
    }
    return {
        "platform": "native",
        "exception": {"values": [thrown]},
        "debug_meta": {"images": [image]},
    }


def shown(server: Server, cast: Cast, keys: Keys) -> dict[str, Any]:
    """The last exception of the newest event of the only issue."""
    (issue,) = issues(server, cast, keys)
    wish = {"issue_id": issue["issue_id"], "event_id": ""}
    found = server.post("/rum/issue/event/info", wish, cast.alice.key).data
    assert isinstance(found["exceptions"][-1], dict)
    return found["exceptions"][-1]


def calls(thrown: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(one["function"], one["filename"], one["line"]) for one in thrown["frames"]]


def test_native_code_is_told_by_line_with_the_calls_drawn_into_it(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    said = cli("debug-files", "upload", "libshop.so", "menu.sym")
    assert "libshop.so" in said, said
    again = cli("debug-files", "upload", "--wait", "libshop.so")
    assert "error" not in again.lower(), again
    server.restart()
    crash(server, keys, "1" * 32, native(LOADED + RETURNS, LOADED + DIVIDES))
    thrown = shown(server, cast, keys)
    assert [(function, line) for function, _, line in calls(thrown)] == [
        ("total", 5),
        ("price", 3),
        ("divide", 1),
    ]
    assert all(one["filename"].endswith("crash.c") for one in thrown["frames"])


def test_a_file_that_comes_late_explains_what_came_before(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    menu = "c0ffeec0-ffee-c0ff-eec0-ffeec0ffee01"
    crash(server, keys, "1" * 32, native(LOADED + 0x2004, debug_id=menu))
    (frame,) = shown(server, cast, keys)["frames"]
    assert menu.replace("-", "") in frame["unmapped"]
    cli("debug-files", "upload", "menu.sym")
    settle(server)
    assert [(function, line) for function, _, line in calls(shown(server, cast, keys))] == [
        ("draw_menu", 12)
    ]
    crash(server, keys, "2" * 32, native(LOADED + 0x2008, debug_id=menu))
    (issue,) = issues(server, cast, keys)
    assert issue["error_count"] == 2


def test_a_mapping_tells_the_names_of_a_shortened_program(
    server: Server, cast: Cast, keys: Keys, cli: Cli
) -> None:
    cli("upload-proguard", "--uuid", MAPPED, "mapping.txt")
    frame = {"module": "a.b", "function": "a", "lineno": 10, "filename": "SourceFile"}
    crash(
        server,
        keys,
        "1" * 32,
        {
            "platform": "java",
            "exception": {"values": [{"type": "a.c", "stacktrace": {"frames": [frame]}}]},
            "debug_meta": {"images": [{"type": "proguard", "uuid": MAPPED}]},
        },
    )
    thrown = shown(server, cast, keys)
    assert thrown["type"] == "shop.EmptyCart"
    assert [(one["module"], one["function"], one["line"]) for one in thrown["frames"]] == [
        ("shop.Cart", "total", 41),
        ("shop.Price", "of", 77),
    ]


def test_what_is_no_debug_file_is_refused_with_the_reason(
    server: Server, cast: Cast, keys: Keys, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "build" / "broken.sym").write_text(BREAKPAD.splitlines()[0] + "\nFUNC nonsense")
    said = cli("debug-files", "upload", "--wait", "broken.sym", ok=False)
    assert "neither debug information nor a symbol table" in said or "no debug file" in said, said
