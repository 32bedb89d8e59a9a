"""Saved views of lists: a person's own, on every device."""

from typing import Any

import pytest

from tests.cast import Cast, Person
from tests.server import Server
from tocsin.domain.saved_view import VIEWS_MAX, SavedView, Screen
from tocsin.store import saved_view
from tocsin.store.database import Database


@pytest.mark.effect(
    "/preference/view/save", "/preference/view/delete", seen_by="/preference/view/list"
)
@pytest.mark.effect("/preference/view/list", seen_by="/preference/view/list")
def test_views_are_kept_by_name_for_whoever_saved_them(
    server: Server, database: Database, cast: Cast
) -> None:
    def views(who: Person, screen: str = "incidents") -> Any:
        return server.post("/preference/view/list", {"screen": screen}, who.key).data["items"]

    def call(verb: str, **wish: Any) -> Any:
        wish = {"screen": "incidents", "name": "Mine", **wish}
        return server.post(f"/preference/view/{verb}", wish, cast.bob.key)

    assert views(cast.bob) == []
    call("save", query="q=disk")
    call("save", query="q=disk&severity=Critical")
    call("save", name="Other", query="")
    call("save", screen="issues", query="q=TypeError")
    assert call("delete", name="Other").data == {}
    server.restart()
    assert views(cast.bob) == [{"name": "Mine", "query": "q=disk&severity=Critical"}]
    assert views(cast.bob, "issues") == [{"name": "Mine", "query": "q=TypeError"}]
    assert views(cast.charlie) == []
    assert call("delete", name="Other").code == "ResourceNotFound"
    with database.write() as tx:
        for number in range(VIEWS_MAX - 2):
            view = SavedView(cast.account_id, cast.bob.id, Screen.ISSUES, str(number), "")
            saved_view.save(tx, view)
    assert call("save", name="One more", query="").code == "InvalidParameter"
    assert call("save", query="q=disc").data == {}, "one that is there is replaced"
