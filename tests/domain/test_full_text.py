"""What texts are found by."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain import full_text


def finds(query: str, text: str) -> bool:
    """Whether each word of the query begins a word of the text."""
    said = full_text.indexed([text])
    return all(any(one.startswith(word) for one in said) for word in full_text.wanted(query))


def test_words_are_runs_of_letters_and_digits_whatever_their_case() -> None:
    assert full_text.indexed(["Disk FULL on db7.prod: 97%", "disk_usage Ärger"]) == [
        "disk", "full", "on", "db7", "prod", "97", "usage", "ärger",
    ]  # fmt: skip


def test_a_query_finds_beginnings_of_words_and_any_part_of_chinese() -> None:
    text = "CPU使用率过高 on node-1"
    for query in ("cpu", "CP", "使用率", "用率", "高", "率过高", "NODE 1", "no 过"):
        assert finds(query, text), query
    for query in ("pu", "使率", "低", "node2"):
        assert not finds(query, text), query


def test_long_texts_and_words_are_bounded() -> None:
    assert len(full_text.indexed([" ".join(f"w{n}" for n in range(999))])) == full_text.INDEXED_MAX
    assert full_text.indexed(["x" * 99]) == full_text.wanted("x" * 50) == ["x" * 40]


@given(st.text(max_size=60), st.integers(0, 30), st.integers(1, 30))
def test_a_text_is_found_by_any_of_its_own_words(text: str, at: int, length: int) -> None:
    for run in text.split():
        assert finds(run, text)
    found = full_text.wanted(text)
    assert full_text.wanted(text.upper()) == full_text.wanted(text.upper().casefold())
    for word in found[at : at + length]:
        assert finds(word[:1] if word.isascii() else word, text)
