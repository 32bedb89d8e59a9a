"""The key that secrets are sealed with: made once for its owner's eyes, or given by a setting."""

from pathlib import Path

import pytest

from tocsin.cli.refusal import Refusal
from tocsin.cli.secret_key import KEY_FILE, seal
from tocsin.kernel.clock import SystemClock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ids import Ids, system_chance
from tocsin.kernel.settings import Settings

IDS = Ids(SystemClock(), system_chance())


def test_the_first_secret_makes_the_key_and_the_next_start_finds_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "d"))
    first = seal(settings, IDS)
    assert not (tmp_path / "d").exists(), "nothing is made before it is needed"
    closed = first.close("hush")
    path = tmp_path / "d" / KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [KEY_FILE]
    assert seal(settings, IDS).open(closed) == "hush"


def test_a_setting_wins_over_the_file_and_must_be_long_enough(tmp_path: Path) -> None:
    place = str(tmp_path)
    closed = seal(Settings(data_dir=place, secret_key="k" * 32), IDS).close("hush")
    assert not (tmp_path / KEY_FILE).exists()
    with pytest.raises(Unavailable):
        seal(Settings(data_dir=place), IDS).open(closed)
    with pytest.raises(Refusal, match="32"):
        seal(Settings(data_dir=place, secret_key="short"), IDS)


def test_a_key_file_that_was_spoiled_is_named_as_the_trouble(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("oops")
    with pytest.raises(Unavailable, match="cannot be read"):
        seal(Settings(data_dir=str(tmp_path)), IDS).close("hush")
