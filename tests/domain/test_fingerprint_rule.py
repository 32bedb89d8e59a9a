"""Fingerprint and stack-trace rules: what they mean, and which line is refused for what."""

import time

import pytest

from tests.domain.test_fingerprint import APP, event, frame
from tocsin.domain import fingerprint_rule, stack_rule
from tocsin.domain.error_event import ErrorEvent, Frame, Thrown
from tocsin.domain.fingerprint import Rules, fingerprint
from tocsin.kernel.errors import InvalidParameter
from tocsin.sources.sentry_event import Sent, error_event

PLAIN = event(
    frame("run", in_app=False, module="framework"),
    Frame(
        function="total", module="shop.cart", filename="shop/cart.py", abs_path="/srv/shop/cart.py"
    ),
    kind="DatabaseDown",
    value="host 10.0.0.7 refused",
    level="error",
    logger="shop.payments",
    version="shop@1.2",
    transaction="/pay",
    sdk="sentry.python/2.1",
    tags={"tenant": "acme"},
)


def parts(rules: str, of: ErrorEvent = PLAIN, stacks: str = "") -> tuple[str, ...]:
    made = Rules(fingerprint_rule.parse(rules), stack_rule.parse(stacks))
    return fingerprint(of, APP, rules=made).parts


@pytest.mark.parametrize(
    "matchers",
    [
        "error.type:DatabaseDown",
        "type:Database*",
        "type:Database[A-E]own",
        "!type:database*",
        'error.value:"HOST * REFUSED"',
        "message:*refused",
        "logger:shop.* level:error release:shop@1.? sdk:sentry.python family:other,native",
        "tags.tenant:acme !tags.tenant:other !tags.missing:?*",
        "stack.module:shop.* stack.function:total app:yes",
        "path:/srv/**/cart.py",
        "path:shop/*.py",
        "path:**/CART.py",
        "path:/shop/*.py",
        "!path:/srv/*.py",
        "module:framework app:no",
    ],
)
def test_a_rule_groups_what_all_its_matchers_mean(matchers: str) -> None:
    assert parts(f"{matchers} -> found") == ("found",)


@pytest.mark.parametrize(
    "matchers",
    [
        "type:database*",
        "type:Database",
        "type:DatabaseDown level:info",
        "stack.module:framework stack.function:total",
        "stack.function:total app:no",
        "tags.missing:*x",
        "!family:other",
        "type:KeyError value:host*",
    ],
)
def test_a_rule_leaves_what_one_matcher_does_not_mean(matchers: str) -> None:
    assert parts(f"{matchers} -> found")[0] == "DatabaseDown"


def test_exception_matchers_must_hold_for_one_exception_of_the_chain() -> None:
    chain = event(exceptions=(Thrown(type="A", value="x"), Thrown(type="B", value="y")))
    assert parts("type:A value:x -> found", chain) == ("found",)
    assert parts("type:A value:y -> found", chain) != ("found",)


def test_the_first_rule_that_means_an_event_decides_and_variables_are_filled() -> None:
    rules = """
    # a comment, and a rule that means nothing here
    type:KeyError -> other
    type:Data* -> down-{{ error.type }}, {{tags.tenant}} {{ message }}, "a, b", {{ function }} title="DB: {{ type }}"
    type:Data* -> too late
    """
    assert parts(rules) == ("down-DatabaseDown", "acme", "host <ip> refused", "a, b", "total")
    made = Rules(fingerprint_rule.parse(rules))
    assert fingerprint(PLAIN, APP, rules=made).title == "DB: DatabaseDown"
    assert parts("type:* -> {{ default }} {{ transaction }}") == (
        *("DatabaseDown", "shop.cart total"),
        "/pay",
    )
    assert parts("type:* -> {{ tags.none }}") == ("<no-value-for-tag-none>",)


def test_rules_look_at_what_caught_an_exception_and_where_rules_put_its_frames() -> None:
    payload = {
        "exception": {
            "values": [
                {
                    "type": "Late",
                    "mechanism": {"type": "onerror", "handled": False},
                    "stacktrace": {"frames": [{"function": "send", "module": "shop.metrics"}]},
                }
            ]
        }
    }
    caught = error_event(payload, Sent(received_at=1, event_id="e"))
    stacks = "module:shop.metrics category=telemetry"
    for matchers in (
        "error.mechanism:onerror",
        "mechanism:on* handled:no",
        "!error.mechanism:generic !error.handled:yes",
        "category:telemetry function:send",
        "type:Late !category:internals",
    ):
        assert parts(f"{matchers} -> found", caught, stacks) == ("found",), matchers
    for matchers in ("mechanism:generic", "handled:yes", "category:tele", "!category:telemetry"):
        assert parts(f"{matchers} -> found", caught, stacks) != ("found",), matchers


def test_what_the_client_set_comes_before_any_rule() -> None:
    set_by_client = event(frame("total"), fingerprint=("mine",))
    assert parts("type:* -> found", set_by_client) == ("mine",)


STACK = event(frame("main"), frame("retry"), frame("call"), frame("helper"), frame("crash"))


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("function:helper -app", "main retry call crash"),
        ("function:call v-app", "call helper crash"),
        ("function:call ^-group", "main retry call"),
        ("function:call -group ^-group", "main retry"),
        ("function:call v-group ^+group", "call helper crash"),
        ("[ function:retry ] | function:call -group", "main retry helper crash"),
        ("function:call | [ function:helper ] -group", "main retry helper crash"),
        ("function:call | [ function:crash ] -group", "main retry call helper crash"),
        ("type:KeyError max-frames=2", "helper crash"),
        ("type:ValueError max-frames=2", "main retry call helper crash"),
        ("family:javascript function:call -app", "main retry call helper crash"),
        ("function:* -app\nfunction:c* app:no +app", "call crash"),
        ("function:c* category=third\ncategory:th?rd -group", "main retry helper"),
        (
            "function:call category=a\n[ category:a ] | function:helper -group",
            "main retry call crash",
        ),
        ("handled:no function:call -group", "main retry call helper crash"),
    ],
)
def test_a_stack_rule_says_which_frames_count(rule: str, left: str) -> None:
    wanted = ("KeyError", *(f"shop.cart {name}" for name in left.split()))
    assert parts("", STACK, rule) == wanted


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "expected matcher:pattern"),
        ("\ncolour:red -> x", "line 2: colour is no matcher"),
        ("type:A", "expected matcher:pattern"),
        ("-> x", "needs a matcher"),
        ("type:A ->", "nothing stands behind"),
        ("type:A -> {{ colour }}", "colour is no variable"),
        ("app:perhaps -> x", "app is yes or no"),
        ("error.handled:2 -> x", "handled is yes or no"),
        ("type:[z-a] -> x", "is no pattern"),
        ("type:A -> x\n" * 101, "at most 100 rules"),
        (" ".join(["type:A"] * 21) + " -> x", "at most 20 matchers"),
        ("type:" + "a" * 1025 + " -> x", "at most 1024 characters"),
        ("type:A -> " + "x " * 33, "at most 32 parts"),
    ],
)
def test_a_line_that_is_no_fingerprint_rule_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidParameter, match=problem):
        fingerprint_rule.parse(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("function:a", "needs an action"),
        ("-app", "needs a matcher"),
        ("function:a -colour", "-colour is no action"),
        ("[ function:a ] function:b -app", "behind a bracket"),
        ("function:a | function:b -app", "in brackets"),
        ("[ type:a ] | function:b -app", "in brackets"),
    ],
)
def test_a_line_that_is_no_stack_rule_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidParameter, match=problem):
        stack_rule.parse(text)


def test_the_nastiest_pattern_takes_time_in_proportion() -> None:
    nasty = "*a" * 400 + "b"
    hostile = event(*[frame(f"{'a' * 900}{n}") for n in range(50)], value="a" * 8000)
    started = time.process_time()
    assert parts(f"function:{nasty} -> x\nmessage:{nasty} -> x", hostile)[0] == "KeyError"
    assert time.process_time() - started < 5
