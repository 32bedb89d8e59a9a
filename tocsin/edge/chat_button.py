"""`/chat/slack/<key>` and `/chat/feishu/<key>`: buttons pressed in a chat, where `key` is that of
the app's integration.

Whoever pressed acts as the member they are here, with that member's permissions: known by a
verified contact, else by the mail address that the platform vouches for.
"""

import logging
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tocsin.domain import notice_words
from tocsin.domain.chat_app import ChatApp
from tocsin.domain.integration import Integration, IntegrationStatus
from tocsin.domain.plugin import FEISHU_APP, SLACK_APP, Plugin
from tocsin.edge.app import Route
from tocsin.edge.http import bounded_body, client_ip
from tocsin.engine import auditing, authentication, chat_app
from tocsin.engine.auditing import Call
from tocsin.engine.webhook_secret import opened_app
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, Failure, InvalidParameter, ResourceNotFound
from tocsin.kernel.operation import OPERATIONS, Operation
from tocsin.kernel.settings import Settings
from tocsin.outbound import chat_app as outside
from tocsin.outbound.address import ANYWHERE
from tocsin.outbound.chat_app import FeishuDoor, Reply
from tocsin.outbound.sealed import closed
from tocsin.outbound.transport import SendFailed
from tocsin.sources import chat_button
from tocsin.sources.chat_button import Challenge, Forged, Press
from tocsin.store import delivery, seen
from tocsin.store import incident as incidents
from tocsin.store import integration as integrations
from tocsin.store.database import Database, Tx

SLACK: Final = "/chat/slack/"
FEISHU: Final = "/chat/feishu/"
BODY_BYTES_MAX: Final = 512 * 1024
_OPERATIONS: Final = {outside.ACK: "/incident/ack", outside.RESOLVE: "/incident/resolve"}

log = logging.getLogger(__name__)


class Knock(Struct, frozen=True):
    """A request at one of the doors."""

    key: str
    body: bytes
    headers: dict[str, str]
    ip: str


class Outcome(Struct, frozen=True):
    """What came of a press, in words for the chat."""

    text: str
    is_done: bool


class ChatButtons:
    """The doors; `settings` say where the platforms are."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._slack_url = settings.slack_url.rstrip("/")
        self._feishu_url = settings.feishu_url.rstrip("/")
        self._door = FeishuDoor(self._feishu_url, ANYWHERE)

    def routes(self) -> list[Route]:
        return [
            Route(SLACK, lambda request: _answer(request, SLACK, self.slack)),
            Route(FEISHU, lambda request: _answer(request, FEISHU, self.feishu)),
        ]

    def slack(self, knock: Knock) -> Response:
        app, secrets = self._app(knock, SLACK_APP)
        now = self._database.clock.now()
        press = chat_button.slack(knock.body, knock.headers, secrets, now)
        if press is None:
            return Response()
        outcome = self._press(app, secrets, press, knock.ip)
        if outcome and press.reply_url:
            with self._database.write() as tx:
                _owe_reply(tx, app, press, outcome)
        return Response()

    def feishu(self, knock: Knock) -> Response:
        app, secrets = self._app(knock, FEISHU_APP)
        said = chat_button.feishu(knock.body, knock.headers, secrets, self._database.clock.now())
        if isinstance(said, Challenge):
            return JSONResponse({"challenge": said.text})
        outcome = self._press(app, secrets, said, knock.ip) if said else None
        if outcome is None:
            return JSONResponse({})
        kind = "success" if outcome.is_done else "error"
        return JSONResponse({"toast": {"type": kind, "content": outcome.text}})

    def _app(self, knock: Knock, plugin: Plugin) -> tuple[Integration, ChatApp]:
        with self._database.read() as tx:
            found = integrations.by_key(tx, knock.key)
            if found is None or found.plugin_id != plugin.id:
                raise ResourceNotFound("no integration has this key")
            if found.status is not IntegrationStatus.ENABLED:
                raise AccessDenied("integration {name} is disabled", name=found.name)
            return found, opened_app(tx, found)

    def _press(self, app: Integration, secrets: ChatApp, press: Press, ip: str) -> Outcome | None:
        """Carry a press out, once; None for one that was heard before."""
        with self._database.write() as tx:
            if not seen.first(tx, app.account_id, f"chat/{app.id}", press.name):
                return None
        member_id = 0
        try:
            caller = self._caller(app, secrets, press, ip)
            member_id = caller.member_id
            return self._carry_out(caller, press)
        except Failure as failure:
            with self._database.read() as tx:
                locale = chat_app.locale_of(tx, app.account_id, member_id)
            spoken = notice_words.language(locale)
            return Outcome(failure.message(spoken), is_done=False)

    def _caller(self, app: Integration, secrets: ChatApp, press: Press, ip: str) -> Caller:
        with self._database.read() as tx:
            member_id = chat_app.linked(tx, app, press.user_id)
        email = "" if member_id else self._email(app, secrets, press.user_id)
        with self._database.read() as tx:
            member_id = member_id or chat_app.with_email(tx, app.account_id, email)
            caller = authentication.by_member(tx, app.account_id, member_id) if member_id else None
        if caller is None:
            raise AccessDenied(
                "nobody here is known as {user} there; add a {service} contact with that id and "
                "verify it, or use the same mail address",
                user=press.user_id,
                service=app.plugin_type,
            )
        return msgspec.structs.replace(caller, ip=ip)

    def _email(self, app: Integration, secrets: ChatApp, user_id: str) -> str:
        try:
            if app.plugin_id == SLACK_APP.id:
                return outside.slack_email(self._slack_url, secrets, user_id)
            now = self._database.clock.now()
            return outside.feishu_email(self._feishu_url, self._door, secrets, user_id, now)
        except SendFailed as failure:
            log.warning("a chat platform does not say who somebody is", extra={"why": failure.why})
            return ""

    def _carry_out(self, caller: Caller, press: Press) -> Outcome:
        """Call the operation that a button stands for, as the member."""
        path = _OPERATIONS.get(press.action)
        if path is None:
            raise InvalidParameter("this button is not known: {action}", action=press.action)
        operation = OPERATIONS[path]
        body = msgspec.json.encode({"incident_ids": [press.incident_id]})
        call = Call(self._database.ids.ulid(), body, [])
        try:
            _require_right(operation, caller)
            request = msgspec.json.decode(body, type=operation.request)
            with self._database.write() as tx:
                operation.run(tx, caller, request)
                auditing.record(tx, caller, operation, call)
                (held,) = incidents.find(tx, caller.account_id, [press.incident_id])
        except msgspec.ValidationError:
            raise InvalidParameter(
                "this button is not known: {action}", action=press.action
            ) from None
        except Failure as failure:
            with self._database.write() as tx:
                auditing.record(tx, caller, operation, call, failure.code)
            raise
        with self._database.read() as tx:
            locale = chat_app.locale_of(tx, caller.account_id, caller.member_id)
        text = notice_words.pressed(press.action, caller.member_name, held.num, held.title, locale)
        return Outcome(text, is_done=True)


def _require_right(operation: Operation, caller: Caller) -> None:
    if operation.permission and caller.permissions.isdisjoint(operation.permission):
        raise AccessDenied(
            "this needs the permission {permission}; ask an administrator for a role that has it",
            permission=operation.permission[0],
        )


def _owe_reply(tx: Tx, app: Integration, press: Press, outcome: Outcome) -> None:
    door = closed(tx.site.seal, press.reply_url)
    reply = msgspec.json.encode(Reply(outcome.text, door, to_all=outcome.is_done))
    delivery.owe(
        tx, app.account_id, outside.SLACK_REPLY, app.name, reply, press.incident_id[:24].lower()
    )


async def _answer(request: Request, place: str, act: Callable[[Knock], Response]) -> Response:
    if request.method != "POST":
        return Response("Method Not Allowed", 405, headers={"Allow": "POST"})
    try:
        body = await bounded_body(request, BODY_BYTES_MAX)
        headers = {name.lower(): text for name, text in request.headers.items()}
        key = request.url.path.removeprefix(place)
        return await run_in_threadpool(act, Knock(key, body, headers, client_ip(request)))
    except Forged as problem:
        log.warning("a forged press of a button", extra={"why": str(problem)})
        return JSONResponse({"error": str(problem)}, 401)
    except Failure as failure:
        return JSONResponse({"error": failure.message()}, failure.status)
    except OperationalError:
        log.exception("database unavailable")
        return JSONResponse({"error": "the database does not answer; retry in a moment"}, 503)
