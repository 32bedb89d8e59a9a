"""Paths lead to doors as written, with what they name."""

import pytest
from msgspec.structs import replace

from tocsin.edge.door_tree import DoorTree
from tocsin.sources.door import Door
from tocsin.sources.standard import DOORS


def at(path: str) -> Door:
    return replace(DOORS[0], path=path)


def test_a_path_names_segments_and_its_last_slash_may_be_missing() -> None:
    tree = DoorTree([at("/integrations/v1/grafana/{key}/"), at("/x/{a}/y/{b}")])
    for path in ("/integrations/v1/grafana/k-1/", "/integrations/v1/grafana/k-1"):
        found = tree.find(path)
        assert found
        assert found.segments == {"key": "k-1"}
    found = tree.find("/x/1/y/2")
    assert found
    assert found.segments == {"a": "1", "b": "2"}


def test_literal_segments_win_and_what_they_do_not_lead_to_is_still_named() -> None:
    tree = DoorTree([at("/a/{x}/c"), at("/a/b/d")])
    found = tree.find("/a/b/d")
    assert found
    assert found.door.path == "/a/b/d"
    found = tree.find("/a/b/c")
    assert found
    assert found.segments == {"x": "b"}


@pytest.mark.parametrize("path", ["/", "", "/a", "/a//c", "/a/b/c/e", "/A/b/c"])
def test_other_paths_lead_nowhere(path: str) -> None:
    assert path not in DoorTree([at("/a/{x}/c")])


def test_two_doors_cannot_have_one_path() -> None:
    with pytest.raises(ValueError, match="two doors"):
        DoorTree([at("/a/{x}"), at("/a/{y}")])
