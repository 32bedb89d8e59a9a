"""What watchers on other machines and this server say to each other."""

from typing import Annotated, Final

from msgspec import Meta, Struct

PATH: Final = "/-/watch"


class Beat(Struct, frozen=True):
    """What a watcher says. `nonce` is new each time; `page` asks for a page on trial that carries
    it, to `callback` if that is given."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    nonce: Annotated[str, Meta(min_length=16, max_length=64)]
    page: bool = False
    callback: Annotated[str, Meta(max_length=2000)] = ""


class BeatBack(Struct, frozen=True):
    """What the server says. Instants are ms; `page_nonce` is that of the last page on trial."""

    nonce: str
    time: int
    problems: tuple[str, ...]
    page_nonce: str = ""
    page_asked_at: int = 0
    page_arrived_at: int = 0
