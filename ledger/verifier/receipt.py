"""What a receipt claims, and whether it is so."""

from __future__ import annotations

import json
import re
from typing import Any

from ledger.verifier.checkpoint import Head, open_checkpoint, parse_key
from ledger.verifier.node import Ask, appended_in
from ledger.verifier.tree import leaf_digest, root_from_path
from ledger.verifier.verdict import Incomplete, Invalid

FORMAT = "gongshu-receipt/1"
LARGEST = 1024 * 1024
DEEPEST = 64
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
SHAPE = {
    "format": str,
    "entry": str,
    "index": int,
    "inclusion": list,
    "checkpoint": str,
    "key": str,
    "anchor": (dict, type(None)),
}
ANCHOR_SHAPE = {"chain_id": int, "contract": str, "transaction": str, "block_number": int}


def check_receipt(
    data: bytes, *, key: str | None = None, contract: str | None = None, ask: Ask | None = None
) -> dict[str, Any]:
    """Return what a valid receipt shows; raise Invalid or Incomplete with the reason.

    ``key`` is the log's verifier key as you know it from elsewhere, ``contract`` the log contract's address, ``ask``
    a chain node. A receipt is believed under a key you trust, or under a contract you trust and a node that has it.
    """
    receipt = _parsed(data)
    if key is not None and key.strip() != receipt["key"]:
        raise Invalid("the receipt names another key than the one you trust")
    head = open_checkpoint(receipt["checkpoint"], parse_key(receipt["key"]))
    entry = _strict(receipt["entry"], "the entry")
    if not isinstance(entry, dict) or entry.get("log") != head.origin:
        raise Invalid("the entry belongs to another log than the checkpoint")
    leaf = leaf_digest(receipt["entry"].encode())
    _included(receipt, leaf, head)
    _anchored(receipt, leaf, head, contract=contract, ask=ask)
    if key is None and (contract is None or ask is None):
        raise Incomplete("all of it fits together, but you named no key to trust (--key)")
    return {
        "entry": entry,
        "index": receipt["index"],
        "leaf": leaf.hex(),
        "log": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "anchor": receipt["anchor"],
        "chain_asked": ask is not None,
    }


def _included(receipt: dict[str, Any], leaf: bytes, head: Head) -> None:
    path = receipt["inclusion"]
    if len(path) > 64 or not all(isinstance(node, str) and re.fullmatch("[0-9a-f]{64}", node) for node in path):
        raise Invalid("the inclusion proof is malformed")
    if not 0 <= receipt["index"] < head.size:
        raise Invalid("the tree has no leaf of that index")
    root = root_from_path(leaf, receipt["index"], head.size, [bytes.fromhex(node) for node in path])
    if root != head.root:
        raise Invalid("the entry is not in the tree that the log signed")


def _anchored(receipt: dict[str, Any], leaf: bytes, head: Head, *, contract: str | None, ask: Ask | None) -> None:
    anchor = receipt["anchor"]
    if anchor is None:
        if ask is not None or contract is not None:
            raise Incomplete("the entry is in the signed tree but was not yet on the chain when this was issued")
        return
    _named(anchor, contract)
    if ask is None:
        return
    place = receipt["index"]
    for event in appended_in(ask, **anchor):
        if (event.size, event.root) == (head.size, head.root) and event.start <= place < head.size:
            if event.leaves[place - event.start :][:1] == (leaf,):
                return
            raise Invalid("the chain holds another leaf at that index")
    raise Invalid("the transaction did not bring this tree to the chain")


def _named(anchor: dict[str, Any], contract: str | None) -> None:
    _shaped(anchor, ANCHOR_SHAPE, "the anchor")
    if not re.fullmatch("0x[0-9a-f]{40}", anchor["contract"]):
        raise Invalid("the contract's address is malformed")
    if not re.fullmatch("0x[0-9a-f]{64}", anchor["transaction"]):
        raise Invalid("the transaction's hash is malformed")
    if contract is not None and contract.lower() != anchor["contract"]:
        raise Invalid("the receipt names another contract than the one you trust")


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise Invalid("the receipt is too large")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Invalid("the receipt is not UTF-8 text") from None
    receipt = _strict(text, "the receipt")
    _shaped(receipt, SHAPE, "the receipt")
    if receipt["format"] != FORMAT:
        raise Invalid(f"the receipt is not of the format {FORMAT}")
    found: dict[str, Any] = receipt
    return found


def _strict(text: str, what: str) -> Any:
    """Return JSON without floats, repeated names or deep nesting; raise Invalid."""
    if _depth(text) > DEEPEST:
        raise Invalid(f"{what} is nested too deep")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Invalid(f"{what} is not well-formed JSON") from None
    return value


def _depth(text: str) -> int:
    """How deep brackets are nested outside strings: asked first, for a parser may crash on it."""
    deepest = depth = 0
    for token in TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not allowed")


def _shaped(value: Any, shape: dict[str, Any], what: str) -> None:
    if not isinstance(value, dict) or set(value) != set(shape):
        raise Invalid(f"{what} does not have the parts it should")
    for name, kind in shape.items():
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            raise Invalid(f"{what}'s {name} is malformed")
