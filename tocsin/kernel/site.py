"""What the operator decided that operations must know; set once, when the database is opened."""

from msgspec import Struct

from tocsin.kernel.sealing import Seal
from tocsin.kernel.units import DAY


class ObjectStorage(Struct, frozen=True):
    """A bucket of S3 or of what speaks its protocol, and the folder in it; "" is the root, Amazon's own
    servers, or the keys that the machine has."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str


class Site(Struct, frozen=True):
    """`public_url` is where people and SDKs reach this server.

    Without `invite_without_role`, whoever is invited needs a role; else they become a Viewer.
    `seal` closes the secrets that lie in the database. `outbound_allowed_networks` are the internal
    ones, in CIDR notation and with commas between, that a URL somebody else wrote may lead to.
    `sign_in_provider` is what people call who vouches for them, empty where nobody does.
    A session of the console ends `session_idle_ms` after its last use, and `session_life_ms` after
    it began. `files_dir` is the folder of uploaded files, and only worked in where `object_storage` keeps them;
    `files_bytes_max` is what one account may keep.
    `unset` are the services that nothing can be sent by, as they are not set up.
    """

    public_url: str = "http://127.0.0.1:8750"
    invite_without_role: bool = True
    seal: Seal = Seal(tuple)
    outbound_allowed_networks: str = ""
    files_dir: str = "data/files"
    files_bytes_max: int = 10 * 1024**3
    object_storage: ObjectStorage | None = None
    sign_in_provider: str = ""
    session_idle_ms: int = 7 * DAY
    session_life_ms: int = 30 * DAY
    unset: frozenset[str] = frozenset()
