"""The RFC 9162 tree, computed downwards: the way from the root is found first, and the hashes are put in afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

LARGEST_TREE = 2**62


def leaf_digest(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def parent_digest(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root that ``path`` (lowest sibling first) leads to from ``leaf``, or None if its length is wrong."""
    turns = _turns(index, size)
    if len(turns) != len(path):
        return None
    value = leaf
    for right, sibling in zip(reversed(turns), path, strict=True):
        value = parent_digest(sibling, value) if right else parent_digest(value, sibling)
    return value


def is_prefix(*, old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """Return whether ``path`` (RFC 9162 section 2.1.4) shows the tree of ``old`` leaves to begin the one of ``new``."""
    if not 0 < old <= new < LARGEST_TREE:
        return False
    steps, at_left_edge = _steps_to(old, new)
    given = list(path)
    if at_left_edge:
        start = old_root
    elif given:
        start = given.pop(0)
    else:
        return False
    if len(given) != len(steps):
        return False
    old_value = new_value = start
    for left_is_complete, sibling in zip(reversed(steps), given, strict=True):
        if left_is_complete:
            old_value, new_value = parent_digest(sibling, old_value), parent_digest(sibling, new_value)
        else:
            new_value = parent_digest(new_value, sibling)
    return old_value == old_root and new_value == new_root


def _steps_to(old: int, new: int) -> tuple[list[bool], bool]:
    """From the root down to the subtree where the old tree ends.

    For each split whether the old tree holds the left part whole; and whether that subtree is the old tree itself.
    """
    steps, whole = [], True
    while old != new:
        left = _left(new)
        if old > left:
            steps.append(True)
            old, new, whole = old - left, new - left, False
        else:
            steps.append(False)
            new = left
    return steps, whole


def _turns(index: int, size: int) -> list[bool]:
    """From the root down: whether the leaf lies in the right part, each time the tree is split."""
    turns = []
    while size > 1:
        left = _left(size)
        right = index >= left
        turns.append(right)
        index, size = (index - left, size - left) if right else (index, left)
    return turns


def _left(size: int) -> int:
    """How many leaves the left part of a tree has: the largest power of two below ``size``."""
    left = 1
    while left * 2 < size:
        left *= 2
    return left


class Growing:
    """A tree that leaves are added to, one after the other; it keeps one hash for each complete subtree."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Start from ``size`` leaves whose complete subtrees, largest first, have the roots ``peaks``."""
        self.size = size
        widths = [1 << bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]
        self._peaks = list(zip(widths, peaks, strict=True))

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        width, value = 1, leaf
        while self._peaks and self._peaks[-1][0] == width:
            value = parent_digest(self._peaks.pop()[1], value)
            width *= 2
        self._peaks.append((width, value))
        self.size += 1

    def root(self) -> bytes:
        """Return the root of all leaves so far; SHA-256 of nothing before the first."""
        if not self._peaks:
            return sha256(b"").digest()
        root = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            root = parent_digest(peak, root)
        return root
