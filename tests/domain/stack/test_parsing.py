"""Stacks as programs of each language really print them. Those of Python, Java, Go, JavaScript and
Rust were printed by a program that ran."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.error_event import Frame, Thrown
from tocsin.domain.stack.parsing import PARSERS, told

FIXTURES = Path(__file__).parent / "fixtures"
STACKS = {path.stem: path.read_text() for path in sorted(FIXTURES.glob("*.txt"))}

EXPECTED = {
    "python": (
        "python",
        [
            ("KeyError", "'price'", ["total:5", "price:2"]),
            ("ValueError", "no price\nfor article 17", ["<module>:8", "total:7"]),
        ],
    ),
    "python_group": (
        "python",
        [("ExceptionGroup", "two (2 sub-exceptions)", ["<module>:3"])],
    ),
    "java": (
        "java",
        [
            (
                "java.lang.NullPointerException",
                'Cannot invoke "String.length()" because "<parameter1>" is null',
                [
                    "-com.sun.tools.javac.launcher.Main.main:132",
                    "-com.sun.tools.javac.launcher.Main.run:192",
                    "-com.sun.tools.javac.launcher.Main.execute:419",
                    "-java.lang.reflect.Method.invoke:569",
                    "-jdk.internal.reflect.DelegatingMethodAccessorImpl.invoke:43",
                    "-jdk.internal.reflect.NativeMethodAccessorImpl.invoke:77",
                    "-jdk.internal.reflect.NativeMethodAccessorImpl.invoke0:0",
                    "S.main:3",
                    "S.lambda$main$0:3",
                    "S.total:2",
                    "S.price:1",
                ],
            ),
            (
                "java.lang.IllegalStateException",
                "no price: for 17",
                ["S.main:3", "S.lambda$main$0:3", "S.total:2"],
            ),
        ],
    ),
    "kotlin": (
        "java",
        [
            (
                "java.util.NoSuchElementException",
                "Key price is missing in the map.",
                ["-kotlin.collections.MapsKt__MapWithDefaultKt.getOrImplicitDefaultNullable:24"],
            ),
            (
                "java.lang.IllegalStateException",
                "no price",
                [
                    "-java.lang.Thread.run:840",
                    "shop.Main.main:0",
                    "-kotlinx.coroutines.DispatchedTask.run:108",
                    "-kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith:33",
                    "shop.CartKt$checkout$1.invokeSuspend:30",
                    "shop.CartKt.total:12",
                ],
            ),
        ],
    ),
    "go": (
        "go",
        [
            (
                "panic",
                "runtime error: index out of range [5] with length 1",
                ["main.main:4", "main.main.func1:4", "main.(*Cart).Total:3"],
            )
        ],
    ),
    "javascript": (
        "javascript",
        [
            (
                "TypeError",
                "Cannot read properties of undefined (reading 'amount')",
                ["Object.<anonymous>:3", "total:2", "price:1"],
            ),
            ("RangeError", "no price", ["Object.<anonymous>:3", "total:2"]),
        ],
    ),
    "dotnet": (
        "csharp",
        [
            (
                "System.NullReferenceException",
                "Object reference not set to an instance of an object.",
                ["Shop.Cart.Price:12"],
            ),
            (
                "System.InvalidOperationException",
                "no price\nfor article 17",
                [
                    "-System.Threading.Tasks.Task.Run:0",
                    "Shop.Cart..ctor:0",
                    "Shop.Cart.<Total>d__5.MoveNext:42",
                ],
            ),
        ],
    ),
    "ruby": (
        "ruby",
        [
            ("KeyError", "key not found: :price", ["<main>:3", "total:10", "fetch:10"]),
            (
                "ArgumentError",
                "no price\nfor article 17",
                ["<main>:3", "-block in call:30", "total:9", "rescue in total:12"],
            ),
        ],
    ),
    "php": (
        "php",
        [
            (
                "OutOfBoundsException",
                "no key",
                [
                    "-{main}:7",
                    "-array_map:0",
                    "Shop\\Cart.total:30",
                    "Shop\\Cart.price:12",
                ],
            ),
            ("RuntimeException", "no price", ["{main}:3", "Shop\\Cart.checkout:32"]),
        ],
    ),
    "php_otel": (
        "php",
        [
            ("OutOfBoundsException", "no key", ["Shop\\Cart.price:12"]),
            ("RuntimeException", "no price", ["{main}:3", "Shop\\Cart.total:32"]),
        ],
    ),
    "rust": (
        "rust",
        [
            (
                "panic",
                "index out of bounds: the len is 1 but the index is 5",
                ["-core::ops::function::FnOnce.call_once:250", "s.main:2", "s::cart.total:1"],
            )
        ],
    ),
}


def brief(one: Thrown, platform: str) -> tuple[str, str, list[str]]:
    def name(frame: Frame) -> str:
        mark = "" if frame.in_app else "-"
        module = f"{frame.module}." if frame.module else ""
        return f"{mark}{module}{frame.function}:{frame.line}"

    own = [f for f in one.frames if platform != "javascript" or not f.abs_path.startswith("node:")]
    return one.type, one.value, [name(frame) for frame in own]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_stack_is_read_whole(name: str) -> None:
    platform, expected = EXPECTED[name]
    chain, known = told(STACKS[name], platform, "", "")
    got = [brief(one, platform) for one in chain]
    if platform == "javascript":
        got = [
            (kind, value, [call.replace("-", "") for call in calls if "Module" not in call])
            for kind, value, calls in got
        ]
        got = [
            (kind, value, [c for c in calls if "Function" not in c]) for kind, value, calls in got
        ]
    assert (got, known) == (expected, platform)


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "php_otel"])
def test_a_stack_tells_its_language(name: str) -> None:
    platform, _ = EXPECTED[name]
    assert told(STACKS[name], "", "", "")[1] == platform


def test_what_a_sender_says_counts_and_an_unknown_form_keeps_its_lines() -> None:
    chain, platform = told("Boom\n  in kitchen\n  in house", "elixir", "Burnt", "the toast")
    (one,) = chain
    assert (one.type, one.value, platform) == ("Burnt", "the toast", "elixir")
    assert [frame.function for frame in one.frames] == ["in house", "in kitchen"]
    assert told("", "", "E", "m") == ((Thrown(type="E", value="m"),), "")


def test_a_context_line_is_the_code_and_not_the_marks_below_it() -> None:
    (cause, _), _ = told(STACKS["python"], "python", "", "")
    assert [frame.context_line for frame in cause.frames] == [
        "return price(cart)",
        'return cart["price"]',
    ]


@given(st.sampled_from(sorted(STACKS)), st.integers(0, 2000), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_by_every_parser(name: str, at: int, noise: str) -> None:
    text = STACKS[name][:at] + noise + STACKS[name][at:]
    for platform, parse in PARSERS.items():
        assert all(one.frames or one.type or one.value for one in parse(text)), platform
    told(text, "", "", "")
