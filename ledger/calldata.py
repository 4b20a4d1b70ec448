"""What is sent to the TransparencyLog contract, and what it answers, as Solidity's ABI encodes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

APPEND: Final = bytes.fromhex("6b529a42")  # append(uint64,bytes32[],(bytes32,uint32,uint8,uint32)[])
CARRY: Final = bytes.fromhex("11080412")  # carry((bytes32,uint64,uint8,uint32)[])
CLOSE: Final = bytes.fromhex("4036cc6a")  # close(uint64,address)
STATUS_OF: Final = bytes.fromhex("c7df14e2")  # statusOf(bytes32)
ROOT: Final = bytes.fromhex("ebf0c717")  # root()
WORD: Final = 32

GAS_FOR_CREATION: Final = 4_000_000
GAS_FOR_CALL: Final = 400_000
GAS_FOR_LEAF: Final = 3_000
GAS_FOR_STATUS: Final = 28_000
MOST_GAS: Final = 29_900_000  # what one transaction may ask for: below the block limit of anvil, 30,000,000
MOST_CARRIED: Final = 500


@dataclass(frozen=True, kw_only=True)
class ChainStatus:
    """A status as the contract takes and gives it.

    ``place`` is the leaf's position in its batch or, for one carried over, its index in the log; ``state`` the code in
    ``ledger.status.CODES`` (0: unknown to the contract), ``valid_until`` yyyymmdd or 0.
    """

    id: bytes
    place: int
    state: int
    valid_until: int


def append_call(start: int, leaves: bytes, changes: Sequence[ChainStatus] = ()) -> bytes:
    """Return the call that appends leaf hashes, one after the other, and what they say of statuses, to a log."""
    first = 3 * WORD
    second = first + WORD + len(leaves)
    head = APPEND + _word(start) + _word(first) + _word(second)
    return head + _word(len(leaves) // WORD) + leaves + _statuses(changes)


def append_gas(leaves: int, changes: int = 0) -> int:
    """Return a gas limit with room to spare for a batch; the same counts give the same limit.

    A thousand leaves that each set a new status take 27,900,000.
    """
    return min(MOST_GAS, GAS_FOR_CALL + GAS_FOR_LEAF * leaves + GAS_FOR_STATUS * changes)


def carry_call(statuses: Sequence[ChainStatus]) -> bytes:
    """Return the call that takes statuses over from the log a new one continues."""
    return CARRY + _word(WORD) + _statuses(statuses)


def close_call(new_chain: int, new_log: str) -> bytes:
    """Return the call that ends a log for ever and names the next (0x-hex address on that chain)."""
    return CLOSE + _word(new_chain) + _address(new_log)


def status_call(status_id: bytes) -> bytes:
    """Return the question for a status."""
    return STATUS_OF + status_id


def told_status(status_id: bytes, answer: bytes) -> ChainStatus:
    """Return what the contract answered to ``status_call``; raise ValueError when it is no such answer."""
    if len(answer) != 3 * WORD:
        raise ValueError(f"statusOf answered {len(answer)} bytes")
    state, until, index = (int.from_bytes(answer[place : place + WORD], "big") for place in (0, WORD, 2 * WORD))
    return ChainStatus(id=status_id, place=index, state=state, valid_until=until)


def creation(
    bytecode: bytes, *, owner: str, start: int, frontier: Sequence[bytes], old_chain: int = 0, old_log: str = "0x0"
) -> bytes:
    """Return the deployment of a log with ``owner`` (0x-hex) as admin, writer and guardian.

    It starts as a tree of ``start`` leaves with that frontier, largest subtree first, and names the log it continues.
    """
    head = _address(owner) * 3 + _word(start) + _word(7 * WORD) + _word(old_chain) + _address(old_log)
    return bytecode + head + _array(frontier)


def _word(number: int) -> bytes:
    return number.to_bytes(WORD, "big")


def _address(text: str) -> bytes:
    return _word(int(text, 16))


def _array(items: Sequence[bytes]) -> bytes:
    return _word(len(items)) + b"".join(items)


def _statuses(statuses: Sequence[ChainStatus]) -> bytes:
    rows = (each.id + _word(each.place) + _word(each.state) + _word(each.valid_until) for each in statuses)
    return _word(len(statuses)) + b"".join(rows)
