"""The ways in, as people at browsers take them, and who sends whom out."""

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.cli.program import serving
from tests.console.visitor import EMAIL, Visitor
from tests.e2e.product import Product
from tests.e2e.software import free_port
from tests.idp import Idp, providing

pytestmark = pytest.mark.slow
BY_HAND = "a finger"


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Idp]:
    with providing(tmp_path_factory.mktemp("idp")) as found:
        yield found


@pytest.fixture(scope="module")
def product(assets: None, idp: Idp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server at a host that has a name, which passkeys need, and with a provider of sign-ins."""
    folder = tmp_path_factory.mktemp("sign-in") / "data"
    port = free_port()
    words = ("--port", str(port), "--public-url", f"http://localhost:{port}")
    provider = {
        "TOCSIN_OIDC_ISSUER": idp.url,
        "TOCSIN_OIDC_CLIENT_ID": "tocsin",
        "TOCSIN_OIDC_CLIENT_SECRET": "between us",
        "TOCSIN_OIDC_NAME": "Acme ID",
    }
    with serving(folder, *words, **provider) as running:
        yield Product(running, folder)


def give_finger(visitor: Visitor) -> None:
    """Put a device with a fingerprint reader under this browser."""
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def test_a_finger_lets_in_who_made_a_passkey(visitor: Visitor) -> None:
    page = visitor.page
    give_finger(visitor)
    visitor.open("/me", "My shifts and methods")
    page.get_by_label("Name of the device").fill(BY_HAND)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("not used yet").wait_for()
    assert not visitor.barriers()
    visitor.sign_out()
    page.get_by_role("button", name="Sign in with a passkey").click()
    visitor.sees("My shifts and methods")
    page.get_by_text("by passkey").wait_for()
    page.get_by_role("button", name=f"Remove {BY_HAND}").click()
    page.get_by_text("A passkey replaces password").wait_for()
    visitor.sign_out()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("does not let anybody in here").wait_for()
    assert not visitor.barriers()
    visitor.sign_in()
    visitor.sees("My shifts and methods")


def test_an_authenticator_is_set_up_and_asked_for(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/me", "My shifts and methods")
    page.get_by_role("button", name="Set up an authenticator").click()
    page.get_by_role("img", name="The secret as a QR code").wait_for()
    secret = page.get_by_label("The secret", exact=True).inner_text().strip()
    page.get_by_label("Code of the authenticator").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    codes = page.get_by_label("Recovery codes", exact=True).inner_text().split()
    assert len(codes) == 10
    assert not visitor.barriers()
    visitor.sign_out()
    visitor.sign_in()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Recovery codes left: 9").wait_for()
    page.get_by_label("Code of the authenticator").fill(codes[1])
    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("button", name="Set up an authenticator").wait_for()


def test_the_provider_of_the_organisation_lets_in(
    visitor: Visitor, browser: Browser, product: Product, idp: Idp
) -> None:
    idp.knows("a-1", email=EMAIL, email_verified=True, name="Alice")
    with Visitor.arriving(browser, product.url) as other:
        page = other.page
        page.goto(product.url)
        page.get_by_role("link", name="Sign in by Acme ID").click()
        page.locator("[name=sub]").fill("a-1")
        page.get_by_role("button", name="Authorize").click()
        other.sees("Now")
        page.get_by_role("button", name="Menu of Alice").wait_for()


def test_who_manages_members_sees_where_they_are_and_sends_them_out(
    visitor: Visitor, browser: Browser, product: Product
) -> None:
    page = visitor.page
    visitor.open("/settings", "Settings")
    page.get_by_label("E-mail").fill("bob@acme.example")
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.get_by_label("A link that lets them in once", exact=True).inner_text().strip()
    with Visitor.arriving(browser, product.url) as bob:
        bob.enter(link, "Bob")
        page.reload()
        page.get_by_role("button", name="Actions on Bob").click()
        page.get_by_role("menuitem", name="Sessions").click()
        page.get_by_text("by a link").wait_for()
        expect(page.get_by_role("menu")).to_have_count(0)
        assert not visitor.barriers()
        page.get_by_role("button", name="Sign out there").click()
        page.get_by_text("Signed in nowhere").wait_for()
        bob.page.get_by_role("link", name="Incidents", exact=True).click()
        bob.sees("Sign in to Tocsin")
