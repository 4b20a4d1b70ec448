"""What is sent to the TransparencyLog contract, as Solidity's ABI encodes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

APPEND: Final = bytes.fromhex("e89f77c7")  # append(uint64,bytes32[])
GAS_FOR_CREATION: Final = 3_000_000
GAS_FOR_CALL: Final = 400_000
GAS_FOR_LEAF: Final = 3_000


def append_call(start: int, leaves: Sequence[bytes]) -> bytes:
    """Return the call that appends leaf hashes to a log of ``start`` leaves."""
    return APPEND + _word(start) + _word(0x40) + _array(leaves)


def append_gas(count: int) -> int:
    """Return a gas limit with room to spare for a batch of ``count`` leaves; the same count gives the same limit."""
    return GAS_FOR_CALL + GAS_FOR_LEAF * count


def creation(bytecode: bytes, *, owner: str, start: int, frontier: Sequence[bytes]) -> bytes:
    """Return the deployment of a log with ``owner`` (0x-hex) as admin, writer and guardian.

    It starts as a tree of ``start`` leaves with that frontier, largest subtree first.
    """
    roles = bytes.fromhex(owner.removeprefix("0x")).rjust(32, b"\x00") * 3
    return bytecode + roles + _word(start) + _word(0xA0) + _array(frontier)


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _array(items: Sequence[bytes]) -> bytes:
    return _word(len(items)) + b"".join(items)
