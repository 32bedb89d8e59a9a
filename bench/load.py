"""Many clients on keep-alive connections, each sending its next request when it has its answer."""

import asyncio
from collections.abc import Sequence
from math import inf
from time import perf_counter

from msgspec import Struct


class Load(Struct, frozen=True):
    """What a run came to; latencies in ms, sorted."""

    seconds: float
    latencies: list[float]
    refused: int

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def requests(path: str, port: int, bodies: Sequence[bytes], headers: str) -> list[bytes]:
    """Whole HTTP requests, made beforehand so that the clients cost little."""
    return [request(path, port, body, headers) for body in bodies]


def request(path: str, port: int, body: bytes, headers: str) -> bytes:
    """One whole HTTP request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n"
        f"{headers}\r\n\r\n"
    ).encode() + body


def drive(
    port: int, ready: Sequence[bytes], count: int, concurrency: int, per_second: float = inf
) -> Load:
    """Send `count` requests over `concurrency` connections, no more than so many a second."""
    return asyncio.run(_drive(port, ready, count, concurrency, per_second))


async def _drive(
    port: int, ready: Sequence[bytes], count: int, concurrency: int, per_second: float
) -> Load:
    latencies: list[float] = []
    refused = 0
    upcoming = iter(range(count))

    async def client() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in upcoming:
            request = ready[number % len(ready)]
            if early := max(0.0, started + number / per_second - perf_counter()):
                await asyncio.sleep(early)
            began = perf_counter()
            writer.write(request)
            code = await status(reader)
            latencies.append((perf_counter() - began) * 1000)
            refused += code != 200
        writer.close()

    started = perf_counter()
    await asyncio.gather(*(client() for _ in range(concurrency)))
    return Load(perf_counter() - started, sorted(latencies), refused)


async def status(reader: asyncio.StreamReader) -> int:
    """The status of an answer, read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"content-length:") + len(b"content-length:")
    await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
    return int(head[9:12])
