import pytest

from tocsin.domain.parameterise import parameterise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User 17 not found", "User <int> not found"),
        ("mail to a.b+c@example.co.uk failed", "mail to <email> failed"),
        ("GET https://x.example/a?b=1 gave 500", "GET <url> gave <int>"),
        ("id 550e8400-e29b-41d4-a716-446655440000!", "id <uuid>!"),
        ("tp 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tp <traceparent>"),
        ("at 2024-01-02T03:04:05.678Z boom", "at <date> boom"),
        ("Tue, 15 Nov 1994 08:12:31 GMT x", "<date> x"),
        ("Nov  5 10:00:01 host x", "<date> host x"),
        ("1/2/2024 10:11 pm", "<date>"),
        ("took 12.5ms, 1h30m", "took <duration>, <duration>"),
        ("10.0.0.1:8080 refused", "<ip> refused"),
        ("fe80::1 and 2001:db8:0:0:0:0:2:1", "<ip> and <ip>"),
        ("from 00:1A:2B:3C:4D:5E", "from <mac>"),
        ("0xDEADbeef at 1234abc", "<hex> at <hex>"),
        ("x = 3.14e-5", "x = <float>"),
        ("name='Bob' ok=true rate=1.5", "name=<str> ok=<bool> rate=<float>"),
        ("token 8fj29fk20dkf92kd0z", "token <id>"),
        ("sha d41d8cd98f00b204e9800998ecf8427e", "sha <hash>"),
    ],
)
def test_variable_parts_are_named(text: str, expected: str) -> None:
    assert parameterise(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Cannot read properties of undefined (reading 'total')",
        "KeyError: 'x'",
        "std::vector and a::b",
        "internationalization of deadbeef",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert parameterise(text) == text


def test_only_the_first_two_lines_count() -> None:
    assert parameterise("one 1\n\n  two\tx\nthree 3") == "one <int> two x"


def test_a_huge_text_is_cut_before_it_is_read() -> None:
    assert len(parameterise("word " * 100_000)) <= 8 * 1024


def test_a_lone_surrogate_does_no_harm() -> None:
    assert parameterise("bad \ud800 9") == "bad ? <int>"
