"""The source maps and debug files a process has at hand: opening one takes long, asking it does
not."""

import threading
from collections import OrderedDict
from typing import Final, TypeAlias

from msgspec import Struct
from symbolic.exceptions import SymbolicError

from tocsin.domain.artifact import Artifact, Platform
from tocsin.kernel.site import Site
from tocsin.sources.debug_file import MappingIndex, NativeIndex, is_native
from tocsin.sources.source_map import BrokenMap, SourceMap
from tocsin.store import file
from tocsin.store.file import FileGone

BYTES_MAX: Final = 128 * 1024 * 1024
"""Of the files themselves; an index takes two to three times as much."""
_OVERHEAD_BYTES: Final = 64 * 1024


Index: TypeAlias = SourceMap | NativeIndex | MappingIndex


class Opened(Struct, frozen=True):
    """What answers, or why it is of no use."""

    index: Index | None
    why: str = ""


class ArtifactCache:
    """Those used last, by content; together no more than about `bytes_max`, but at least one."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._held: OrderedDict[tuple[str, str], tuple[Opened, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def open(self, site: Site, artifact: Artifact) -> Opened:
        """The index of an artifact."""
        key = (artifact.map_hash, artifact.minified_hash)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
            # Opened under the lock: two at a time would need twice the memory.
            opened = _opened(site, artifact)
            if opened.index or opened.why.startswith(_BROKEN):
                self._hold(key, opened, artifact.size + _OVERHEAD_BYTES)
            return opened

    def _hold(self, key: tuple[str, str], opened: Opened, size: int) -> None:
        self._held[key] = (opened, size)
        self._bytes += size
        while self._bytes > self._bytes_max and len(self._held) > 1:
            _, (_, gone) = self._held.popitem(last=False)
            self._bytes -= gone


CACHE: Final = ArtifactCache()
"""That of this process."""
_BROKEN: Final = "The file"


def _opened(site: Site, artifact: Artifact) -> Opened:
    try:
        minified = b""
        if artifact.minified_hash:
            minified = file.read(site, artifact.account_id, artifact.minified_hash)
        content = file.read(site, artifact.account_id, artifact.map_hash)
        return Opened(_index(artifact, content, minified))
    except FileGone as gone:
        return Opened(None, f"A file uploaded for {artifact.url} {gone}.")
    except (BrokenMap, SymbolicError) as broken:
        return Opened(None, f"{_BROKEN} uploaded for {artifact.url} cannot be read: {broken}.")


def _index(artifact: Artifact, content: bytes, minified: bytes) -> Index:
    if artifact.platform is Platform.BROWSER:
        return SourceMap(minified, content)
    return NativeIndex(content) if is_native(content) else MappingIndex(content)
