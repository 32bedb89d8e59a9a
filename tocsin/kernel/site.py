"""What the operator decided that operations must know; set once, when the database is opened."""

from msgspec import Struct

from tocsin.kernel.sealing import Seal
from tocsin.kernel.units import DAY


class Site(Struct, frozen=True):
    """`public_url` is where people and SDKs reach this server.

    Without `invite_without_role`, whoever is invited needs a role; else they become a Viewer.
    `seal` closes the secrets that lie in the database. `outbound_allowed_networks` are the internal
    ones, in CIDR notation and with commas between, that a URL somebody else wrote may lead to.
    `sign_in_provider` is what people call who vouches for them, empty where nobody does.
    A session of the console ends `session_idle_ms` after its last use, and `session_life_ms` after
    it began. `files_dir` is the folder of uploaded files, `files_bytes_max` what one account may keep there.
    `unset` are the services that nothing can be sent by, as they are not set up.
    """

    public_url: str = "http://127.0.0.1:8750"
    invite_without_role: bool = True
    seal: Seal = Seal(tuple)
    outbound_allowed_networks: str = ""
    files_dir: str = "data/files"
    files_bytes_max: int = 10 * 1024**3
    sign_in_provider: str = ""
    session_idle_ms: int = 7 * DAY
    session_life_ms: int = 30 * DAY
    unset: frozenset[str] = frozenset()
