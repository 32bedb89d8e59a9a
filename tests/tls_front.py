"""TLS before a test's server, for clients that speak nothing else."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import trustme
from msgspec import Struct


class Front(Struct, frozen=True):
    """Where it listens, and what a client must trust."""

    base: str
    trust: ssl.SSLContext


@contextmanager
def tls_front(base: str) -> Iterator[Front]:
    """A front that hands everything on to the plain server at `base`."""
    authority = trustme.CA()
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(offered)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(_listen(int(base.rsplit(":", 1)[1]), offered), loop)
    listening = starting.result(10)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield Front(f"https://127.0.0.1:{port}", trust)
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _listen(port: int, offered: ssl.SSLContext) -> asyncio.Server:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_pour(reader, inner_writer), _pour(inner_reader, writer))
        finally:
            for each in (writer, inner_writer):
                each.close()
                with suppress(ConnectionError, ssl.SSLError, TimeoutError):
                    await asyncio.wait_for(each.wait_closed(), 5)

    return await asyncio.start_server(meet, "127.0.0.1", 0, ssl=offered)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
