"""Where uploaded files lie by their names: in the data folder, or in object storage."""

import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, Protocol

from tocsin.kernel.site import Site
from tocsin.store.object_storage import Bucket, bucket

PART: Final = "part-"


class Blobs(Protocol):
    """Content by name. OSError where it cannot be reached, FileNotFoundError where it is not."""

    def put(self, parts: Mapping[str, Path]) -> None:
        """Bring files of the working folder under these names; they last when this returns."""

    def read(self, name: str) -> bytes:
        """The whole of one."""

    def remove(self, names: Collection[str]) -> None:
        """Forget some; one that is not there is forgotten already."""


class Folder:
    """The folder that is also worked in, so that a file only changes its name."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def put(self, parts: Mapping[str, Path]) -> None:
        folders = {(self._path / name).parent for name in parts}
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, part in parts.items():
            part.replace(self._path / name)
        for folder in folders:
            _sync(folder)

    def read(self, name: str) -> bytes:
        return (self._path / name).read_bytes()

    def remove(self, names: Collection[str]) -> None:
        for name in names:
            (self._path / name).unlink(missing_ok=True)


def of(site: Site) -> Blobs:
    """Where this server keeps its files."""
    storage = site.object_storage
    found: Folder | Bucket = bucket(storage) if storage else Folder(site.files_dir)
    return found


def working_folder(site: Site, account_id: int) -> Path:
    """Where an account's files are written before they are put."""
    folder = Path(site.files_dir) / str(account_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def new_part(folder: Path) -> tuple[int, Path]:
    """An empty file to write, open, and where it is."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=PART)
    return descriptor, Path(name)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
