"""What pages are handed to: an HTTP server in a process of its own that notes when each came.

`python -m bench.sink` prints its port. Every POST is answered 200; `GET /` tells of all of them,
a line each: nanoseconds of the monotonic clock, which all processes share, and the title.
"""

import asyncio
import re
import subprocess
import sys
import urllib.request
from time import monotonic_ns
from typing import Final

_TITLE: Final = re.compile(rb"page [0-9a-z-]+")
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Sink:
    """The sink as the bench sees it."""

    def __init__(self) -> None:
        words = (sys.executable, "-m", "bench.sink")
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/"

    def arrivals(self) -> list[tuple[int, str]]:
        """When each page came (ns), in order, and its title."""
        with urllib.request.urlopen(self.url, timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return [(int(at), title) for at, _, title in (line.partition(" ") for line in lines)]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


async def _serve() -> None:
    came: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                told = b"ok"
                if head.startswith(b"POST"):
                    title = _TITLE.search(body)
                    came.append(b"%d %s" % (monotonic_ns(), title[0] if title else b""))
                else:
                    told = b"\n".join(came)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
