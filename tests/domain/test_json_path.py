import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.json_path import find, parse

DOCUMENT = """{
  "name": {"first": "Tom", "last": "Anderson"},
  "age": 37, "ratio": 1.5, "gone": null, "ok": true,
  "children": ["Sara", "Alex", "Jack"],
  "fav.movie": "Deer Hunter",
  "friends": [
    {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
    {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
    {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}
  ]
}"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("name.last", "Anderson"),
        ("age", "37"),
        ("ratio", "1.5"),
        ("ok", "true"),
        ("gone", ""),
        ("absent", ""),
        ("name.absent.deeper", ""),
        ("name", '{"first":"Tom","last":"Anderson"}'),
        ("children.#", "3"),
        ("children.1", "Alex"),
        ("children.7", ""),
        ("child*.2", "Jack"),
        ("c?ildren.0", "Sara"),
        (r"fav\.movie", "Deer Hunter"),
        ("friends.#.first", '["Dale","Roger","Jane"]'),
        ("friends.1.last", "Craig"),
        ("friends.#.nets.#", "[3,2,2]"),
        ('friends.#(last=="Murphy").first', "Dale"),
        ('friends.#(last="Murphy")#.first', '["Dale","Jane"]'),
        ("friends.#(age>45)#.last", '["Craig","Murphy"]'),
        ("friends.#(age<=44).first", "Dale"),
        ('friends.#(first%"D*").last', "Murphy"),
        ('friends.#(first!%"D*").last', "Craig"),
        ('children.#(!="Sara")', "Alex"),
        ("friends|0|first", "Dale"),
        ("children.#(x==1)#", "[]"),
    ],
)
def test_a_path_finds_what_gjson_finds(path: str, text: str) -> None:
    assert find(DOCUMENT, path) == text


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a..b",
        ".a",
        "@reverse",
        "a.{x,y}",
        "!x",
        "a.#(b==1",
        "a.#(b)",
        'a.#(b.#(=="x"))',
        "x" * 501,
    ],
)
def test_what_is_not_understood_is_refused_when_it_is_saved(path: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(path)


def test_what_is_no_json_has_nothing_in_it() -> None:
    for document in ("", "{", "Disk full", "[" * 5000):
        assert find(document, "a") == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_path_and_no_document_breaks_it(path: str, document: str) -> None:
    assert isinstance(find(document, path), str)
    assert isinstance(find(DOCUMENT, path), str)
