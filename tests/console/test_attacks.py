"""Attacks on whoever uses the console: by other sites, by what is stored, by planted sessions."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.console import attacks
from tests.console.visitor import PATIENCE_MS, Visitor
from tests.e2e.product import Product, eventually, today
from tests.outbound.servers import http_server, reply

pytestmark = pytest.mark.slow
RAN = 'document.querySelectorAll(\'.evil, a[href^="javascript:"], a[href^="data:"]\').length'


@pytest.fixture(scope="module")
def stored(visitor: Visitor, product: Product) -> dict[str, Any]:
    """The addresses of screens that show what somebody hostile sent."""
    made = attacks.name_everything(product)
    attacks.alert(product, made["integration_key"])
    attacks.error(made["dsn"])
    incident = eventually(
        lambda: product.post("/incident/list", {**today(), "limit": 1})["items"], "the incident"
    )[0]["incident_id"]
    remark = {"incident_ids": [incident], "comment": attacks.MARKDOWN}
    product.post("/incident/comment", remark)
    window = {name: at * 1000 for name, at in today().items()}
    issue = eventually(
        lambda: product.post("/rum/issue/list", {**window, "limit": 1})["items"], "the issue"
    )[0]["issue_id"]
    return {"incident": incident, "issue": issue, **made}


def screens(stored: dict[str, Any]) -> Iterator[str]:
    """Everywhere that shows what others wrote."""
    yield from ("/", "/incidents", "/issues", "/on-call", "/channels", "/integrations")
    yield from ("/settings", "/me", "/start")
    yield f"/incidents/{stored['incident']}"
    yield f"/issues/{stored['issue']}"
    yield f"/channels/{stored['channel']}"
    yield f"/integrations/{stored['integration_id']}"


def test_nothing_that_is_stored_runs_anywhere(visitor: Visitor, stored: dict[str, Any]) -> None:
    page = visitor.page
    seen = 0
    for path in screens(stored):
        page.goto(visitor.base + path)
        page.get_by_role("heading", level=1).first.wait_for()
        for place in range(max(1, page.get_by_role("tab").count())):
            if page.get_by_role("tab").count():
                page.get_by_role("tab").nth(place).click()
            expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)
            assert page.evaluate(RAN) == 0, (path, place)
            seen += page.get_by_text("class=evil").count()
    visitor.open("/", "Now")
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search screens").fill("evil")
    page.get_by_text("class=evil").last.wait_for()
    assert page.evaluate(RAN) == 0
    assert seen > 30, "it is shown as what it is: text"
    assert not visitor.complaints


def test_no_script_and_no_style_is_taken_that_is_not_the_servers(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/", "Now")
    page.get_by_role("button", name="Menu of Alice").click()
    for _ in range(3):
        page.get_by_role("menuitem", name="Theme").click()
    assert not visitor.complaints
    tried = page.evaluate(
        """async () => {
          // What a debugger evaluates may do more than a page; what a timer calls may not.
          await new Promise((done) => setTimeout(done, 0))
          const broken = new Set()
          document.addEventListener('securitypolicyviolation', (event) =>
            broken.add(event.effectiveDirective))
          const script = document.createElement('script')
          script.textContent = 'window.ran = true'
          document.body.append(script)
          document.body.insertAdjacentHTML('beforeend', '<b style="color:red" onclick="1">x</b>')
          const style = document.createElement('style')
          style.textContent = 'body{display:none}'
          document.head.append(style)
          const frame = document.createElement('iframe')
          frame.src = 'https://evil.example/'
          document.body.append(frame)
          document.body.append(Object.assign(document.createElement('base'), {href: '//evil'}))
          try { eval('window.ran = true') } catch { broken.add('eval') }
          await fetch('https://evil.example/').catch(() => null)
          await new Promise((done) => setTimeout(done, 200))
          return [Boolean(window.ran), [...broken].sort()]
        }"""
    )
    assert tried[0] is False
    assert {"script-src-elem", "eval", "frame-src", "connect-src"} <= set(tried[1]), tried
    assert {"style-src-elem", "style-src-attr", "base-uri"} <= set(tried[1]), tried
    visitor.complaints.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same site", "another site"])
def test_no_page_of_others_can_act_or_look_in(
    visitor: Visitor, product: Product, host: str
) -> None:
    """Another port is another origin of the same site; another name is another site."""
    body = attacks.page_of_another_site(product.url)
    with http_server(lambda to: reply(to, 200, body, Content_Type="text/html")) as port:
        page = visitor.page.context.new_page()
        page.goto(f"http://{host}:{port}/")
        page.wait_for_function("document.title === 'refused' || document.title === 'stolen'")
        assert page.title() == "refused"
        assert page.get_by_text("heard").count() == 0
        framed = [one.get_by_role("button").count() for one in page.frames[1:]]
        assert framed == [0, 0], "no other site's page frames this one"
        page.close()
    names = [one["team_name"] for one in product.post("/team/list", {"limit": 100})["items"]]
    assert "Stolen" not in names
    visitor.open("/", "Now")


def test_a_planted_session_is_not_the_one_that_signing_in_opens(
    browser: Browser, visitor: Visitor, product: Product
) -> None:
    with Visitor.arriving(browser, product.url) as victim:
        context = victim.page.context
        planted = {"name": "tocsin_session", "value": "chosen-by-somebody", "url": product.url}
        context.add_cookies([planted])
        victim.page.goto(product.url)
        victim.sign_in()
        victim.sees("Now")
        [mine] = [one for one in context.cookies() if one["name"] == "tocsin_session"]
        assert mine["value"] != planted["value"]
        assert (mine["httpOnly"], mine["sameSite"]) == (True, "Strict")
        assert victim.page.evaluate("document.cookie") == "", "no script can read it"
        context.clear_cookies()
        context.add_cookies([planted])
        victim.page.goto(product.url)
        victim.sees("Sign in to Tocsin")
