"""Views of lists that the caller gave a name."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from tocsin.domain.saved_view import (
    NAME_LENGTH_MAX,
    QUERY_LENGTH_MAX,
    VIEWS_MAX,
    SavedView,
    Screen,
)
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import InvalidParameter, ResourceNotFound
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import saved_view as store
from tocsin.store.database import Tx

TAG: Final = "Preferences"
Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]


class ListViews(Struct, frozen=True):
    screen: Screen


class ViewItem(Struct, frozen=True):
    name: str
    query: Annotated[str, Meta(description="As it stands in the address of the screen.")]


class Views(Struct, frozen=True):
    items: list[ViewItem]


class SaveView(Struct, frozen=True):
    screen: Screen
    name: Name
    query: Annotated[str, Meta(max_length=QUERY_LENGTH_MAX)]


class ForgetView(Struct, frozen=True):
    screen: Screen
    name: Name


@operation("/preference/view/list", None, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListViews) -> Views:
    """List the caller's saved views of a screen, by name."""
    found = store.of_person(tx, caller.account_id, caller.member_id, request.screen)
    return Views([ViewItem(one.name, one.query) for one in found])


@operation("/preference/view/save", None, Kind.WRITE, tag=TAG, audited=False)
def save(tx: Tx, caller: Caller, request: SaveView) -> Empty:
    """Save a view of a screen for the caller, in place of the one of that name; 100 at most."""
    mine = (caller.account_id, caller.member_id)
    known = {one.name for one in store.of_person(tx, *mine, request.screen)}
    if request.name not in known and store.count(tx, *mine) >= VIEWS_MAX:
        raise InvalidParameter(
            "a person has at most {maximum} saved views; delete one first", maximum=VIEWS_MAX
        )
    store.save(tx, SavedView(*mine, request.screen, request.name, request.query))
    return Empty()


@operation("/preference/view/delete", None, Kind.WRITE, tag=TAG, audited=False)
def forget(tx: Tx, caller: Caller, request: ForgetView) -> Empty:
    """Forget a saved view of the caller's."""
    mine = (caller.account_id, caller.member_id)
    if not store.remove(tx, *mine, request.screen, request.name):
        raise ResourceNotFound("no saved view is called {name}", name=request.name)
    return Empty()
