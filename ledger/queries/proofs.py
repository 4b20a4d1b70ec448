"""Proofs a stranger can check, and the receipt that carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.errors import Conflict, InvalidInput
from ledger.journal import TransactionState
from ledger.merkle import consistency_proof, inclusion_proof
from ledger.queries.entries import entry
from ledger.queries.heads import head, head_of, verifier_key
from ledger.queries.tree import on_stored
from ledger.types import AnchorView

RECEIPT_FORMAT: Final = "gongshu-receipt/1"


@dataclass(eq=False, kw_only=True)
class NotSealed(Conflict):
    """The entry waits for its index; its receipt exists seconds later."""

    code = "ledger.not_sealed"
    zh = "记录 {entry_id} 尚未封存,请数秒后再取回执。"
    en = "Entry {entry_id} is not sealed yet; ask for its receipt in a few seconds."
    entry_id: str


@dataclass(eq=False, kw_only=True)
class NoSuchProof(InvalidInput):
    """Sizes or an index for which no proof exists."""

    code = "ledger.no_such_proof"
    zh = "无法给出证明:{reason}。"
    en = "There is no such proof: {reason}."
    reason: str


def receipt(entry_id: UUID) -> dict[str, Any]:
    """Return an entry's receipt; raise NoSuchEntry or NotSealed.

    It uses the first anchored head over the entry and never changes from then on; before, ``anchor`` is None.
    """
    view = entry(entry_id)
    if view.index is None:
        raise NotSealed(entry_id=str(entry_id))
    index = view.index
    covering = head_of(index)
    proof = on_stored(lambda node: inclusion_proof(index, covering.size, node))
    return {
        "format": RECEIPT_FORMAT,
        "entry": view.body,
        "index": index,
        "inclusion": [node.hex() for node in proof],
        "checkpoint": covering.note,
        "key": verifier_key(),
        "anchor": _anchor(covering.anchor),
    }


def consistency(*, old: int, new: int) -> list[str]:
    """Return the proof that the tree of ``old`` leaves begins the one of ``new``, as hex; both must be signed heads.

    Raises NoSuchHead and NoSuchProof.
    """
    for size in (old, new):
        head(size)
    if old > new:
        raise NoSuchProof(reason=f"{old} > {new}")
    return [node.hex() for node in on_stored(lambda node: consistency_proof(old, new, node))]


def _anchor(anchor: AnchorView | None) -> dict[str, Any] | None:
    if anchor is None or anchor.state != TransactionState.MINED:
        return None
    return {
        "chain_id": anchor.chain_id,
        "contract": anchor.contract.lower(),
        "transaction": anchor.transaction,
        "block_number": anchor.block_number,
    }
