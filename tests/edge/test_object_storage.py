"""Uploads that are kept in a bucket: what a folder does for them, it does too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests import s3
from tests.builds import by_flashcat, source_map
from tests.cast import Cast
from tests.clock import VirtualClock
from tests.conftest import sqlite_database
from tests.edge.doors import Keys, application, issues
from tests.edge.test_debug_files import (  # noqa: F401
    cli,
    test_native_code_is_told_by_line_with_the_calls_drawn_into_it,
)
from tests.edge.test_sentry_cli import sweep
from tests.edge.test_source_map_door import (  # noqa: F401 - they hold here as well
    crash,
    frame,
    test_a_late_map_explains_stored_errors_and_splits_nothing,
    test_an_account_cannot_take_more_disk_than_it_may,
    test_an_uploaded_map_shows_where_an_error_was_written,
)
from tests.edge.test_truewatch_source_map import (  # noqa: F401
    key,
    test_a_zip_in_parts_leads_errors_back,
)
from tests.server import Server
from tocsin.cli.check_machine import check_machine
from tocsin.kernel.settings import Settings


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return sqlite_database(tmp_path)


@pytest.fixture
def bucket() -> Iterator[s3.Bucket]:
    with s3.bucket() as there:
        yield there


@pytest.fixture
def settings(tmp_path: Path, bucket: s3.Bucket) -> Settings:
    fields: dict[str, Any] = {"data_dir": str(tmp_path), **bucket.settings}
    return Settings(**fields)


@pytest.fixture
def keys(server: Server, cast: Cast) -> Keys:
    return application(server, cast)


def test_a_bucket_holds_what_is_referred_to_and_the_disk_nothing(
    server: Server, cast: Cast, bucket: s3.Bucket, tmp_path: Path
) -> None:
    for version in ("1.0", "1.1"):
        by_flashcat(server, cast.alice.key, version=version)
    assert len(bucket.names()) == 2
    assert all(name.startswith(f"{s3.PREFIX}/") for name in bucket.names())
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []
    sweep(server)
    assert len(bucket.names()) == 2
    server.clock.advance(91 * 86_400)
    sweep(server)
    assert bucket.names() == []


def test_without_its_storage_a_server_says_so_and_goes_on(
    server: Server, cast: Cast, keys: Keys
) -> None:
    # Of another content than what this process knows already.
    by_flashcat(server, cast.alice.key, source_map(name="unknown.ts"))
    storage = server.database.site.object_storage
    assert storage is not None
    nowhere = replace(storage, endpoint="http://127.0.0.1:9")
    server.database.site = replace(server.database.site, object_storage=nowhere)
    crash(server, keys)
    (issue,) = issues(server, cast, keys)
    shown, _ = frame(server, cast, issue["issue_id"])
    assert "cannot be reached now" in shown["unmapped"]
    refused = by_flashcat(server, cast.alice.key, source_map(name="b.ts"), version="2.0")
    assert refused.status_code == 503
    assert "could not be written" in refused.json()["error"]["message"]
    sweep(server)


def test_the_doctor_tries_the_bucket(settings: Settings) -> None:
    def said(tried: Settings) -> list[tuple[str, str]]:
        found = check_machine(tried, VirtualClock())
        return [(each.level, each.text) for each in found if each.subject == "files"]

    assert said(settings) == [("ok", f"{settings.files_url} takes and gives files")]
    assert said(replace(settings, files_url="https://builds"))[0][0] == "fail"
    assert said(replace(settings, s3_endpoint="http://127.0.0.1:9"))[0][0] == "fail"
