"""The key that secrets in the database are sealed with: the setting, or a file beside the data."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from tocsin.cli.refusal import Refusal
from tocsin.kernel.ids import Ids
from tocsin.kernel.sealing import Seal, phrases
from tocsin.kernel.settings import Settings

KEY_FILE: Final = "secret.key"


def seal(settings: Settings, ids: Ids) -> Seal:
    """What this server seals with. Without a setting its file is made when the first secret is.

    Refusal for a setting that is too short.
    """
    if not settings.secret_key:
        path = Path(settings.data_dir) / KEY_FILE
        return Seal(lambda: phrases(_kept(path, ids)))
    try:
        given = phrases(settings.secret_key)
    except ValueError as problem:
        raise Refusal(f"The setting secret_key cannot be used: {problem}.") from None
    return Seal(lambda: given)


def _kept(path: Path, ids: Ids) -> str:
    """The file's text, written first where there is none; two that start at once agree on one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{ids.object_id()}")
        draft.touch(0o600)
        draft.write_text(f"{ids.hex32()}{ids.hex32()}\n")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
