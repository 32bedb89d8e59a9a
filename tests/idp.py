"""An OpenID Connect provider in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.cli.program import until
from tests.e2e.software import free_port
from tests.server import NOBODY


class Idp:
    """A provider where people sign in by naming themselves."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(timeout=20, verify=NOBODY)

    def is_up(self) -> bool:
        try:
            return (
                self.client.get(f"{self.url}/.well-known/openid-configuration").status_code == 200
            )
        except httpx.TransportError:
            return False

    def knows(self, subject: str, **claims: Any) -> None:
        self.client.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()

    def signs_in(self, address: str, subject: str) -> str:
        """Where the provider sends the browser once somebody showed who they are."""
        return str(self.client.post(address, data={"sub": subject}).headers["location"])


@contextmanager
def providing(folder: Path) -> Iterator[Idp]:
    """A provider on loopback, with its log in `folder`."""
    port = free_port()
    words = ["-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    with (folder / "idp.log").open("w") as out:
        process = subprocess.Popen([sys.executable, *words], stdout=out, stderr=out)
    try:
        found = Idp(f"http://127.0.0.1:{port}")
        until(found.is_up, 60)
        yield found
        found.client.close()
    finally:
        process.kill()
        process.wait()
