"""`kill -9` while builds upload: what was answered with success is filed and can be read."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random  # noqa: TID251 - a test's chances come from its seed

import httpx
import msgspec
import pytest
from sqlalchemy import select

from tests.builds import MINIFIED, packed, source_map
from tests.durability.killing import SENDERS, Victim
from tests.postgres import create_database
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.site import Site
from tocsin.store.database import Database
from tocsin.store.file import read
from tocsin.store.tables.artifact import artifact, stored_file

KILLS = 5
ORG = "/api/0/organizations/tocsin"

pytestmark = pytest.mark.slow


class Builds:
    """Threads that upload builds, each of its own release, and remember which were filed."""

    def __init__(self, victim: Victim) -> None:
        self._victim = victim
        self.stopping = threading.Event()
        self.filed: set[str] = set()

    def upload_all(self) -> None:
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self._keep_uploading, range(SENDERS)))

    def _keep_uploading(self, number: int) -> None:
        count = 0
        while not self.stopping.wait(0.02):
            count += 1
            release = f"{number}.{count}"
            upload = self._by_chunks if count % 2 else self._whole
            try:
                with httpx.Client(base_url=self._victim.url, timeout=20) as client:
                    if upload(client, release):
                        self.filed.add(release)
            except httpx.TransportError:
                continue

    def _whole(self, client: httpx.Client, release: str) -> bool:
        said = {"type": "js_sourcemap", "service": "web", "version": release}
        event = msgspec.json.encode({**said, "minified_url": "/app.js"}).decode()
        files = {"source_map": ("source_map", source_map(name=release))}
        headers = {"DD-API-KEY": self._victim.key}
        answer = client.post(
            "/sourcemap/upload", data={"event": event}, files=files, headers=headers
        )
        return answer.status_code == 200

    def _by_chunks(self, client: httpx.Client, release: str) -> bool:
        chunk = packed({"app.js": MINIFIED, "app.js.map": source_map(name=release)})
        name = hashlib.sha1(chunk).hexdigest()
        headers = {"Authorization": f"Bearer {self._victim.key}"}
        sent = client.post(f"{ORG}/chunk-upload/", files={"file": (name, chunk)}, headers=headers)
        order = {"checksum": name, "chunks": [name], "projects": ["shop"], "version": release}
        answer = client.post(f"{ORG}/artifactbundle/assemble/", json=order, headers=headers)
        return sent.is_success and answer.is_success and answer.json()["state"] == "ok"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_uploaded_survives_every_kill(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "data"
    url = f"sqlite:///{folder}/tocsin.db"
    words = []
    if kind == "postgresql":
        url = create_database("tocsin_kill_uploads")
        words = ["--database-url", url]
    victim, rng, pause = Victim(folder, words, seed=5), Random(5), threading.Event()
    victim.start()
    wish = {"application_name": "shop", "type": "browser", "team_id": 0}
    victim.post("/rum/application/create", wish)
    builds = Builds(victim)
    with ThreadPoolExecutor(1) as pool:
        uploading = pool.submit(builds.upload_all)
        for _ in range(KILLS):
            pause.wait(rng.uniform(0.3, 1.2))
            victim.kill()
        builds.stopping.set()
        uploading.result()
    victim.stop()
    clock = SystemClock()
    database = Database.open(url, clock, Ids(clock, system_chance()))
    with database.read() as tx:
        filed = tx.tuples(select(artifact.c.account_id, artifact.c.release, artifact.c.map_hash))
        announced = set(tx.values(select(stored_file.c.hash)))
    database.close()
    assert len(builds.filed) > 3 * KILLS, "nearly nothing was uploaded"
    assert builds.filed - {release for _, release, _ in filed} == set(), "accepted and lost"
    assert {digest for _, _, digest in filed} <= announced
    site = Site(files_dir=str(folder / "files"))
    for account_id, release, digest in filed:
        assert release.encode() in read(site, account_id, digest)
