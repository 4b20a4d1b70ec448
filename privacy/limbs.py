"""A released table as plaintext residues for private lookup.

Every column is written in limbs of ``base``: so small that the limbs of *all* cells together stay below the plain
modulus t. A sum over any set of cells is then exact limb by limb, and joins to the exact total, however large the
column's figures. Cell number c lies in block c // (N-1), slot c % (N-1); the last slot of every block holds 1, which
keeps the product with an empty block from being transparent, and which honest selectors leave at weight 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.errors import InvalidInput
from privacy.profile import Profile

PRESENT: Final = "present"


@dataclass(eq=False, kw_only=True)
class TableTooLarge(InvalidInput):
    """More cells than exact sums allow under the profile."""

    code = "privacy.table_too_large"
    zh = "受保护表有 {cells} 个单元格，超出加密查询所能精确计算的规模。"
    en = "The protected table has {cells} cells, more than encrypted queries can add exactly."
    cells: int


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a released table lies in plaintexts: public, and all a client needs besides the lattice."""

    profile: str
    cells: int
    blocks: int
    base: int
    columns: tuple[tuple[str, int], ...]  # name, number of limbs

    @property
    def rows(self) -> int:
        """The number of reply ciphertexts: one for each limb of each column."""
        return sum(limbs for _, limbs in self.columns)

    def document(self) -> dict[str, Any]:
        """Return the layout as a JSON object."""
        columns = [{"name": name, "limbs": limbs} for name, limbs in self.columns]
        return {
            "profile": self.profile,
            "cells": self.cells,
            "blocks": self.blocks,
            "base": self.base,
            "columns": columns,
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Layout:
        """Return the layout that ``document`` describes."""
        columns = tuple((str(column["name"]), int(column["limbs"])) for column in document["columns"])
        numbers = {name: int(document[name]) for name in ("cells", "blocks", "base")}
        return cls(profile=str(document["profile"]), columns=columns, **numbers)


def layout(columns: Mapping[str, Sequence[int]], profile: Profile) -> Layout:
    """Return the layout of ``columns`` (name → one value ≥ 0 per cell); raise TableTooLarge."""
    cells = len(next(iter(columns.values())))
    base = 1 << ((profile.plain_modulus - 1) // cells + 1).bit_length() - 1
    if base < 2:
        raise TableTooLarge(cells=cells)
    widths = tuple((name, _width(max(values, default=0), base)) for name, values in columns.items())
    return Layout(profile=profile.name, cells=cells, blocks=profile.blocks(cells), base=base, columns=widths)


def plaintexts(columns: Mapping[str, Sequence[int]], shape: Layout, profile: Profile) -> list[list[list[int]]]:
    """Return, for each limb of each column, its blocks of N slot values."""
    rows = []
    for name, limbs in shape.columns:
        remaining = list(columns[name])
        for _ in range(limbs):
            rows.append(_blocks([value % shape.base for value in remaining], profile))
            remaining = [value // shape.base for value in remaining]
    return rows


def joined(totals: Sequence[int], shape: Layout) -> dict[str, int]:
    """Return each column's figure from the decrypted totals of its limbs."""
    answer, at = {}, 0
    for name, limbs in shape.columns:
        answer[name] = sum(total * shape.base**power for power, total in enumerate(totals[at : at + limbs]))
        at += limbs
    return answer


def _width(largest: int, base: int) -> int:
    width = 1
    while largest >= base**width:
        width += 1
    return width


def _blocks(values: Sequence[int], profile: Profile) -> list[list[int]]:
    size = profile.cells_per_block
    chunks = [list(values[start : start + size]) for start in range(0, len(values), size)]
    return [[*chunk, *[0] * (size - len(chunk)), 1] for chunk in chunks]
