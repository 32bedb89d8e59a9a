"""Figures beside their bounds, as a table one can read."""

from msgspec import Struct


class Figure(Struct, frozen=True):
    """A measured value and the bound it is to keep; `at_most` says on which side."""

    name: str
    value: float
    bound: float | None = None
    at_most: bool = True
    unit: str = ""

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return ""
        kept = self.value <= self.bound if self.at_most else self.value >= self.bound
        sign = "≤" if self.at_most else "≥"
        return f"{'ok  ' if kept else 'MISS'} {sign} {self.bound:g}{self.unit}"


def show(title: str, figures: list[Figure]) -> None:
    print(f"\n{title}")
    for each in figures:
        print(f"  {each.name:<52} {each.value:>10.2f}{each.unit:<6} {each.verdict}", flush=True)
