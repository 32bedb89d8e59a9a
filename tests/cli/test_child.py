"""The pipe between `tocsin serve` and its children: a bell, and a lifeline."""

from pathlib import Path

from tests.cli.program import until
from tocsin.cli.child import Child
from tocsin.kernel.settings import Settings


def test_a_child_hears_what_its_parent_rings_for_and_one_that_died_is_no_trouble(
    tmp_path: Path,
) -> None:
    heard = tmp_path / "heard"
    heard.touch()

    def said() -> set[str]:
        return set(heard.read_text().split())

    child = Child("hearing", ("tests.cli.hearing", str(heard)), Settings())
    child.ring(["too early"])
    child.start()
    try:
        until(lambda: "up" in said())
        child.ring(["inbox"])
        child.ring(["timer", "email"])
        until(lambda: said() == {"up", "inbox", "timer", "email"})
    finally:
        child.kill()
        child.join()
    child.ring(["too late"])
    assert "late" not in said()
