"""An S3 on the loopback, with one bucket, for tests that keep files in object storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
from moto.server import ThreadedMotoServer

from tocsin.kernel.site import ObjectStorage

BUCKET = "builds"
PREFIX = "tocsin/files"


class Bucket:
    """What an operator would write in the settings, and a look inside by Amazon's own client."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        self._client.create_bucket(Bucket=BUCKET)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "files_url": f"s3://{BUCKET}/{PREFIX}",
            "s3_endpoint": self.endpoint,
            "s3_access_key": "key",
            "s3_secret_key": "secret",
        }

    @property
    def storage(self) -> ObjectStorage:
        return ObjectStorage(BUCKET, PREFIX, self.endpoint, "us-east-1", "key", "secret")

    def names(self) -> list[str]:
        found = self._client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [each["Key"] for each in found]


@contextmanager
def bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # What it holds is the process's, whichever server is asked.
    httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()
    try:
        yield Bucket(f"http://{host}:{port}")
    finally:
        server.stop()
