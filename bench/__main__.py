"""Everything measured in one run, so that each figure stands beside its floor."""

import sys
import tempfile
from pathlib import Path

from bench import errors, incidents
from bench.product import Product
from bench.report import Figure, show


def main() -> None:
    """`python -m bench [--quick]`; exits 0 whatever it measures: it reports and judges nothing."""
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        folder = Path(name)
        product = Product(folder)
        try:
            product.start()
            product.stop()
            again = product.start()
            idle = [
                Figure("start to the first 200", again, 1.5, unit=" s"),
                Figure("memory when idle", product.memory_mb(), 130, unit=" MB"),
            ]
            show("An idle server", idle)
            count = 400 if quick else errors.COUNT
            show("Errors, end to end", list(errors.measure(product, folder, count)))
        finally:
            product.stop()
        many = 50_000 if quick else incidents.MANY
        show("Incidents, one thread on SQLite", list(incidents.measure(folder, many)))


if __name__ == "__main__":
    main()
