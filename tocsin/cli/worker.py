"""One of several edge processes: `python -m tocsin.cli.worker FD`, started by `tocsin serve`.

Its settings come from the environment, its socket from its parent.
"""

import argparse
import os
import socket
import sys

from tocsin.cli.child import follow_parent
from tocsin.cli.configuration import settings_of
from tocsin.cli.opening import open_database
from tocsin.cli.tls import certificate_of, paths
from tocsin.edge import logs, process
from tocsin.store.doorbell import notifying


def main() -> int:
    follow_parent()
    settings = settings_of(argparse.Namespace(config=os.devnull))
    logs.configure(settings.log_level)
    database = open_database(settings)
    database.bell = notifying(database)
    try:
        files = paths(certificate_of(settings, database.clock))
        listener = socket.socket(fileno=int(sys.argv[1]))
        stopped = process.serve(database, settings, listener, files, lambda: None)
    finally:
        database.close()
    return 0 if stopped else 1


if __name__ == "__main__":
    sys.exit(main())
