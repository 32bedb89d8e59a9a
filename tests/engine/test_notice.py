"""Notices go another way where the chosen one is gone or cannot be opened."""

from tests.cast import Cast
from tests.ops.test_preference import add
from tests.server import Server
from tocsin.domain.delivery import Delivery
from tocsin.engine import notice
from tocsin.engine.notice import Words
from tocsin.kernel.sealing import Seal
from tocsin.kernel.site import Site
from tocsin.store import delivery
from tocsin.store import member as members
from tocsin.store.database import Database

WORDS = Words("schedule 1", 5, "Title", "Text")


def tell(database: Database, cast: Cast, *methods: str) -> None:
    with database.write() as tx:
        [bob] = members.by_ids(tx, cast.account_id, [cast.bob.id])
        notice.tell(tx, bob, WORDS, methods)


def sent(database: Database, cast: Cast) -> list[Delivery]:
    with database.read() as tx:
        return delivery.of(tx, cast.account_id, "schedule 1")


def test_a_contact_sealed_with_another_key_gives_way_to_mail(server: Server, cast: Cast) -> None:
    database = server.database
    add(server, database, cast, cast.bob)
    public_url = database.site.public_url
    database.site = Site(public_url, seal=Seal(lambda: ["1" * 32]))
    tell(database, cast, "push")
    assert [one.method for one in sent(database, cast)] == ["email"]


def test_a_contact_that_was_taken_away_meanwhile_is_passed_over(server: Server, cast: Cast) -> None:
    database = server.database
    first = add(server, database, cast, cast.bob)
    second = add(server, database, cast, cast.bob, target="https://push.example/other")
    tell(database, cast, "push")
    [told] = sent(database, cast)
    wish = {"contact_id": second}
    assert server.post("/preference/contact/delete", wish, cast.bob.key).status == 200
    with database.write() as tx:
        notice.failed(tx, cast.account_id, told.id)
        notice.failed(tx, cast.account_id, told.id)
    assert [one.method for one in sent(database, cast)] == ["ntfy", "email"]
    assert first != second
