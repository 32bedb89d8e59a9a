"""Everything measured in one run, so that each figure stands beside its floor."""

import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench import alertmanager, alerts, errors, grouping, incidents, issues, live, pages
from bench.alertmanager import Alertmanager
from bench.product import Product
from bench.report import Figure, show
from bench.tocsin import Tocsin
from tests import postgres


def main() -> None:
    """`python -m bench [--quick] [alerts|errors|grouping|incidents|issues|live|pages …]`; without a name
    everything. Exits 0 whatever it measures: it reports and judges nothing."""
    quick = "--quick" in sys.argv[1:]
    wanted = {one for one in sys.argv[1:] if not one.startswith("-")} or PARTS.keys()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        for part, measure in PARTS.items():
            if part in wanted:
                folder = Path(name) / part
                folder.mkdir()
                measure(folder, quick)


def _errors(folder: Path, quick: bool) -> None:
    product = Product(folder)
    (folder / "peer").mkdir()
    peer = Product(folder / "peer", postgres.create_database("bench_errors", fsync=True))
    try:
        product.start()
        product.stop()
        again = product.start()
        idle = [
            Figure("start to the first 200", again, 1.5, unit=" s"),
            Figure("memory when idle", product.memory_mb(), 130, unit=" MB"),
        ]
        show("An idle server", idle)
        peer.start()
        peer.add_engine()
        size = errors.QUICK if quick else errors.Size()
        show("Errors, end to end", list(errors.measure(product, peer, folder, size)))
    finally:
        product.stop()
        peer.stop()


def _incidents(folder: Path, quick: bool) -> None:
    many = 50_000 if quick else incidents.MANY
    show("Incidents, one thread on SQLite", list(incidents.measure(folder, many)))


def _issues(folder: Path, quick: bool) -> None:
    many = 50_000 if quick else issues.MANY
    show("Issues, one thread on SQLite", list(issues.measure(folder, many)))


def _pages(folder: Path, quick: bool) -> None:
    size = pages.QUICK if quick else pages.Size()
    show("Pages, on SQLite", list(pages.measure(folder, size)))


def _alerts(folder: Path, quick: bool) -> None:
    if shutil.which(alertmanager.PROGRAM) is None:
        print(f"\nAlerts: {alertmanager.PROGRAM} is not installed; `make deps`")
        return
    size = alerts.QUICK if quick else alerts.Size()
    peer = Alertmanager(folder / "alertmanager")
    ours = {
        "SQLite": Tocsin(folder / "SQLite"),
        "PostgreSQL": Tocsin(folder / "PostgreSQL", postgres.create_database("bench", fsync=True)),
    }
    try:
        peer.start()
        for one in ours.values():
            one.ready()
        came = alerts.run({"": peer, **ours}, size)
    finally:
        for server in (peer, *ours.values()):
            server.stop()
    for name in ours:
        figures = list(alerts.compare(came[name], came[""], size.active))
        show(f"Alerts beside Alertmanager, on {name}", figures)


def _grouping(folder: Path, quick: bool) -> None:
    show("Grouping, on errors whose causes are known", list(grouping.measure()))


def _live(folder: Path, quick: bool) -> None:
    count = 20 if quick else live.COUNT
    urls = {"SQLite": "", "PostgreSQL": postgres.create_database("bench_live", fsync=True)}
    for name, url in urls.items():
        (folder / name).mkdir()
        product = Product(folder / name, url)
        show(f"An open console, on {name}", list(live.measure(product, count)))


def _console(folder: Path, quick: bool) -> None:
    if shutil.which("chromium") is None or not find_spec("playwright"):
        print("\nThe console: chromium or playwright is not installed; `make deps`")
        return
    # What drives a browser is installed where tests are.
    from bench import console  # noqa: PLC0415 - see above

    if not (console.ASSETS / "index.html").is_file():
        print("\nThe console: it is not built; `make console`")
        return
    show("The console in Chromium, on the demo's data", list(console.measure(folder)))


PARTS: Final = {
    "errors": _errors,
    "alerts": _alerts,
    "incidents": _incidents,
    "issues": _issues,
    "live": _live,
    "console": _console,
    "pages": _pages,
    "grouping": _grouping,
}


if __name__ == "__main__":
    main()
