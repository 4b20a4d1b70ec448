"""Inclusion in an RFC 9162 tree, computed downwards: the path from the root to the leaf is found first."""

from __future__ import annotations

from hashlib import sha256


def leaf_digest(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root that ``path`` (lowest sibling first) leads to from ``leaf``, or None if its length is wrong."""
    turns = _turns(index, size)
    if len(turns) != len(path):
        return None
    value = leaf
    for right, sibling in zip(reversed(turns), path, strict=True):
        pair = sibling + value if right else value + sibling
        value = sha256(b"\x01" + pair).digest()
    return value


def _turns(index: int, size: int) -> list[bool]:
    """From the root down: whether the leaf lies in the right part, each time the tree is split."""
    turns = []
    while size > 1:
        left = 1
        while left * 2 < size:
            left *= 2
        right = index >= left
        turns.append(right)
        index, size = (index - left, size - left) if right else (index, left)
    return turns
