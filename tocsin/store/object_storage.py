"""Files in a bucket of S3 or of what speaks its protocol."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final

from tocsin.kernel.site import ObjectStorage

PUT_AT_ONCE: Final = 8
RETRIES: Final = 2
REST_SECONDS: Final = 30
_CONNECT: Final = timedelta(seconds=3)
_PROBE: Final = "probe"
_SILENCE: Final = timedelta(seconds=20)


class Bucket:
    """After a failure it says so for REST_SECONDS without asking again: an error waits for its
    source map, and all others behind it."""

    def __init__(self, storage: ObjectStorage) -> None:
        # 16 MB that a server which keeps its files in a folder can spare.
        import obstore  # noqa: PLC0415 - heavy, see above
        from obstore.store import S3Store  # noqa: PLC0415 - as above

        self._client = obstore
        said = {
            "endpoint": storage.endpoint,
            "region": storage.region,
            "access_key_id": storage.access_key,
            "secret_access_key": storage.secret_key,
        }
        config: Any = {name: value for name, value in said.items() if value}
        self._store = S3Store(
            storage.bucket,
            prefix=storage.prefix or None,
            config=config,
            client_options={
                "allow_http": storage.endpoint.startswith("http://"),
                "connect_timeout": _CONNECT,
                "read_timeout": _SILENCE,
            },
            retry_config={"max_retries": RETRIES},
        )
        self._rests_until = 0.0

    def put(self, parts: Mapping[str, Path]) -> None:
        with ThreadPoolExecutor(PUT_AT_ONCE) as pool:
            list(pool.map(self._put, parts.items()))

    def _put(self, named: tuple[str, Path]) -> None:
        name, part = named
        try:
            self._client.put(self._store, name, part)
        except self._client.exceptions.BaseError as problem:
            raise self._down(problem) from None

    def read(self, name: str) -> bytes:
        if monotonic() < self._rests_until:
            raise OSError("object storage did not answer a moment ago")
        try:
            return bytes(self._client.get(self._store, name).bytes())
        except FileNotFoundError:
            raise
        except self._client.exceptions.BaseError as problem:
            self._rests_until = monotonic() + REST_SECONDS
            raise self._down(problem) from None

    def remove(self, names: Collection[str]) -> None:
        if not names:
            return
        try:
            self._client.delete(self._store, list(names))
        except self._client.exceptions.BaseError as problem:
            raise self._down(problem) from None

    def probe(self) -> None:
        """Bring a little, fetch it and take it away again; OSError where one of these fails."""
        with TemporaryDirectory() as folder:
            part = Path(folder) / _PROBE
            part.write_bytes(b"x")
            self._put((_PROBE, part))
        self.read(_PROBE)
        self.remove([_PROBE])

    def _down(self, problem: Exception) -> OSError:
        return OSError(f"object storage: {type(problem).__name__}")


@lru_cache(maxsize=4)
def bucket(storage: ObjectStorage) -> Bucket:
    """The connection of this process to a bucket."""
    return Bucket(storage)
