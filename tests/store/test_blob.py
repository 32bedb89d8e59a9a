"""Files by their names, the same in a folder and in a bucket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import s3
from tocsin.kernel.site import Site
from tocsin.store import blob
from tocsin.store.object_storage import REST_SECONDS, Bucket


@pytest.fixture(params=["folder", "bucket"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    if request.param == "folder":
        yield Site(files_dir=str(tmp_path))
        return
    with s3.bucket() as there:
        yield Site(files_dir=str(tmp_path), object_storage=there.storage)


def test_what_is_put_is_read_until_it_is_removed(site: Site) -> None:
    files, parts = blob.of(site), {}
    contents = {"7/a": b"one", "7/chunks/b": bytes(6 * 1024 * 1024), "8/a": b""}
    for name, content in contents.items():
        descriptor, part = blob.new_part(blob.working_folder(site, 7))
        with open(descriptor, "wb") as file:
            file.write(content)
        parts[name] = part
    files.put(parts)
    assert {name: files.read(name) for name in contents} == contents
    files.remove(["7/a", "7/never"])
    files.remove([])
    with pytest.raises(FileNotFoundError):
        files.read("7/a")
    assert files.read("8/a") == b""


def test_a_bucket_out_of_reach_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3.bucket() as there:
        gone = Bucket(there.storage)
    now = [100.0]
    monkeypatch.setattr("tocsin.store.object_storage.monotonic", lambda: now[0])
    for wait, said in ((0, "Error"), (REST_SECONDS - 1, "a moment ago"), (2, "Error")):
        now[0] += wait
        with pytest.raises(OSError, match=said):
            gone.read("7/a")
    with pytest.raises(OSError, match="object storage"):
        gone.remove(["7/a"])
