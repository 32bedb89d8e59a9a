"""`make openapi`: write openapi.json, the snapshot of the public API, from the operation table."""

import json
from pathlib import Path

from tocsin import ops
from tocsin.edge.openapi import document

SNAPSHOT = Path(__file__).parent.parent / "openapi.json"


def text() -> str:
    ops.load()
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(text(), encoding="utf-8")
