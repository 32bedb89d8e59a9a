import gzip
import tracemalloc
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.ids import seeded_chance
from tocsin.sources.encoding import expand, head, measure
from tocsin.sources.source import TooLarge, Unreadable

MEBI = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, raw": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "": bytes,
}


def name_of(kind: str) -> str:
    return kind.partition(",")[0]


@pytest.mark.parametrize("kind", PACK)
@given(data=st.binary(max_size=2000))
def test_what_a_client_packs_comes_out_again(kind: str, data: bytes) -> None:
    packed = PACK[kind](data)
    assert expand(packed, name_of(kind), MEBI) == data
    assert head(packed, name_of(kind), 100) == data[:100]
    measure(packed, name_of(kind), len(data))


@pytest.mark.parametrize("kind", ["gzip", "deflate", "deflate, raw", "br", "zstd"])
def test_a_bomb_is_refused_before_it_is_held(kind: str) -> None:
    bomb = PACK[kind](bytes(200 * MEBI))
    for undo, memory_max in ((expand, 20 * MEBI), (measure, 4 * MEBI)):
        tracemalloc.start()
        with pytest.raises(TooLarge):
            undo(bomb, name_of(kind), 5 * MEBI)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < memory_max


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br", "zstd"])
@given(junk=st.binary(max_size=300))
def test_junk_is_refused_and_nothing_else_raised(kind: str, junk: bytes) -> None:
    for data in (junk, PACK[kind](b"a line of text" * 20)[:-5] + junk):
        try:
            expand(data, kind, MEBI)
            head(data, kind, 50)
        except Unreadable:
            continue


def test_several_gzip_members_are_one_body() -> None:
    assert expand(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", MEBI) == b"one two"


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_members_without_end_are_refused(kind: str) -> None:
    assert expand(PACK[kind](b"x") * 16, kind, MEBI) == b"x" * 16
    with pytest.raises(Unreadable, match="more than 16 members"):
        expand(PACK[kind](b"") * 100_000, kind, MEBI)


@pytest.mark.parametrize("kind", ["gzip", "deflate", "deflate, raw", "br", "zstd"])
@pytest.mark.parametrize("size", [1, 5000, MEBI])
def test_a_body_cut_anywhere_is_refused(kind: str, size: int) -> None:
    packed = PACK[kind](seeded_chance(size).randbytes(size))
    for end in (1, len(packed) // 2, len(packed) - 6, len(packed) - 1):
        with pytest.raises(Unreadable):
            expand(packed[: max(end, 1)], name_of(kind), 2 * MEBI)


@pytest.mark.parametrize("kind", PACK)
def test_the_head_needs_only_the_beginning(kind: str) -> None:
    data = seeded_chance(1).randbytes(MEBI)
    packed = PACK[kind](data)
    damaged = packed[: 64 * 1024] + bytes(MEBI)
    assert head(damaged, name_of(kind), 16_000) == data[:16_000]


def test_the_head_of_a_twice_packed_body_is_read() -> None:
    data = seeded_chance(2).randbytes(MEBI)
    assert head(brotli.compress(gzip.compress(data)), "gzip, br", 100) == data[:100]


def test_encodings_are_undone_in_reverse_and_only_two_of_them() -> None:
    packed = brotli.compress(gzip.compress(b"body"))
    assert expand(packed, "gzip, br", MEBI) == b"body"
    measure(packed, "gzip, br", 1000)
    with pytest.raises(Unreadable):
        expand(packed, "gzip, br, gzip", MEBI)


def test_a_plain_body_is_bounded_too() -> None:
    with pytest.raises(TooLarge):
        expand(bytes(11), "identity", 10)


def test_a_stream_cut_short_gives_what_it_held_only_when_that_is_allowed() -> None:
    packer = zlib.compressobj()
    packed = packer.compress(b"first line\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    assert expand(packed, "deflate", MEBI, cut_short_ok=True) == b"first line\n"
    with pytest.raises(Unreadable):
        expand(packed, "deflate", MEBI)


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(Unreadable, match="lzma"):
        expand(b"x", "lzma", MEBI)
