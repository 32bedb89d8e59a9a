"""The order of an application's versions: by number where they have one, else as they came."""

import re

from msgspec import Struct

_TEXT_MAX = 200
_SEMVER = re.compile(
    r"(?:(?P<package>[^@]+)@)?[vV]?(?P<numbers>\d{1,9}(?:\.\d{1,9}){1,3})"
    r"(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+(?P<build>[0-9A-Za-z.-]+))?"
)


class Release(Struct, frozen=True):
    """A version of an application and when it was first seen there (ms)."""

    version: str
    first_seen_at: int


class _Semver(Struct, frozen=True):
    package: str
    numbers: tuple[int, ...]
    pre: tuple[tuple[int, int, str], ...]
    build: str


def is_newer(candidate: Release, known: Release) -> bool:
    """Whether `candidate` comes after `known`.

    Versions such as `1.2.3-rc.1` or `shop@1.2.3+45` are compared by number, then by build
    number; any other pair (commit ids, another package) by when each was first seen.
    """
    if candidate.version == known.version:
        return False
    one, other = _parse(candidate.version), _parse(known.version)
    if one and other and one.package == other.package:
        left, right = _rank(one), _rank(other)
        if left != right:
            return left > right
        if one.build.isdigit() and other.build.isdigit():
            return int(one.build) > int(other.build)
    return candidate.first_seen_at > known.first_seen_at


def newest(releases: list[Release]) -> Release | None:
    """The release no other one comes after; the first of equals, None of none."""
    best: Release | None = None
    for release in releases:
        if best is None or is_newer(release, best):
            best = release
    return best


def _parse(version: str) -> _Semver | None:
    match = _SEMVER.fullmatch(version.strip()[:_TEXT_MAX])
    if match is None:
        return None
    numbers = tuple(int(number) for number in match["numbers"].split("."))
    pre = tuple(_identifier(part) for part in (match["pre"] or "").split(".") if part)
    build = match["build"] or ""
    return _Semver(match["package"] or "", numbers, pre, build if len(build) <= 18 else "")


def _identifier(part: str) -> tuple[int, int, str]:
    """Numbers come before words and compare as numbers."""
    return (0, int(part), "") if part.isdigit() and len(part) <= 18 else (1, 0, part)


def _rank(version: _Semver) -> tuple[tuple[int, ...], bool, tuple[tuple[int, int, str], ...]]:
    padded = (*version.numbers, 0, 0, 0)[:4]
    return (padded, not version.pre, version.pre)
