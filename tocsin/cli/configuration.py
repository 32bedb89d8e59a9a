"""Settings from a TOML file, then `TOCSIN_*`, then flags; the later wins.

Files are strict about types; what comes as text (environment, flags) is read as the field's type.
No message holds a value, as it may be a secret.
"""

import argparse
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from tocsin.cli.refusal import EXIT_USAGE, Refusal, nearest
from tocsin.kernel.settings import Settings

PREFIX: Final = "TOCSIN_"
CLIENT_VARIABLES: Final = frozenset({"TOCSIN_URL", "TOCSIN_APP_KEY"})
"""Read by the verbs that call a server; no settings."""
FILE_NAME: Final = "tocsin.toml"
STORAGE: Final = ("data_dir", "database_url")
"""The settings that say where things are kept: all that most commands need."""
REACHED: Final = (*STORAGE, "public_url", "host", "port")
"""Those, and what the server's own address follows from."""


class Field(Struct, frozen=True):
    """A setting as the command line and the docs present it."""

    name: str
    type: Any
    annotation: Any
    default: Any
    description: str

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def _fields() -> dict[str, Field]:
    hints = get_type_hints(Settings, include_extras=True)
    defaults = zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)
    return {name: _field(name, hints[name], default) for name, default in defaults}


def _field(name: str, annotation: Any, default: Any) -> Field:
    base, *marks = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    said = [mark.description for mark in marks if isinstance(mark, Meta) and mark.description]
    return Field(name, base, annotation, default, said[-1] if said else "")


FIELDS: Final = _fields()


def add_settings(parser: argparse.ArgumentParser, names: Iterable[str] = tuple(FIELDS)) -> None:
    """Give a command `--config` and the flags of these settings."""
    operands = [str(each.metavar) for each in parser._get_positional_actions()]
    parser.usage = " ".join([parser.prog, *operands, "[options]"])
    group = parser.add_argument_group("settings (also as TOCSIN_… or in tocsin.toml)")
    group.add_argument(
        "--config",
        metavar="FILE",
        help=f"settings file; else {FILE_NAME} in the data folder or here",
    )
    for name in names:
        field = FIELDS[name]
        if field.type is bool:
            group.add_argument(
                field.flag,
                action=argparse.BooleanOptionalAction,
                default=argparse.SUPPRESS,
                help=field.description,
            )
        else:
            group.add_argument(
                field.flag,
                metavar=_placeholder(field),
                default=argparse.SUPPRESS,
                help=_help(field),
            )


def _placeholder(field: Field) -> str:
    if get_origin(field.type) is Literal:
        return "|".join(str(each) for each in get_args(field.type))
    return "N" if field.type is int else "TEXT"


def _help(field: Field) -> str:
    shown = "" if field.default == "" else f" [{field.default}]"
    return (field.description + shown).replace("%", "%%")


def settings_of(
    arguments: argparse.Namespace, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings a command runs with. Refusal for what is unknown or of a wrong type."""
    given = {name: value for name, value in vars(arguments).items() if name in FIELDS}
    flags = {name: _read(FIELDS[name].flag, name, value) for name, value in given.items()}
    variables = _from_environment(os.environ if environment is None else environment)
    early = {**variables, **flags}
    file = _file(
        getattr(arguments, "config", None), str(early.get("data_dir", Settings().data_dir))
    )
    return Settings(**{**(_from_file(file) if file else {}), **early})


def as_environment(settings: Settings) -> dict[str, str]:
    """These settings, all of them, as variables for a child process."""
    return {
        field.variable: str(getattr(settings, name)).lower()
        if field.type is bool
        else str(getattr(settings, name))
        for name, field in FIELDS.items()
    }


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {field.variable: name for name, field in FIELDS.items()}
    values = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable in CLIENT_VARIABLES:
            continue
        if variable not in known:
            raise Refusal(
                f"The environment variable {variable} is no setting.{nearest(variable, known)}\n"
                "Correct or unset it; docs/settings.md lists them all.",
                EXIT_USAGE,
            )
        values[known[variable]] = _read(variable, known[variable], text)
    return values


def _file(named: str | None, data_dir: str) -> Path | None:
    if named is not None:
        return Path(named)
    candidates = (Path(data_dir) / FILE_NAME, Path(FILE_NAME))
    return next((path for path in candidates if path.is_file()), None)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as failure:
        reason = failure.strerror or "it cannot be read"
        raise Refusal(f"{path}: {reason}. Check the path given to --config.", EXIT_USAGE) from None
    except ValueError as failure:
        raise Refusal(f"{path} is not valid TOML: {failure}.", EXIT_USAGE) from None
    for key in content:
        if key not in FIELDS:
            raise Refusal(
                f"{path}: {key!r} is no setting.{nearest(key, FIELDS)}\n"
                "Correct or remove it; docs/settings.md lists them all.",
                EXIT_USAGE,
            )
    return {key: _read(f"{path}: {key}", key, value, strict=True) for key, value in content.items()}


def _read(where: str, name: str, value: Any, *, strict: bool = False) -> Any:
    try:
        return msgspec.convert(value, FIELDS[name].annotation, strict=strict)
    except msgspec.ValidationError as failure:
        raise Refusal(
            f"{where}: {str(failure).lower()}. It is: {FIELDS[name].description}", EXIT_USAGE
        ) from None
