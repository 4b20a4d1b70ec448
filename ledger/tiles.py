"""Storing the tree as tiles of 256 hashes (C2SP tlog-tiles): a tile of level L holds nodes of tree level 8·L.

Tile (0, n) holds the leaf hashes 256·n to 256·n + 255, tile (L, n) the roots of 256 full tiles of the level below.
Only the last tile of a level can be partial; it grows by appending and never changes otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ledger.merkle import NodeReader, node_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
HASH: Final = 32
Tiles = Mapping[tuple[int, int], bytes]


def address(level: int, index: int) -> tuple[int, int]:
    """Return the (tile level, tile index) whose hashes give the complete subtree ``index`` of tree level ``level``."""
    tile_level, inner = divmod(level, HEIGHT)
    return tile_level, (index << inner) // WIDTH


def edge(size: int) -> tuple[tuple[int, int], ...]:
    """Return the addresses of the partial tiles of a tree of ``size`` leaves: the ones that can still grow."""
    addresses, level, count = [], 0, size
    while count:
        if count % WIDTH:
            addresses.append((level, count // WIDTH))
        level, count = level + 1, count // WIDTH
    return tuple(addresses)


def grown(size: int, leaves: Sequence[bytes], edge_tiles: Tiles) -> dict[tuple[int, int], bytes]:
    """Return the tiles, whole, that change or appear when leaf hashes are appended to a tree of ``size`` leaves.

    ``edge_tiles`` holds the data of ``edge(size)``; raises ValueError when it does not fit ``size``.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, count, fresh = 0, size, list(leaves)
    while fresh:
        number, held = divmod(count, WIDTH)
        data = edge_tiles[(level, number)] if held else b""
        if len(data) != held * HASH:
            raise ValueError(f"tile {level}/{number} holds {len(data)} bytes, not {held} hashes")
        data += b"".join(fresh)
        parents: list[bytes] = []
        for offset in range(0, len(data), WIDTH * HASH):
            tile = data[offset : offset + WIDTH * HASH]
            changed[(level, number)] = tile
            number += 1
            if len(tile) == WIDTH * HASH:
                parents.append(fold(tile))
        level, count, fresh = level + 1, count // WIDTH, parents
    return changed


def fold(data: bytes) -> bytes:
    """Return the root of a complete subtree whose lowest hashes are ``data`` (a power of two of them)."""
    row = [data[start : start + HASH] for start in range(0, len(data), HASH)]
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def reader(tiles: Tiles) -> NodeReader:
    """Return a NodeReader over tiles; it raises KeyError for a missing tile and ValueError for a short one."""

    def read(level: int, index: int) -> bytes:
        tile = address(level, index)
        width = 1 << level % HEIGHT
        start = (index * width % WIDTH) * HASH
        data = tiles[tile][start : start + width * HASH]
        if len(data) != width * HASH:
            raise ValueError(f"tile {tile[0]}/{tile[1]} is too short")
        return fold(data)

    return read


class Wanted:
    """A NodeReader that only notes which tiles a proof will need, so that they can be fetched in one query."""

    def __init__(self) -> None:
        self.addresses: set[tuple[int, int]] = set()

    def __call__(self, level: int, index: int) -> bytes:
        """Note the tile and return 32 zero bytes."""
        self.addresses.add(address(level, index))
        return bytes(HASH)
