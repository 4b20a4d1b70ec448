"""The last step before figures leave a holder: threshold and rounding. It only ever sees figures that carry noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privacy.lattice import Key, Lattice
from privacy.plan import COUNT, Plan
from privacy.policy import Policy


def released(
    keys: Sequence[Key], noisy: Mapping[str, Sequence[int]], rules: Policy, plan: Plan
) -> list[dict[str, Any]]:
    """Return the cells that may be shown: those whose noisy count reaches k, rounded as the policy says.

    ``noisy`` holds one figure per key for every measure of ``plan``; sums are in whole grains, and a sum of a column
    that cannot be negative is raised to zero. The rest is dropped without a trace.
    """
    cells = []
    for at, key in enumerate(keys):
        if noisy[COUNT][at] < rules.k:
            continue
        figures = [rounded(noisy[COUNT][at], rules.round_count)]
        for column in plan.sums:
            low, _ = rules.columns[column].bounds
            figure = noisy[f"sum:{column}"][at]
            figures.append(max(0, figure) if low >= 0 else figure)
        cells.append({"key": list(key), "values": figures})
    return cells


def rounded(figure: int, base: int) -> int:
    """Return ``figure`` rounded to the nearest multiple of ``base``, halves upward."""
    return (figure + base // 2) // base * base


def columns(lattice: Lattice, measures: Sequence[str], cells: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return ``cells`` as dense columns over ``lattice``: ``present`` (0 or 1) and each measure, 0 where dropped."""
    table = {name: [0] * len(lattice) for name in ("present", *measures)}
    for cell in cells:
        number = lattice.number(cell["key"])
        table["present"][number] = 1
        for name, figure in zip(measures, cell["values"], strict=True):
            table[name][number] = figure
    return table
