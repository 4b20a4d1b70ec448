"""What a receipt claims, and whether it is so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ledger.verifier.checkpoint import SM2_SIGNATURE, Head, Note, NoteKey, enough_witnesses, open_checkpoint, parse_key
from ledger.verifier.entry import sound_entry, status_said
from ledger.verifier.node import Ask, appended_in, chain_of, check_in_line, is_closed, line_of, status_of
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
OTHER_CONTRACT = (
    "another contract than the one you trust is named: only a node can say whether yours continues it (--rpc)"
)
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

    def knows(self, key: str) -> bool:
        """Return whether ``key`` is one that is trusted: the named one, or a pinned one where none is named."""
        return self.key.strip() == key if self.key is not None else key in self.pins

    def suffices_for(self, keys: Iterable[str]) -> bool:
        """Return whether anything here is a ground to believe something of a log that signs with ``keys``."""
        chain = self.contract is not None and self.ask is not None
        return self.head is not None or chain or any(map(self.knows, keys))

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
    entry = sound_entry(receipt["entry"], "the entry")
    if entry["log"] != note.head.origin:
        raise Invalid("the entry belongs to another log than the checkpoint")
    leaf = leaf_digest(receipt["entry"].encode())
    sm3 = _sm3(receipt)
    _included(receipt, leaf, note.head)
    _anchored(receipt, leaf, note.head, trust)
    cosigned = enough_witnesses(note, trust.witnesses, trust.need)
    if not trust.suffices_for([receipt["key"]]):
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
        "status_now": _status_now(entry, receipt, trust),
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


def check_anchor_names(anchor: Any) -> None:
    """Raise Invalid unless an anchor is well-formed."""
    shaped(anchor, ANCHOR_SHAPE, "the anchor")
    if not re.fullmatch("0x[0-9a-f]{40}", anchor["contract"]):
        raise Invalid("the contract's address is malformed")
    if not re.fullmatch("0x[0-9a-f]{64}", anchor["transaction"]):
        raise Invalid("the transaction's hash is malformed")


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
    check_anchor_names(anchor)
    if trust.contract is not None and trust.ask is None and trust.contract.lower() != anchor["contract"]:
        raise Incomplete(OTHER_CONTRACT)
    if trust.ask is None:
        return
    _trusted_place(trust.ask, anchor, head.size, trust.contract)
    place = receipt["index"]
    said = {name: anchor[name] for name in ("contract", "transaction", "block_number")}
    for event in appended_in(trust.ask, **said):
        if (event.size, event.root) == (head.size, head.root):
            if place >= event.start and event.leaves[place - event.start :][:1] != (leaf,):
                raise Invalid("the chain holds another leaf at that index")
            return
    raise Invalid("the transaction did not bring this tree to the chain")


def _trusted_place(ask: Ask, anchor: dict[str, Any], size: int, contract: str | None) -> None:
    """The node is of the chain a head stands on, and the contract is the trusted one or one that this continues."""
    chain_id = chain_of(ask)
    if chain_id != anchor["chain_id"]:
        raise Incomplete(
            f"the node belongs to another chain ({chain_id}) than the entry's tree stands on ({anchor['chain_id']}): "
            "ask a node of that chain (an earlier epoch can be rebuilt), or for a receipt under a newer head"
        )
    if contract is not None and contract.lower() != anchor["contract"]:
        check_in_line(
            line_of(ask, contract=contract.lower(), chain_id=chain_id), contract=anchor["contract"], size=size
        )


def _status_now(entry: dict[str, Any], receipt: dict[str, Any], trust: Trust) -> dict[str, Any] | None:
    """What the chain says by now of the status the entry sets; None where it says the same, or was not asked.

    Its state is None where the contract is closed: another one knows the present.
    """
    said = status_said(entry, receipt["index"], "the entry")
    if said is None or trust.ask is None:
        return None
    contract = (trust.contract or str(receipt["anchor"]["contract"])).lower()
    if is_closed(trust.ask, contract=contract):
        return {"id": said.status_id, "state": None, "valid_until": None, "index": None}
    found = status_of(trust.ask, contract=contract, status_id=said.status_id)
    if said.is_said_by(found):
        return None
    return {"id": said.status_id, "state": found.state, "valid_until": found.valid_until or None, "index": found.index}


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
