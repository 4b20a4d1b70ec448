"""Reading the stored tree: only the tiles a proof needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Q

from kernel.errors import Conflict
from ledger import tiles
from ledger.merkle import NodeReader
from ledger.models import Tile

Result = TypeVar("Result")
MOST_AT_ONCE = 200


@dataclass(eq=False, kw_only=True)
class TreeDamaged(Conflict):
    """Stored tiles do not hold the tree that a signed head describes."""

    code = "ledger.tree_damaged"
    zh = "账本树的存储已损坏：{reason}。"
    en = "The stored tree is damaged: {reason}."
    reason: str


def stored(addresses: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Return the tiles that are stored among ``addresses``."""
    wanted = sorted(addresses)
    found: dict[tuple[int, int], bytes] = {}
    for start in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[start : start + MOST_AT_ONCE]
        condition = reduce(or_, (Q(level=level, number=number) for level, number in part))
        rows = Tile.objects.filter(condition).values_list("level", "number", "data")
        found |= {(level, number): bytes(data) for level, number, data in rows}
    return found


def on_stored(compute: Callable[[NodeReader], Result]) -> Result:
    """Return ``compute`` of the stored tree, with its tiles fetched in one query; raise TreeDamaged."""
    wanted = tiles.Wanted()
    compute(wanted)
    try:
        return compute(tiles.reader(stored(wanted.addresses)))
    except (KeyError, ValueError) as error:
        raise TreeDamaged(reason=f"tile missing or short: {error}") from error


def leaf_hashes(start: int, end: int) -> bytes:
    """Return the leaf hashes ``start`` to ``end`` (half-open), one after the other, from the lowest tiles.

    Raises TreeDamaged.
    """
    first, last = start // tiles.WIDTH, (end - 1) // tiles.WIDTH
    rows = Tile.objects.filter(level=0, number__gte=first, number__lte=last).values_list("number", "data")
    data = {number: bytes(tile) for number, tile in rows}
    try:
        row = b"".join(data[number] for number in range(first, last + 1))
    except KeyError as error:
        raise TreeDamaged(reason=f"tile missing: {error}") from error
    offset = (start - first * tiles.WIDTH) * tiles.HASH
    hashes = row[offset : offset + (end - start) * tiles.HASH]
    if len(hashes) != (end - start) * tiles.HASH:
        raise TreeDamaged(reason=f"leaves {start} to {end} are not all stored")
    return hashes
