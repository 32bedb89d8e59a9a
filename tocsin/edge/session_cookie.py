"""The cookie that a browser's session travels in, and proof that its own page asks.

No other site can use somebody's session: the cookie goes with requests of the same site only
(SameSite), what browsers say of a request's origin must be this server, and a call that may change
something carries a header which browsers let no other site's page send.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tocsin.kernel.operation import POST, Entered

HEADER: Final = "X-Tocsin-Console"
_OWN: Final = ("same-origin", "none", "")


class SessionCookie:
    """`public_url` is the address of the server as browsers know it."""

    def __init__(self, public_url: str) -> None:
        self._is_secure = public_url.startswith("https:")
        self._origin = _origin(public_url)
        # The prefix has browsers refuse a cookie of this name from a subdomain or over plain HTTP.
        self.name = "__Host-tocsin_session" if self._is_secure else "tocsin_session"

    def read(self, request: Request) -> str:
        """The session's secret, empty where there is none."""
        return request.cookies.get(self.name, "")

    def comes_from_elsewhere(self, request: Request) -> bool:
        """Whether a browser says that another site's page asks."""
        if request.headers.get("sec-fetch-site", "") not in _OWN:
            return True
        origin = request.headers.get("origin")
        return origin is not None and origin not in (self._origin, _origin(str(request.url)))

    def is_proven(self, request: Request) -> bool:
        """Whether a call by session is certainly from a page of this server, or a program."""
        has_header = request.method != POST or HEADER in request.headers
        return has_header and not self.comes_from_elsewhere(request)

    def write(self, response: Response, entered: Entered[object]) -> None:
        """Have the browser keep the session, or forget it where it has no secret."""
        response.set_cookie(
            self.name,
            entered.secret,
            max_age=entered.life_s,
            httponly=True,
            secure=self._is_secure,
            samesite="strict",
        )


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
