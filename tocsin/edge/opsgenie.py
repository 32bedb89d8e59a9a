"""Opsgenie's API over HTTP: what it reads and its heartbeats here, the rest through the doors."""

import logging
import re
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.dialects import opsgenie
from tocsin.dialects.opsgenie_endpoint import Answer, Call
from tocsin.domain.integration import Integration
from tocsin.domain.plugin import OPSGENIE
from tocsin.edge.app import Route
from tocsin.edge.http import bounded_body
from tocsin.edge.push import PushDoors, raw_path, response
from tocsin.kernel.errors import Failure, Unavailable
from tocsin.kernel.operation import Kind
from tocsin.sources import opsgenie_answer
from tocsin.sources.door import Knock, Reply
from tocsin.store.database import Database

ALERTS: Final = re.compile(r"/v2/alerts(/.*)?", re.DOTALL)
HEARTBEATS: Final = re.compile(r"/v2/heartbeats(/.*)?", re.DOTALL)
BODY_BYTES_MAX: Final = 100 * 1024
log = logging.getLogger(__name__)


class Opsgenie:
    """Every endpoint below /v2/alerts and /v2/heartbeats but the pings."""

    def __init__(
        self, database: Database, pushes: PushDoors, knocked: Callable[[str, str], None]
    ) -> None:
        self._database = database
        self._pushes = pushes
        self._knocked = knocked

    def routes(self) -> list[Route]:
        return [Route(ALERTS, self._alerts), Route(HEARTBEATS, self._answer)]

    async def _alerts(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._answer(request)
        return await self._pushes.answer(request)

    async def _answer(self, request: Request) -> Response:
        knock = Knock(
            request.method, raw_path(request), dict(request.query_params), dict(request.headers)
        )
        request_id = self._database.ids.short()
        try:
            reply = await self._reply(request, knock, request_id)
        except Failure as failure:
            self._knocked("/v2", failure.code)
            reply = opsgenie_answer.refused(knock, failure, request_id)
        except OperationalError:
            log.exception("database unavailable", extra={"request_id": request_id})
            down = Unavailable("the database does not answer; retry in a moment")
            reply = opsgenie_answer.refused(knock, down, request_id)
        return response(reply)

    async def _reply(self, request: Request, knock: Knock, request_id: str) -> Reply:
        sender = await self._pushes.opened(opsgenie_answer.key(knock), OPSGENIE)
        found = opsgenie.find(knock.method, knock.path)
        body = await bounded_body(request, BODY_BYTES_MAX)
        query = {name: value.replace("\0", "") for name, value in knock.query.items()}
        call = Call(found.names, query, body)
        answer = await run_in_threadpool(self._run, sender, found, call)
        return opsgenie_answer.reply(answer.status, answer.said, request_id)

    def _run(self, sender: Integration, found: opsgenie.Found, call: Call) -> Answer:
        is_read = found.endpoint.kind is Kind.READ
        database = self._database
        with database.read(patiently=False) if is_read else database.write() as tx:
            return found.endpoint.run(tx, sender, call)
