"""`/-/watch`: signed heartbeats between this server and watchers on other machines.

A watcher says who it is and may ask for a page on trial; the answer says how this server is doing
and how the last such page fared. Both are signed with `watch_secret`.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tocsin.edge.app import Route
from tocsin.edge.http import bounded_body
from tocsin.engine import trial
from tocsin.kernel.errors import Failure
from tocsin.kernel.sealing import PHRASE_LENGTH_MIN
from tocsin.kernel.signing import HEADER, is_signed, signature
from tocsin.store.database import Database
from tocsin.wire.watch import PATH, Beat, BeatBack

BODY_BYTES_MAX: Final = 8 * 1024


class WatchDoor:
    """Answers watchers; `problems` is what keeps the server from doing its work."""

    def __init__(self, database: Database, secret: str, problems: Callable[[], list[str]]) -> None:
        self._database = database
        self._secret = secret
        self._problems = problems

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer, exact=True)]

    async def answer(self, request: Request) -> Response:
        if request.method != "POST":
            return Response("Method Not Allowed", 405, headers={"Allow": "POST"})
        if len(self._secret) < PHRASE_LENGTH_MIN:
            return Response(
                "this server has no watch_secret of 32 or more characters; set one", 404
            )
        try:
            body = await bounded_body(request, BODY_BYTES_MAX)
        except Failure as failure:
            return Response(failure.message(), failure.status)
        now = self._database.clock.now()
        if not is_signed(self._secret, body, request.headers.get(HEADER, ""), now):
            return Response("the signature is not right, or of another time", 401)
        try:
            beat = msgspec.json.decode(body, type=Beat)
        except (msgspec.DecodeError, msgspec.ValidationError) as problem:
            return Response(str(problem), 400)
        said = msgspec.json.encode(await run_in_threadpool(self._beat, beat))
        headers = {HEADER: signature(self._secret, said, self._database.clock.now())}
        return Response(said, headers=headers, media_type="application/json")

    def _beat(self, beat: Beat) -> BeatBack:
        problems = tuple(self._problems())
        with self._database.write() as tx:
            known = trial.heard_of(tx, beat.name, beat.nonce if beat.page else "", beat.callback)
            return BeatBack(
                beat.nonce, tx.now, problems, known.nonce, known.asked_at, known.arrived_at
            )
