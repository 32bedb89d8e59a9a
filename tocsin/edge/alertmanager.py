"""Answers for Alertmanager's API: key, limit, endpoint, and refusals in its own form."""

import logging
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.dialects import alertmanager
from tocsin.dialects.alertmanager import Found, Place
from tocsin.dialects.alertmanager_endpoint import Asked, Desk
from tocsin.dialects.alertmanager_wire import Refused
from tocsin.domain.access import Permission
from tocsin.domain.integration import Integration, IntegrationStatus
from tocsin.domain.plugin import ALERTMANAGER
from tocsin.edge.app import Handler, Route
from tocsin.edge.http import bounded_body, client_ip
from tocsin.edge.rate_limit import RateLimiter
from tocsin.engine import auditing, authentication
from tocsin.engine.auditing import Call
from tocsin.engine.integration_channel import home
from tocsin.kernel.errors import (
    AccessDenied,
    Failure,
    InternalError,
    TooFrequent,
    Unauthorized,
    Unavailable,
)
from tocsin.kernel.locale import preferred
from tocsin.kernel.operation import Kind
from tocsin.sources.answer import header_key
from tocsin.sources.door import JSON, Knock
from tocsin.store import integration as integrations
from tocsin.store.database import Database, Tx

BODY_BYTES_MAX: Final = 1024 * 1024
KEY_LENGTH_MAX: Final = 64
log = logging.getLogger(__name__)


class Visit(Struct, frozen=True):
    """One request, read from the network and not yet judged."""

    method: str
    place: Place
    key: str
    query: dict[str, list[str]]
    media_type: str
    body: bytes
    ip: str
    language: str
    request_id: str


class AlertmanagerApi:
    """Every endpoint of the dialect. What is pushed to it is handed to `push`."""

    def __init__(self, database: Database, limiter: RateLimiter | None, push: Handler) -> None:
        self._database = database
        self._limiter = limiter
        self._push = push
        self._serving_since = database.clock.now()

    def routes(self) -> list[Route]:
        return [Route(lambda path: alertmanager.place_of(path) is not None, self._answer)]

    async def _answer(self, request: Request) -> Response:
        place = alertmanager.place_of(request.scope["path"])
        if place is None or (place.path == alertmanager.PUSHED and request.method != "GET"):
            return await self._push(request)
        language = preferred(request.headers.get("accept-language", ""))
        try:
            body = await bounded_body(request, BODY_BYTES_MAX)
        except Failure as failure:
            return _refusal(failure, language)
        query: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            query.setdefault(name, []).append(value)
        visit = Visit(
            method=request.method,
            place=place,
            key=place.key or header_key(Knock("", "", {}, dict(request.headers))),
            query=query,
            media_type=request.headers.get("content-type", "").partition(";")[0].strip(),
            body=body,
            ip=client_ip(request),
            language=language,
            request_id=self._database.ids.ulid(),
        )
        return await run_in_threadpool(self._judge, visit)

    def _judge(self, visit: Visit) -> Response:
        """Every failure becomes an answer here."""
        try:
            return self._serve(visit)
        except (Failure, Refused) as problem:
            return _refusal(problem, visit.language)
        except OperationalError:
            log.exception("database unavailable", extra={"request_id": visit.request_id})
            down = Unavailable("the database does not answer; retry in a moment")
            return _refusal(down, visit.language)
        except Exception:
            log.exception("operation failed", extra={"request_id": visit.request_id})
            fault = InternalError(
                "something went wrong here; quote request id {request_id} to the operator",
                request_id=visit.request_id,
            )
            return _refusal(fault, visit.language)

    def _serve(self, visit: Visit) -> Response:
        with self._database.read(patiently=False) as tx:
            integration = _integration(tx, visit.key)
            self._admit(integration)
            if visit.place.path in alertmanager.HEALTH:
                return Response("OK", media_type="text/plain")
            desk = self._desk(tx, integration, visit)
            found = alertmanager.find(visit.method, visit.place.path)
            asked = Asked(found.names, visit.query, visit.body)
            if found.endpoint.kind is Kind.READ:
                return _response(found.endpoint.run(tx, desk, asked))
        return self._change(desk, found, asked, visit)

    def _change(self, desk: Desk, found: Found, asked: Asked, visit: Visit) -> Response:
        """Carry out what writes, with a row in the audit log either way."""
        endpoint = found.endpoint
        names = [*found.names.items()]
        call = Call(visit.request_id, visit.body, names, (desk.channel.id,))
        try:
            _require_right(desk)
            _require_json(visit)
            with self._database.write() as tx:
                content = endpoint.run(tx, desk, asked)
                auditing.record(tx, desk.caller, endpoint, call)
        except (Failure, Refused) as problem:
            if desk.member is not None:
                code = problem.code if isinstance(problem, Failure) else "InvalidParameter"
                with self._database.write() as tx:
                    auditing.record(tx, desk.member, endpoint, call, code)
            raise
        return _response(content)

    def _desk(self, tx: Tx, integration: Integration, visit: Visit) -> Desk:
        channel = home(tx, integration, visit.query.get("channel_id", [""])[-1])
        member = authentication.by_member(tx, integration.account_id, integration.settled_by)
        if member is not None:
            member = replace(member, ip=visit.ip, locale=visit.language)
        return Desk(channel, member, self._serving_since)

    def _admit(self, integration: Integration) -> None:
        if self._limiter is None:
            return
        name, now = f"integration:{integration.id}", self._database.clock.now()
        verdict = self._limiter.check(name, alertmanager.RATE, now)
        if not verdict.admitted:
            raise TooFrequent(
                "too many calls of {path}: at most {maximum} a {period}; retry in {retry_after} s",
                retry_after=verdict.retry_after,
                path=alertmanager.PREFIX,
                maximum=verdict.limit,
                period=verdict.period,
            )


def _integration(tx: Tx, key: str) -> Integration:
    usable = 0 < len(key) <= KEY_LENGTH_MAX and "\0" not in key
    found = integrations.by_key(tx, key) if usable else None
    if found is None or found.plugin_id != ALERTMANAGER.id:
        raise Unauthorized("no integration of the type prometheus has this key")
    if found.status is not IntegrationStatus.ENABLED:
        raise Unauthorized("integration {name} is disabled; enable it", name=found.name)
    return found


def _require_right(desk: Desk) -> None:
    if Permission.CHANNELS_MANAGE not in desk.caller.permissions:
        raise AccessDenied(
            "whoever set up this integration needs the permission {permission} for this",
            permission=Permission.CHANNELS_MANAGE,
        )


def _require_json(visit: Visit) -> None:
    if visit.method == "POST" and visit.media_type != JSON:
        raise Refused(
            415,
            415,
            f'unsupported media type "{visit.media_type[:64]}", only [{JSON}] are allowed',
        )


def _refusal(problem: Failure | Refused, language: str) -> Response:
    status, said = alertmanager.refusal(problem, language)
    response = Response(msgspec.json.encode(said), status, media_type=JSON)
    if isinstance(problem, TooFrequent):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _response(content: Any) -> Response:
    if content is None:
        return Response(status_code=200)
    return Response(msgspec.json.encode(content), media_type=JSON)
