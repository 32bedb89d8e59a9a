"""`make revision`: write the migration that brings the last schema to today's tables.

Until the first release there is one revision, written anew each time:
`python scripts/revise.py 0001 "the first schema"`.
"""

import sys
import tempfile

from tocsin.kernel.clock import SystemClock
from tocsin.kernel.ids import Ids, system_chance
from tocsin.store import migration, schema
from tocsin.store.database import Database

VERSIONS = migration.HISTORY / "versions"


def main() -> None:
    revision, message = sys.argv[1:3]
    for old in VERSIONS.glob(f"{revision}_*.py"):
        old.unlink()
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        database = Database.open(url, clock, Ids(clock, system_chance()))
        schema.migrate(database)
        migration.revise(database, message, revision)
        database.close()


if __name__ == "__main__":
    main()
