"""What DataKit asks of its dataway beside writing: whether its token is good, what time it is, and what
it should filter. Elections and queries are not for this server, and it says so.
"""

import re
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.edge import cors
from tocsin.edge.app import Route
from tocsin.edge.datakit_door import opened_by, refusal
from tocsin.edge.error_gate import Refused
from tocsin.edge.senders import Senders
from tocsin.kernel.clock import Clock
from tocsin.kernel.units import SECOND, seconds

PATH: Final = re.compile(
    r"(?!.*/api/v1/)(?:/.*)?/v1/(?P<what>check/token|ntp|datakit/pull|election|query/raw|workspace)"
    r"(?:/(?P<rest>[^/]{1,100}))?/?"
)
PULL_NS: Final = 60 * SECOND * 1_000_000
"""How often it asks what to filter."""
_NOT_HERE: Final = {
    "election": "no elections are held here; set enable_election = false",
    "query/raw": "nothing is queried here; ask /rum/data/query",
    "workspace": "a client token belongs to an application, not to a workspace",
}


class DatakitSideDoor:
    """Keeps nothing."""

    def __init__(self, senders: Senders, clock: Clock) -> None:
        self._senders = senders
        self._clock = clock

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        try:
            said = await self._say(request)
        except Refused as refused:
            return refusal(refused)
        return Response(msgspec.json.encode(said), 200, cors.HEADERS, "application/json")

    async def _say(self, request: Request) -> dict[str, Any]:
        found = PATH.fullmatch(request.url.path)
        what, rest = (found["what"], found["rest"] or "") if found else ("", "")
        if what in _NOT_HERE:
            raise Refused(404, _NOT_HERE[what])
        if what == "ntp":
            return {"timestamp_sec": seconds(self._clock.now())}
        token = rest if what == "check/token" else request.query_params.get("token", "")
        await opened_by(self._senders, token)
        if what == "datakit/pull":
            return {"filters": {}, "remote_pipelines": [], "pull_interval": PULL_NS}
        return {"code": 200, "content": {}, "errorCode": "", "message": "", "success": True}
