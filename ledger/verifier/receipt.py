"""What a receipt claims, and whether it is so."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from ledger.verifier.checkpoint import SM2_SIGNATURE, Head, Note, NoteKey, enough_witnesses, open_checkpoint, parse_key
from ledger.verifier.node import Ask, appended_in
from ledger.verifier.reading import hashes, shaped, strict, text_of
from ledger.verifier.tree import leaf_digest, root_from_path
from ledger.verifier.verdict import Incomplete, Invalid

RECEIPT_FORMAT = "gongshu-receipt/1"
RECEIPT_SHAPE = {
    "format": str,
    "entry": str,
    "sm3": str,
    "index": int,
    "inclusion": list,
    "checkpoint": str,
    "key": str,
    "anchor": (dict, type(None)),
}
ANCHOR_SHAPE = {"chain_id": int, "contract": str, "transaction": str, "block_number": int}


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What the one who checks brings along.

    ``key`` is the log's verifier key as known from elsewhere, ``contract`` the log contract's address, ``ask`` a chain
    node, ``head`` a tree head kept from before; ``need`` of ``witnesses`` must have cosigned, and with ``sm2``, the
    log's SM2 key, that must have signed too. ``pins`` are keys of logs known without being named, which hold where no
    ``key`` is. A receipt is believed under a key, under a head, or under a contract and a node that has it.
    """

    key: str | None = None
    contract: str | None = None
    ask: Ask | None = None
    head: Head | None = None
    witnesses: tuple[NoteKey, ...] = ()
    need: int = 0
    sm2: str | None = None
    pins: tuple[str, ...] = ()

    def suffices(self, key: str) -> bool:
        """Return whether anything here is a ground to believe a log that signs with ``key``."""
        chain = self.contract is not None and self.ask is not None
        return self.key is not None or self.head is not None or chain or key in self.pins

    def contradicts(self, key: str) -> bool:
        """Return whether ``key`` is not the one that is trusted, or another one of a log whose keys are known."""
        if self.key is not None:
            return self.key.strip() != key
        return key not in self.pins and _log_of(key) in map(_log_of, self.pins)

    @property
    def lacking(self) -> str:
        """What to name where nothing here suffices: a contract that only the file itself names proves nothing."""
        if self.ask is None:
            return "all of it fits together, but you named no key to trust (--key)"
        return "the chain agrees, but only the file names its contract: you named no key to trust (--key, --contract)"


def check_receipt(data: bytes, trust: Trust) -> dict[str, Any]:
    """Return what a valid receipt shows; raise Invalid or Incomplete with the reason."""
    return check_claims(strict(text_of(data, "the receipt"), "the receipt"), trust)


def check_claims(receipt: Any, trust: Trust) -> dict[str, Any]:
    """Return what a valid receipt, already read as JSON, shows; raise Invalid or Incomplete with the reason."""
    shaped(receipt, RECEIPT_SHAPE, "the receipt", optional=frozenset({"sm3"}))
    if receipt["format"] != RECEIPT_FORMAT:
        raise Invalid(f"the receipt is not of the format {RECEIPT_FORMAT}")
    note = trusted_note(receipt["checkpoint"], receipt["key"], trust)
    entry = strict(receipt["entry"], "the entry")
    if not isinstance(entry, dict) or entry.get("log") != note.head.origin:
        raise Invalid("the entry belongs to another log than the checkpoint")
    leaf = leaf_digest(receipt["entry"].encode())
    sm3 = _sm3(receipt)
    _included(receipt, leaf, note.head)
    _anchored(receipt, leaf, note.head, trust)
    cosigned = enough_witnesses(note, trust.witnesses, trust.need)
    if not trust.suffices(receipt["key"]):
        raise Incomplete(trust.lacking)
    return {
        "entry": entry,
        "index": receipt["index"],
        "leaf": leaf.hex(),
        "sm3": sm3,
        "log": note.head.origin,
        "size": note.head.size,
        "root": note.head.root.hex(),
        "anchor": receipt["anchor"],
        "chain_asked": trust.ask is not None,
        "sm2_checked": trust.sm2 is not None,
        "witnesses": [{"name": one.witness, "at": one.at} for one in cosigned],
    }


def trusted_note(checkpoint: str, key: str, trust: Trust) -> Note:
    """Return a checkpoint under ``key`` that contradicts nothing the one who checks brought; raise Invalid, Incomplete.

    A kept head of another size is no contradiction, but no ground to believe either.
    """
    if trust.contradicts(key):
        raise Invalid("another key than the one you trust is named")
    note = open_checkpoint(checkpoint, parse_key(key))
    if trust.sm2 is not None:
        open_checkpoint(checkpoint, parse_key(trust.sm2, SM2_SIGNATURE))
    kept = trust.head
    if kept is None:
        return note
    if kept.origin != note.head.origin:
        raise Invalid("the head you kept is of another log")
    if kept.size != note.head.size:
        raise Incomplete(
            f"the head you kept has {kept.size} leaves and this one {note.head.size}: "
            "ask for a receipt under yours, or check that one tree begins the other (consistency)"
        )
    if kept.root != note.head.root:
        raise Invalid("the log signed another root of that size than the one you kept: it shows two histories")
    return note


def check_anchor_names(anchor: Any, contract: str | None) -> None:
    """Raise Invalid unless an anchor is well-formed and of the contract the one who checks trusts."""
    shaped(anchor, ANCHOR_SHAPE, "the anchor")
    if not re.fullmatch("0x[0-9a-f]{40}", anchor["contract"]):
        raise Invalid("the contract's address is malformed")
    if not re.fullmatch("0x[0-9a-f]{64}", anchor["transaction"]):
        raise Invalid("the transaction's hash is malformed")
    if contract is not None and contract.lower() != anchor["contract"]:
        raise Invalid("another contract than the one you trust is named")


def _log_of(key: str) -> str:
    """The name of the log a verifier key is of."""
    return key.partition("+")[0]


def _included(receipt: dict[str, Any], leaf: bytes, head: Head) -> None:
    path = hashes(receipt["inclusion"], "the inclusion proof")
    if not 0 <= receipt["index"] < head.size:
        raise Invalid("the tree has no leaf of that index")
    if root_from_path(leaf, receipt["index"], head.size, path) != head.root:
        raise Invalid("the entry is not in the tree that the log signed")


def _anchored(receipt: dict[str, Any], leaf: bytes, head: Head, trust: Trust) -> None:
    """Compare with the chain: it computed this very root, and where it took this leaf, it took these bytes."""
    anchor = receipt["anchor"]
    if anchor is None:
        if trust.ask is not None or trust.contract is not None:
            raise Incomplete("the entry is in the signed tree but was not yet on the chain when this was issued")
        return
    check_anchor_names(anchor, trust.contract)
    if trust.ask is None:
        return
    place = receipt["index"]
    for event in appended_in(trust.ask, **anchor):
        if (event.size, event.root) == (head.size, head.root):
            if place >= event.start and event.leaves[place - event.start :][:1] != (leaf,):
                raise Invalid("the chain holds another leaf at that index")
            return
    raise Invalid("the transaction did not bring this tree to the chain")


def _sm3(receipt: dict[str, Any]) -> str | None:
    """The SM3 digest the receipt states, compared where this machine can compute SM3."""
    stated = receipt.get("sm3")
    if stated is None:
        return None
    if not re.fullmatch("[0-9a-f]{64}", stated):
        raise Invalid("the SM3 digest is malformed")
    try:
        found = hashlib.new("sm3", receipt["entry"].encode()).hexdigest()
    except ValueError:
        return None
    if found != stated:
        raise Invalid("the SM3 digest is not that of the entry")
    return found
