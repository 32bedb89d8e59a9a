"""Where settings come from, which wins, and what is said of a wrong one."""

import argparse
from pathlib import Path

import pytest

from tocsin.cli.configuration import add_settings, as_environment, settings_of
from tocsin.cli.parser import Parser
from tocsin.cli.refusal import Refusal
from tocsin.kernel.settings import Settings


def parse(*words: str) -> argparse.Namespace:
    parser = Parser(prog="tocsin serve")
    add_settings(parser)
    found, unknown = parser.parse_known_args(words)
    if unknown:
        parser.reject(unknown)
    return found


def refusal(*words: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        settings_of(parse(*words), environment or {})
    return str(caught.value)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_without_anything_the_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_of(parse(), {}) == Settings()


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.toml", 'port = 1\nhost = "::1"\nsmtp_host = "mail"\nworkers = 3\n')
    environment = {"TOCSIN_PORT": "2", "TOCSIN_HOST": "localhost", "HOME": "/"}
    found = settings_of(parse("--config", str(file), "--port", "3"), environment)
    assert (found.port, found.host, found.smtp_host, found.workers) == (3, "localhost", "mail", 3)


def test_the_file_in_the_data_folder_is_found_before_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "tocsin.toml", "port = 1\n")
    assert settings_of(parse(), {}).port == 1
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "tocsin.toml", "port = 2\n")
    assert settings_of(parse(), {}).port == 2
    assert settings_of(parse("--data-dir", "elsewhere"), {}).port == 1


def test_a_switch_can_be_turned_either_way() -> None:
    assert not settings_of(parse("--no-engine"), {}).engine
    assert settings_of(parse("--engine"), {"TOCSIN_ENGINE": "false"}).engine
    assert not settings_of(parse(), {"TOCSIN_ENGINE": "0"}).engine


def test_an_unknown_name_is_refused_and_the_nearest_told(tmp_path: Path) -> None:
    file = write(tmp_path / "a.toml", 'databse_url = "postgresql://secret@x/y"\n')
    told = refusal("--config", str(file))
    assert "'databse_url' is no setting. Did you mean database_url?" in told
    assert "docs/settings.md" in told
    assert "secret" not in told
    told = refusal(environment={"TOCSIN_WORKER": "secret"})
    assert "TOCSIN_WORKER is no setting. Did you mean TOCSIN_WORKERS?" in told
    assert "secret" not in told
    with pytest.raises(Refusal, match=r"--databse-url is not known here\. Did you mean --data"):
        parse("--databse-url", "x")


def test_variables_of_the_client_verbs_are_no_settings() -> None:
    assert settings_of(parse(), {"TOCSIN_URL": "http://x", "TOCSIN_APP_KEY": "k"}) == Settings()


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["--port", "many"], {}, "--port: expected `int`"),
        (["--port", "70000"], {}, "--port: expected `int` <= 65535"),
        (["--log-level", "loud"], {}, "--log-level: invalid enum value"),
        ([], {"TOCSIN_ENGINE": "maybe"}, "TOCSIN_ENGINE: expected `bool`"),
        (["--config", "/nowhere.toml"], {}, "No such file"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(
    words: list[str], environment: dict[str, str], told: str
) -> None:
    assert told in refusal(*words, environment=environment)


def test_a_file_is_strict_about_types(tmp_path: Path) -> None:
    assert "port: expected `int`, got `str`" in refusal(
        "--config", str(write(tmp_path / "a.toml", 'port = "8750"\n'))
    )
    assert "not valid TOML" in refusal("--config", str(write(tmp_path / "b.toml", "port = \n")))


def test_settings_survive_the_way_to_a_child_process() -> None:
    settings = Settings(port=1, engine=False, smtp_password="p w", workers=4, smtp_tls="starttls")
    assert settings_of(parse("--config", "/dev/null"), as_environment(settings)) == settings
