"""What a scheduled job says of itself by an error SDK."""

from msgspec import Struct

from tocsin.domain.heartbeat import Ping, Schedule


class CheckIn(Struct, frozen=True):
    """A job of the name `slug` in `env` began, ended or failed; `schedule` where it says one."""

    slug: str
    env: str
    ping: Ping
    schedule: Schedule | None = None
