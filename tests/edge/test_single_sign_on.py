"""Signing in by a provider of the organisation's: a real one, in a process of its own."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.idp import Idp, providing
from tests.server import Server
from tocsin.kernel.settings import Settings


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Idp]:
    with providing(tmp_path_factory.mktemp("idp")) as found:
        yield found


@pytest.fixture
def settings(database_url: str, tmp_path: Path, idp: Idp) -> Settings:
    is_sqlite = database_url.startswith("sqlite")
    plain = Settings(data_dir=str(tmp_path), database_url="" if is_sqlite else database_url)
    return replace(
        plain,
        oidc_issuer=idp.url,
        oidc_client_id="tocsin",
        oidc_client_secret="between us",
        oidc_name="Acme ID",
        oidc_domains="new.example, other.example",
    )


def begin(server: Server) -> tuple[str, str]:
    """Where the browser is sent, and the cookie it keeps meanwhile."""
    sent = server.request("GET", "/session/oidc/start")
    assert sent.status_code == 303, sent.text
    cookie = sent.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return sent.headers["location"], cookie.partition(";")[0]


def back(server: Server, address: str, cookie: str) -> httpx.Response:
    parts = urlsplit(address)
    return server.request("GET", f"{parts.path}?{parts.query}", headers={"Cookie": cookie})


def session(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/"
    cookies = answer.headers.get_list("set-cookie")
    [mine] = [each.partition(";")[0] for each in cookies if each.startswith("tocsin_session=")]
    return {"Cookie": mine, "X-Tocsin-Console": "1"}


@pytest.mark.effect("/session/oidc/info", seen_by="/session/oidc/info")
def test_who_is_vouched_for_comes_in(server: Server, cast: Cast, idp: Idp) -> None:
    assert server.post("/session/oidc/info").data["provider"] == "Acme ID"
    idp.knows("b-17", email="bob@acme.example", email_verified=True, name="Robert")
    asked, cookie = begin(server)
    assert parse_qs(urlsplit(asked).query)["code_challenge_method"] == ["S256"]
    bob = session(back(server, idp.signs_in(asked, "b-17"), cookie))
    assert server.post("/session/info", headers=bob).data["member_id"] == cast.bob.id
    [row] = server.post("/session/list", headers=bob).data["items"]
    assert row["way"] == "oidc"

    server.restart()
    assert (
        server.post("/session/oidc/info").data["start_url"] == f"{server.base}/session/oidc/start"
    )
    idp.knows("b-17", email="robert@married.example", email_verified=True)
    asked, cookie = begin(server)
    again = session(back(server, idp.signs_in(asked, "b-17"), cookie))
    assert server.post("/session/info", headers=again).data["member_id"] == cast.bob.id, "the same"

    idp.knows("n-1", email="nina@new.example", email_verified=True, name="Nina")
    asked, cookie = begin(server)
    nina = session(back(server, idp.signs_in(asked, "n-1"), cookie))
    shown = server.post("/session/info", headers=nina).data
    assert (shown["member_name"], shown["is_admin"]) == ("Nina", False)


def test_nobody_else_comes_in(server: Server, cast: Cast, idp: Idp) -> None:
    idp.knows("x-1", email="bob@acme.example", email_verified=False)
    idp.knows("x-2", email="eve@evil.example", email_verified=True)
    idp.knows("x-3")
    for subject in ("x-1", "x-2", "x-3"):
        asked, cookie = begin(server)
        refused = back(server, idp.signs_in(asked, subject), cookie)
        assert (subject, refused.status_code) == (subject, 403)
        assert not any(
            each.startswith("tocsin_session") for each in refused.headers.get_list("set-cookie")
        )
    idp.knows("b-18", email="bob@acme.example", email_verified=True)
    asked, cookie = begin(server)
    answer = idp.signs_in(asked, "b-18")
    _, other = begin(server)
    for foreign in (other, "tocsin_oidc=made-up", ""):
        assert back(server, answer, foreign).status_code == 400, "somebody else began this"
    wrong = answer.replace("code=", "code=x")
    assert back(server, wrong, cookie).status_code == 403
    server.clock.advance(601)
    assert back(server, answer, cookie).status_code == 400, "it took too long"
