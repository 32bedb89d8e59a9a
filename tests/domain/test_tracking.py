import pytest
from msgspec.structs import replace

from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.domain.error_ingestion import KEYS, IngestionRule, Refusals, check
from tocsin.domain.filter import Condition, Operator
from tocsin.domain.noise_rule import RuleStatus
from tocsin.domain.tracking import NoiseFilters, Untracked, untracked
from tocsin.domain.user_agent import browser
from tocsin.kernel.errors import InvalidParameter


def event(door: Door, source: str, *urls: str) -> ErrorEvent:
    frames = tuple(Frame(abs_path=url) for url in urls)
    return ErrorEvent("e", door, 1, 1, exceptions=(Thrown("E", "m", frames),), error_source=source)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (event(Door.RUM, "source", "http://h/a.js"), None),
        (event(Door.RUM, "console", "http://h/a.js"), None),
        (event(Door.RUM, "network", "http://h/a.js"), Untracked.SOURCE),
        (event(Door.RUM, "logger", "http://h/a.js"), Untracked.SOURCE),
        (event(Door.RUM, "custom"), Untracked.NO_STACK),
        (event(Door.RUM, "source", "moz-extension://x/c.js"), Untracked.EXTENSION),
        (event(Door.RUM, "source", "moz-extension://x/c.js", "http://h/a.js"), None),
        (event(Door.SENTRY, ""), None),
        (event(Door.SENTRY, "", "chrome-extension://x/c.js"), Untracked.EXTENSION),
    ],
)
def test_only_errors_of_the_pages_own_code_are_tracked(
    given: ErrorEvent, reason: Untracked | None
) -> None:
    assert untracked(given) is reason


GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/120.0.1.2 Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/121.0.2"
SAFARI = (
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15"
)
STRICT = NoiseFilters(crawlers=True, third_party=True, own_hosts=("*.cdn.example",))


def page(*urls: str, agent: str = EDGE, at: str = "https://www.shop.co.uk/cart") -> ErrorEvent:
    return replace(event(Door.RUM, "source", *urls), user_agent=agent, url=at)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (page("https://static.shop.co.uk/a.js"), None),
        (page("https://a.cdn.example/a.js", "https://ads.example/x.js"), None),
        (page("https://ads.example/x.js", "https://tags.example/x.js"), Untracked.THIRD_PARTY),
        (page("https://other.co.uk/x.js"), Untracked.THIRD_PARTY),
        (page("app.js", "<anonymous>"), None),
        (page("http://[broken/x.js"), None),
        (page("https://www.shop.co.uk/a.js", agent=GOOGLE), Untracked.CRAWLER),
        (replace(page("https://ads.example/x.js", agent=GOOGLE), platform="python"), None),
    ],
)
def test_filters_keep_errors_of_pages_that_are_nobodys_to_mend(
    given: ErrorEvent, reason: Untracked | None
) -> None:
    assert untracked(given, STRICT) is reason
    assert untracked(given) is None


def test_a_filter_that_is_off_lets_an_extension_through() -> None:
    of_extension = event(Door.RUM, "source", "moz-extension://x/c.js")
    assert untracked(of_extension, NoiseFilters(browser_extensions=False)) is None


def rule(*conditions: tuple[str, str, str]) -> IngestionRule:
    group = tuple(Condition(key, Operator(oper), (value,)) for key, oper, value in conditions)
    return IngestionRule(id="r", account_id=1, application_id="a", name="r", filters=(group,))


SEEN = replace(
    page("https://www.shop.co.uk/a.js"),
    user_id="u7",
    user_email="bob@example.com",
    env="staging",
    version="1.2",
    service="web",
    fingerprint=("mine",),
    is_crash=True,
    tags={"cart.size": "3"},
)


@pytest.mark.parametrize(
    ("conditions", "held"),
    [
        ([("error.usr_id", "IN", "u7"), ("error.usr_email", "IN", "*@example.com")], True),
        ([("error.error_type", "IN", "E"), ("error.error_message", "IN", "/^m$/")], True),
        ([("error.error_stack", "IN", "/shop.co.uk/")], True),
        ([("error.view_url", "IN", "*/cart"), ("error.env", "NOTIN", "production")], True),
        ([("error.browser_name", "IN", "Edge"), ("error.browser_version", "IN", "121.*")], True),
        ([("error.version", "IN", "1.2"), ("error.service", "IN", "web")], True),
        ([("error.fingerprint", "IN", "mine"), ("error.is_crash", "IN", "true")], True),
        ([("context.cart.size", "IN", "num:gt:2")], True),
        ([("context.cart.size", "IN", "num:gt:3")], False),
        ([("context.cart.colour", "NOTIN", "red")], True),
        ([("error.env", "IN", "staging"), ("error.service", "IN", "api")], False),
    ],
)
def test_an_ingestion_rule_means_what_its_conditions_say(
    conditions: list[tuple[str, str, str]], held: bool
) -> None:
    wanted = rule(*conditions)
    check(wanted.filters)
    assert (Refusals([wanted]).refusing(SEEN) is wanted) is held
    assert Refusals([replace(wanted, status=RuleStatus.DISABLED)]).refusing(SEEN) is None


def test_what_no_rule_can_ask_for_is_refused() -> None:
    for filters in ((), ((),), rule(("error.colour", "IN", "x")).filters):
        with pytest.raises(InvalidParameter):
            check(filters)
    with pytest.raises(InvalidParameter):
        check(rule(("context.a.b.c.d", "IN", "x")).filters)
    assert len(KEYS) == 13


def test_browsers_are_told_by_their_header() -> None:
    assert browser(EDGE) == ("Edge", "121.0.2")
    assert browser(SAFARI) == ("Safari", "17.4")
    assert browser("curl/8.0") == ("", "")
