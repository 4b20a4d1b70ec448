"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: roots, frontiers, inclusion and consistency proofs.

Trees are read through a ``NodeReader``: a function that gives the hash of the complete subtree of ``2**level`` leaves
number ``index`` at that level. Whatever stores the tree (a list, tiles) supplies one; nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

NodeReader = Callable[[int, int], bytes]
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of a tree's complete subtrees, largest first: one for each bit set in ``size``."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has {self.size.bit_count()} frontier nodes")

    def extended(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the frontier after appending leaf hashes."""
        stack, size = list(self.nodes), self.size
        for leaf in leaves:
            node, bits = leaf, size
            while bits & 1:
                node = node_hash(stack.pop(), node)
                bits >>= 1
            stack.append(node)
            size += 1
        return Frontier(size, tuple(stack))

    @property
    def root(self) -> bytes:
        """The root of the whole tree; SHA-256 of nothing when it is empty."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def to_bytes(self) -> bytes:
        """Return the nodes, largest subtree first, as one string."""
        return b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """Return the frontier that ``to_bytes`` wrote; raise ValueError when the length does not fit ``size``."""
        return cls(size, tuple(data[start : start + 32] for start in range(0, len(data), 32)))


def reader(leaves: Sequence[bytes]) -> NodeReader:
    """Return a NodeReader that hashes a list of leaf hashes each time it is asked: for tests and small trees."""

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    return read


def subtree(low: int, high: int, node: NodeReader) -> bytes:
    """Return MTH(D[low:high]) by the recursive definition of RFC 9162 section 2.1.1, for ranges a tree has."""
    width = high - low
    if width == 0:
        return EMPTY_ROOT
    if width & (width - 1) == 0 and low % width == 0:
        return node(width.bit_length() - 1, low // width)
    split = low + _split(width)
    return node_hash(subtree(low, split, node), subtree(split, high, node))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes by the recursive definition: the second way to compute it."""
    return subtree(0, len(leaves), reader(leaves))


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 9162 section 2.1.3.1; raise ValueError when the tree has no such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            proof.append(subtree(split, high, node))
            high = split
        else:
            proof.append(subtree(low, split, node))
            low = split
    return tuple(reversed(proof))


def consistency_proof(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return PROOF(old, D[new]) of RFC 9162 section 2.1.4.1; raise ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof leads from {old} to {new} leaves")
    proof: list[bytes] = []
    low, high, whole = 0, new, True
    while high > old:
        split = low + _split(high - low)
        if old <= split:
            proof.append(subtree(split, high, node))
            high = split
        else:
            proof.append(subtree(low, split, node))
            low, whole = split, False
    if not whole:
        proof.append(subtree(low, high, node))
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether ``proof`` shows ``leaf`` at ``index`` of the tree (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _hashes([leaf, root, *proof]):
        return False
    sides = _sides(index, size - 1, len(proof))
    if sides is None:
        return False
    value = leaf
    for on_left, sibling in zip(sides, proof, strict=True):
        value = node_hash(sibling, value) if on_left else node_hash(value, sibling)
    return value == root


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether ``proof`` shows the old tree to be the new one's beginning (RFC 9162 section 2.1.4.2)."""
    if not 0 < old <= new or not _hashes([old_root, new_root, *proof]):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    ones = (old ^ (old - 1)).bit_length() - 1
    sides = _sides((old - 1) >> ones, (new - 1) >> ones, len(path) - 1)
    if sides is None:
        return False
    old_value = new_value = path[0]
    for on_left, sibling in zip(sides, path[1:], strict=True):
        if on_left:
            old_value, new_value = node_hash(sibling, old_value), node_hash(sibling, new_value)
        else:
            new_value = node_hash(new_value, sibling)
    return old_value == old_root and new_value == new_root


def _sides(place: int, last: int, steps: int) -> list[bool] | None:
    """For each sibling on the way from a node to the root, whether it is on the left; None unless steps fit."""
    sides: list[bool] = []
    while last:
        on_left = bool(place & 1) or place == last
        if on_left:
            skipped = (place & -place).bit_length() - 1
            place, last = place >> skipped, last >> skipped
        sides.append(on_left)
        place, last = place >> 1, last >> 1
    return sides if len(sides) == steps else None


def _split(width: int) -> int:
    """The largest power of two below ``width``."""
    return 1 << ((width - 1).bit_length() - 1)


def _hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == 32 for value in values)
