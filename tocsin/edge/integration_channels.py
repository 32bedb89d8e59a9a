"""`POST /channel/list-by-integration?integration_key=<key>`: for senders that let people choose a
channel, and have no app key."""

from typing import Final

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.channel import ChannelStatus
from tocsin.domain.integration import IntegrationStatus
from tocsin.edge import envelope
from tocsin.edge.app import Route
from tocsin.edge.decoding import decode
from tocsin.edge.http import bounded_body
from tocsin.engine.integration_channel import Wanted, reachable
from tocsin.kernel.envelope import success
from tocsin.kernel.errors import Failure, InvalidParameter, MethodNotAllowed
from tocsin.kernel.locale import preferred
from tocsin.store import integration as integrations
from tocsin.store.database import Database

PATH: Final = "/channel/list-by-integration"
BODY_BYTES_MAX: Final = 64 * 1024


class ChannelItem(Struct, frozen=True):
    channel_id: int
    channel_name: str
    status: ChannelStatus


class ChannelItems(Struct, frozen=True):
    items: list[ChannelItem]
    total: int


class IntegrationChannels:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._decoder = msgspec.json.Decoder(Wanted)

    def routes(self) -> list[Route]:
        return [Route(PATH, self._answer, exact=True)]

    async def _answer(self, request: Request) -> Response:
        request_id = self._database.ids.ulid()
        try:
            if request.method != "POST":
                raise MethodNotAllowed(
                    "{path} takes {expected}, not {found}",
                    path=PATH,
                    expected="POST",
                    found=request.method,
                )
            wanted = decode(self._decoder, await bounded_body(request, BODY_BYTES_MAX))
            key = request.query_params.get("integration_key", "")
            found = await run_in_threadpool(self._listed, key, wanted)
        except Failure as failure:
            language = preferred(request.headers.get("accept-language", ""))
            return envelope.refusal(failure, request_id, language)
        return envelope.answer(success(request_id, found), request_id)

    def _listed(self, key: str, wanted: Wanted) -> ChannelItems:
        with self._database.read() as tx:
            sender = integrations.by_key(tx, key) if key and "\0" not in key else None
            if sender is None or sender.status is not IntegrationStatus.ENABLED:
                raise InvalidParameter("The specified parameter integration_key is not a valid one")
            found = reachable(tx, sender, wanted)
        items = [ChannelItem(one.id, one.name, one.status) for one in found]
        return ChannelItems(items, len(items))
