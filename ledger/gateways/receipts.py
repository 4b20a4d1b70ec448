"""Each transaction of the present chain held against the receipt that a node has of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ledger.gateways.node import Web3Chain
from ledger.journal import TransactionState
from ledger.queries.journal import ended, present_chain
from ledger.types import Ended, Mined

TOGETHER = 100
MINED = (TransactionState.MINED, TransactionState.REVERTED)


def differing(chain: Web3Chain, *, chain_id: int) -> Iterator[tuple[str, str]]:
    """Yield each journal row that says otherwise than its receipt: its place, and what differs.

    ``chain_id`` is the configured one. What is not known to be mined is left out. Raises WrongChain, ChainUnavailable.
    """
    here, _ = present_chain(chain_id)
    chain.check(here)
    rows = ended(chain_id=here)
    while part := tuple(islice(rows, TOGETHER)):
        receipts = chain.receipts([row.tx_hash for row in part])
        times = _times(chain, [receipt.block_number for receipt in receipts if receipt is not None])
        for row, receipt in zip(part, receipts, strict=True):
            what = _difference(row, receipt)
            if what:
                yield f"transaction {row.tx_hash}", what
            elif receipt is not None and times.get(receipt.block_number, row.block_time) != row.block_time:
                yield f"transaction {row.tx_hash}", "the node's block has another time"


def _times(chain: Web3Chain, numbers: list[int]) -> dict[int, int | None]:
    """When blocks were made that are ours to make; elsewhere others set the time."""
    if not chain.embedded or not numbers:
        return {}
    return dict(zip(numbers, chain.block_times(numbers), strict=True))


def _difference(row: Ended, receipt: Mined | None) -> str:
    if row.state not in MINED:
        return "" if receipt is None else "the node has mined it, though its nonce is said to be another's"
    if receipt is None:
        return "the node has no receipt of it"
    said = {
        "block number": (row.block_number, receipt.block_number),
        "block hash": (row.block_hash, receipt.block_hash),
        "gas": (row.gas_used, receipt.gas_used),
        "success": (row.state == TransactionState.MINED, receipt.succeeded),
    }
    names = [name for name, (ours, theirs) in said.items() if ours != theirs]
    return f"the node's receipt has another {', '.join(names)}" if names else ""
