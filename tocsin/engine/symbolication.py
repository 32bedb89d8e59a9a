"""Errors of shipped programs led back to their source, by what their builds uploaded.

A source map is looked for by the debug id of the frame's file first, then by release, dist and URL;
a debug file by the debug id of the frame's image alone.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tocsin.domain import debug_stack, retracing
from tocsin.domain.artifact import Artifact, candidates
from tocsin.domain.error_event import ErrorEvent, Frame
from tocsin.domain.retracing import Origin, Unmapped, address, is_script, open_frames, retraced
from tocsin.engine.artifact_cache import CACHE, Index, Opened
from tocsin.sources.debug_file import MappingIndex, NativeIndex
from tocsin.sources.source_map import CONTEXT_LINES, SourceMap
from tocsin.store import artifact as artifacts
from tocsin.store.artifact import Owner
from tocsin.store.database import Tx


class Told(Struct, frozen=True):
    """An event as its source tells it, and the artifacts that helped."""

    event: ErrorEvent
    used: frozenset[str] = frozenset()


class Symbolicator:
    """Leads events back for as long as one transaction lasts; what it looked up stays known.
    Frames get `near` lines of code before and after their own."""

    def __init__(self, tx: Tx, near: int = CONTEXT_LINES) -> None:
        self._tx = tx
        self._near = near
        self._known: dict[Owner, bool] = {}
        self._by_id: dict[tuple[Owner, str], Artifact | None] = {}
        self._useless: dict[str, Opened] = {}
        self._by_url: dict[tuple[Owner, str, str, str], Artifact | None] = {}

    def tell(self, account_id: int, application_id: str, event: ErrorEvent) -> Told:
        """The event with every frame led back that a map says something of."""
        compiled = debug_stack.is_of(event)
        if not compiled and not is_script(event):
            return Told(event)
        owner = Owner(account_id, application_id, event.service)
        if owner not in self._known:
            self._known[owner] = artifacts.any_for(self._tx, owner)
        if not self._known[owner]:
            return Told(event)
        used: set[str] = set()
        if compiled:
            self._look_up_ids(owner, debug_stack.open_frames(event))
            return Told(self._led_back(owner, event, used), frozenset(used))
        self._look_up(owner, event)
        told = retraced(event, lambda frame: self._origin(owner, event, frame, used))
        return Told(told, frozenset(used))

    def _look_up(self, owner: Owner, event: ErrorEvent) -> None:
        """Learn of every artifact that the event's frames may need, in two questions at most."""
        frames = list(open_frames(event))
        self._look_up_ids(owner, frames)
        place = (owner, event.version, event.dist)
        urls = {url for frame in frames for url in candidates(address(frame))}
        urls = {url for url in urls if (*place, url) not in self._by_url}
        filed = artifacts.by_urls(self._tx, *place, urls)
        self._by_url.update({(*place, url): filed.get(url) for url in urls})

    def _look_up_ids(self, owner: Owner, frames: Iterable[Frame]) -> None:
        ids = {f.debug_id for f in frames if f.debug_id and (owner, f.debug_id) not in self._by_id}
        found = artifacts.by_debug_ids(self._tx, owner, ids)
        self._by_id.update({(owner, each): found.get(each) for each in ids})

    def _led_back(self, owner: Owner, event: ErrorEvent, used: set[str]) -> ErrorEvent:
        """The event of a compiled program in its source's words."""

        def look(frame: Frame) -> Sequence[Origin] | Unmapped | None:
            artifact = self._by_id.get((owner, frame.debug_id))
            if artifact is None:
                return None
            opened = self._open(artifact)
            if opened.index is None:
                return Unmapped(opened.why)
            origins = _origins(opened.index, frame)
            if origins:
                used.add(artifact.id)
            return origins or Unmapped(f"{artifact.url} has nothing at this place.")

        def rename(debug_id: str, name: str) -> str:
            artifact = self._by_id.get((owner, debug_id))
            if artifact is None:
                return ""
            index = self._open(artifact).index
            return index.class_named(name) if isinstance(index, MappingIndex) else ""

        return debug_stack.led_back(event, look, rename)

    def _origin(
        self, owner: Owner, event: ErrorEvent, frame: Frame, used: set[str]
    ) -> Origin | Unmapped | None:
        artifact = self._artifact(owner, event, frame)
        if artifact is None:
            return None
        opened = self._open(artifact)
        if not isinstance(opened.index, SourceMap):
            return Unmapped(opened.why or f"{artifact.url} is no source map.")
        origin = opened.index.origin(frame.line, frame.column, self._near)
        if origin is None:
            return Unmapped(_silent(artifact, frame))
        used.add(artifact.id)
        return origin

    def _open(self, artifact: Artifact) -> Opened:
        """The index of an artifact; where a file is gone it is looked for once."""
        if artifact.id in self._useless:
            return self._useless[artifact.id]
        opened = CACHE.open(self._tx.site, artifact)
        if opened.index is None:
            self._useless[artifact.id] = opened
        return opened

    def _artifact(self, owner: Owner, event: ErrorEvent, frame: Frame) -> Artifact | None:
        by_id = self._by_id.get((owner, frame.debug_id)) if frame.debug_id else None
        if by_id is not None:
            return by_id
        for url in candidates(address(frame)):
            found = self._by_url.get((owner, event.version, event.dist, url))
            if found is not None:
                return found
        return None


def explained(event: ErrorEvent) -> ErrorEvent:
    """The event with every frame that nothing was found for saying what was looked for."""
    return retracing.explained(event) if is_script(event) else debug_stack.explained(event)


def _origins(index: Index, frame: Frame) -> Sequence[Origin]:
    if isinstance(index, NativeIndex):
        return index.origins(frame.address)
    if isinstance(index, MappingIndex):
        return index.origins(frame.module, frame.function, frame.line)
    return ()


def _silent(artifact: Artifact, frame: Frame) -> str:
    filed = f"debug id {artifact.debug_id}" if artifact.debug_id else f"release {artifact.release}"
    if not frame.column:
        return "The frame has no column, which a source map cannot do without."
    return (
        f"The source map uploaded for {artifact.url} ({filed}) has nothing at line {frame.line},"
        f" column {frame.column}: it may be of another build."
    )
