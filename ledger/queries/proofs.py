"""Proofs a stranger can check, and the receipt that carries them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.errors import Conflict, InvalidInput
from ledger.digests import sm3
from ledger.journal import TransactionState
from ledger.merkle import NodeReader, consistency_proof, inclusion_proof, subtree
from ledger.queries.entries import entry
from ledger.queries.heads import NoSuchHead, head, head_of, heads
from ledger.queries.keys import verifier_key
from ledger.queries.tree import on_stored
from ledger.types import EntryView, HeadView

RECEIPT_FORMAT: Final = "gongshu-receipt/1"
TLOG_PROOF: Final = "c2sp.org/tlog-proof@v1"


@dataclass(eq=False, kw_only=True)
class NotSealed(Conflict):
    """The entry waits for its index; its receipt exists seconds later."""

    code = "ledger.not_sealed"
    zh = "记录 {entry_id} 尚未封存，请数秒后再取回执。"
    en = "Entry {entry_id} is not sealed yet; ask for its receipt in a few seconds."
    entry_id: str


@dataclass(eq=False, kw_only=True)
class NoSuchProof(InvalidInput):
    """Sizes or an index for which no proof exists."""

    code = "ledger.no_such_proof"
    zh = "无法给出证明：{reason}。"
    en = "There is no such proof: {reason}."
    reason: str


def receipt(entry_id: UUID, *, size: int | None = None) -> dict[str, Any]:
    """Return an entry's receipt; raise NoSuchEntry, NotSealed, and NoSuchHead or NoSuchProof for an unfit ``size``.

    It uses the head of ``size`` leaves, or the first over the entry that a witness cosigned and the chain holds; while
    there is none the first on the chain, and before that the first signed one, with ``anchor`` None.
    """
    view = entry(entry_id)
    if view.index is None:
        raise NotSealed(entry_id=str(entry_id))
    return receipt_under(view, view.index, head_of(view.index) if size is None else head(size))


def receipt_under(view: EntryView, index: int, covering: HeadView) -> dict[str, Any]:
    """Return the receipt of a sealed entry under a head; raise NoSuchProof when the head does not cover it."""
    if index >= covering.size:
        raise NoSuchProof(reason=f"{index} ≥ {covering.size}")
    proof = on_stored(lambda node: inclusion_proof(index, covering.size, node))
    return receipt_parts(view, index, covering, proof)


def receipt_parts(view: EntryView, index: int, covering: HeadView, proof: Sequence[bytes]) -> dict[str, Any]:
    """Return a receipt put together from an entry, its place, the head over it, and the inclusion proof."""
    return {
        "format": RECEIPT_FORMAT,
        "entry": view.body,
        "sm3": sm3(view.body.encode()).hex(),
        "index": index,
        "inclusion": [node.hex() for node in proof],
        "checkpoint": covering.cosigned_note,
        "key": verifier_key(covering.size),
        "anchor": anchor_of(covering),
    }


def tlog_proof(entry_id: UUID, *, size: int | None = None) -> str:
    """Return an entry's receipt as a C2SP tlog-proof, the entry's bytes as its extra data; raise what receipt raises.

    Whoever reads it hashes the extra data to the leaf: the format itself does not authenticate it.
    """
    parts = receipt(entry_id, size=size)
    lines = [
        TLOG_PROOF,
        f"extra {b64encode(parts['entry'].encode()).decode()}",
        f"index {parts['index']}",
        *(b64encode(bytes.fromhex(node)).decode() for node in parts["inclusion"]),
    ]
    return "\n".join(lines) + "\n\n" + str(parts["checkpoint"])


def consistency(*, old: int, new: int) -> dict[str, Any]:
    """Return roots, and the proof that the tree of ``old`` leaves begins the one of ``new``, all hashes as hex.

    Any two sizes the log has had, signed as heads or not. Raises NoSuchHead beyond the newest head, NoSuchProof unless
    0 < old <= new.
    """
    newest = heads(limit=1)
    if not newest or new > newest[0].size:
        raise NoSuchHead(size=str(new))
    if not 0 < old <= new:
        raise NoSuchProof(reason=f"{old} > {new}")

    def computed(node: NodeReader) -> tuple[bytes, bytes, tuple[bytes, ...]]:
        return subtree(0, old, node), subtree(0, new, node), consistency_proof(old, new, node)

    old_root, new_root, proof = on_stored(computed)
    return {
        "old": old,
        "new": new,
        "old_root": old_root.hex(),
        "new_root": new_root.hex(),
        "proof": [node.hex() for node in proof],
    }


def anchor_of(view: HeadView) -> dict[str, Any] | None:
    """Return where the chain holds a head, as receipts and exports write it; None while it does not."""
    anchor = view.anchor
    if anchor is None or anchor.state != TransactionState.MINED:
        return None
    return {
        "chain_id": anchor.chain_id,
        "contract": anchor.contract.lower(),
        "transaction": anchor.transaction,
        "block_number": anchor.block_number,
    }
