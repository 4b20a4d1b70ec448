"""The tree as it grows from leaf hashes: each node hashed once, and laid out as the tiles lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from ledger.merkle import Frontier
from ledger.tiles import HASH, HEIGHT, WIDTH

FULL = WIDTH * HASH


class Growth:
    """A tree's frontier, and the hashes of every tile level from leaf 0 on (32 bytes a leaf in memory)."""

    def __init__(self) -> None:
        """Start with the empty tree."""
        self.frontier = Frontier()
        self.levels: list[bytearray] = [bytearray()]

    def tried(self, leaves: Sequence[bytes]) -> tuple[Frontier, list[list[bytes]]]:
        """Return the frontier after ``leaves``, and the hashes they add to each tile level, without keeping either."""
        stack, size = list(self.frontier.nodes), self.frontier.size
        added: list[list[bytes]] = [list(leaves)]
        for leaf in leaves:
            node, bits, level = leaf, size, 0
            while bits & 1:
                node = sha256(b"\x01" + stack.pop() + node).digest()
                bits >>= 1
                level += 1
                if not level % HEIGHT:
                    _at(added, level // HEIGHT).append(node)
            stack.append(node)
            size += 1
        return Frontier(size, tuple(stack)), added

    def keep(self, tried: tuple[Frontier, list[list[bytes]]]) -> None:
        """Go on from what ``tried`` gave."""
        self.frontier, added = tried
        while len(self.levels) < len(added):
            self.levels.append(bytearray())
        for level, nodes in enumerate(added):
            self.levels[level] += b"".join(nodes)

    def leaves(self, start: int, end: int) -> bytes:
        """Return the leaf hashes ``start`` to ``end`` (half-open), one after the other."""
        return bytes(self.levels[0][start * HASH : end * HASH])

    def tiles(self) -> Iterator[tuple[tuple[int, int], bytes]]:
        """Yield the address and the data of every tile the tree has."""
        for level, row in enumerate(self.levels):
            for number, start in enumerate(range(0, len(row), FULL)):
                yield (level, number), bytes(row[start : start + FULL])


def _at(added: list[list[bytes]], level: int) -> list[bytes]:
    while len(added) <= level:
        added.append([])
    return added[level]
