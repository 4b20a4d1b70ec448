"""The cells of a protected table: every combination of its dimensions' public codes, whether data has it or not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kernel.errors import InvalidInput

Key = tuple[str, ...]


@dataclass(frozen=True)
class Dimension:
    """A grouping column and its public codes, in their public order."""

    name: str
    codes: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class NoSuchCell(InvalidInput):
    """A key outside the lattice."""

    code = "privacy.no_such_cell"
    zh = "受保护表中没有单元格 {key}。"
    en = "The protected table has no cell {key}."
    key: str


@dataclass(frozen=True)
class Lattice:
    """The product of dimensions; cells are numbered with the last dimension running fastest."""

    dimensions: tuple[Dimension, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions' names."""
        return tuple(dimension.name for dimension in self.dimensions)

    def __len__(self) -> int:
        return math.prod(len(dimension.codes) for dimension in self.dimensions)

    def keys(self) -> Iterator[Key]:
        """Yield every cell's key in the order of its number."""
        return itertools.product(*(dimension.codes for dimension in self.dimensions))

    def number(self, key: Sequence[str]) -> int:
        """Return the number of the cell ``key``; raise NoSuchCell."""
        if len(key) != len(self.dimensions):
            raise NoSuchCell(key=", ".join(key))
        number = 0
        for dimension, code in zip(self.dimensions, key, strict=True):
            if code not in dimension.codes:
                raise NoSuchCell(key=", ".join(key))
            number = number * len(dimension.codes) + dimension.codes.index(code)
        return number

    def matching(self, chosen: Mapping[str, Sequence[str]]) -> list[int]:
        """Return the numbers of the cells whose codes lie in ``chosen`` (dimension → codes; others are free).

        Raises NoSuchCell for a dimension or a code that the lattice does not have.
        """
        known = {dimension.name: dimension.codes for dimension in self.dimensions}
        for name, codes in chosen.items():
            if name not in known or not set(codes) <= set(known[name]):
                raise NoSuchCell(key=f"{name}: {', '.join(codes)}")
        return [
            number
            for number, key in enumerate(self.keys())
            if all(code in chosen.get(name, known[name]) for name, code in zip(known, key, strict=True))
        ]
