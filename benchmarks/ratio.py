"""Pairs of runs, one of each side in turn, and the row of figures they give."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

HEADINGS = ("benchmark", "ours", "bare", "rounds", "median ratio", "min–max")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One round: what one unit of work cost on each side, in seconds or gas."""

    ours: float
    bare: float


class Shown(StrEnum):
    """How a row tells its figures: as milliseconds or gas for each unit (ours ÷ bare), or as units per second."""

    MILLISECONDS = "ms"
    GAS = "gas"
    RATE = "/s"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table. The ratio is that of the figures shown: a cost of ours ÷ bare, or a rate of ours ÷ bare."""

    name: str
    pairs: Sequence[Pair]
    unit: str
    shown: Shown = Shown.MILLISECONDS

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        if self.shown is Shown.RATE:
            return [pair.bare / pair.ours for pair in self.pairs]
        return [pair.ours / pair.bare for pair in self.pairs]

    def cells(self) -> list[str]:
        """Return the row's cells as texts, in the order of the headings."""
        ours, bare = (statistics.median(getattr(pair, side) for pair in self.pairs) for side in ("ours", "bare"))
        found = self.ratios
        spread = f"{_figure(min(found))}–{_figure(max(found))}"
        return [
            self.name,
            self._told(ours),
            self._told(bare),
            str(len(found)),
            f"**{_figure(statistics.median(found))}**",
            spread,
        ]

    def _told(self, cost: float) -> str:
        if self.shown is Shown.RATE:
            return f"{_figure(1 / cost)} {self.unit}/s"
        if self.shown is Shown.GAS:
            return f"{_figure(cost)} gas/{self.unit}"
        return f"{_figure(cost * 1000)} ms/{self.unit}"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def alternating(ours: Callable[[], float], bare: Callable[[], float], rounds: int) -> list[Pair]:
    """Return ``rounds`` pairs, taken A B A B after one of each that is not counted.

    Each side returns the seconds that one unit of its work took.
    """
    ours()
    bare()
    return [Pair(ours=ours(), bare=bare()) for _ in range(rounds)]


class Stopwatch:
    """Seconds between the start and the end of a ``with`` block."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time the block."""
    watch = Stopwatch()
    began = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - began


def _figure(value: float) -> str:
    """Write a figure with three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
