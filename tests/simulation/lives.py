"""Which lives a run simulates: some fresh seeds, and those that once found something."""

import os
from pathlib import Path

KEPT = Path(__file__).with_name("seeds.txt")


def seeds() -> list[int]:
    """TOCSIN_LIVES lives from TOCSIN_SEED on, and the kept ones."""
    first = int(os.environ.get("TOCSIN_SEED", "0"))
    fresh = range(first, first + int(os.environ.get("TOCSIN_LIVES", "2")))
    lines = KEPT.read_text().splitlines()
    kept = [int(line.split()[0]) for line in lines if line and not line.startswith("#")]
    return sorted({*fresh, *kept})
