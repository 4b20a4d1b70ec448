"""A log of a few entries, made here: its receipts, its export, and a chain node that holds it."""

from __future__ import annotations

import json
from uuid import UUID

from kernel.signer import Ed25519Signer
from ledger import merkle
from ledger.canonical import canonical
from ledger.commitment import commit
from ledger.digests import sm3
from ledger.merkle import Frontier, inclusion_proof, leaf_hash, root_of
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.status import CODES, day_number, said, status_id
from ledger.verifier.checkpoint import Head

ORIGIN = "gongshu.test/log1"
SIGNER = Ed25519Signer.generate("platform")
KEY = VerifierKey(ORIGIN, SIGNER.public_key)
CONTRACT = "0x" + "ab" * 20
APPENDED = "0x37b97351384b72c456bb1f12eddab3ec7d2148af1d01b67002f5e9f6b25bd54f"
CERTIFICATE = "certificate:35000020260101000001"
SALT = bytes(range(32))
HEADS = (3, 7, 13)
SIZE = HEADS[-1]


def entry_id(number):
    return str(UUID(int=number + 1))


def entry(number):
    parts = {
        "format": 1,
        "log": ORIGIN,
        "id": entry_id(number),
        "kind": "thing.done",
        "version": 1,
        "subject": CERTIFICATE if number == 2 else f"thing:{number}",
        "occurred_at": "2026-11-21T10:00:00.000Z",
        "actor": commit("actor", "person:7", SALT),
        "payload": {"name": "数据", "commitments": {"buyer": commit("buyer", "海峡保险", SALT)}},
        "refs": [entry_id(number - 1), entry_id(number // 2)][: min(number, 2)] if number > 2 else [],
    }
    if number == 5:
        parts["status"] = said("licence:1", "active", None)
    if number == 9:
        parts["status"] = said("licence:1", "revoked", None)
    return canonical(parts)


ENTRIES = [entry(number) for number in range(SIZE)]
LEAVES = [leaf_hash(data) for data in ENTRIES]


def checkpoint(size, leaves=None):
    text = Checkpoint(ORIGIN, size, root_of((leaves or LEAVES)[:size])).text()
    return signed(text, [(KEY, SIGNER.sign(text.encode()))])


def anchor(size):
    return {"chain_id": 31337, "contract": CONTRACT, "transaction": f"0x{size:064x}", "block_number": size}


def receipt(index, size=SIZE, /, **changes):
    proof = inclusion_proof(index, size, merkle.reader(LEAVES[:size]))
    parts = {
        "format": "gongshu-receipt/1",
        "entry": ENTRIES[index].decode(),
        "sm3": sm3(ENTRIES[index]).hex(),
        "index": index,
        "inclusion": [node.hex() for node in proof],
        "checkpoint": checkpoint(size),
        "key": str(KEY),
        "anchor": anchor(size),
    }
    return parts | changes


def export_lines(start=0, heads=HEADS):
    frontier = Frontier().extended(LEAVES[:start])
    yield {
        "format": "gongshu-export/1",
        "log": ORIGIN,
        "key": str(KEY),
        "start": start,
        "frontier": [node.hex() for node in frontier.nodes],
    }
    end, count = max(heads), 0
    for index in range(start, end):
        yield {"index": index, "entry": ENTRIES[index].decode()}
        if index + 1 in heads:
            count += 1
            yield {"head": {"size": index + 1, "note": checkpoint(index + 1), "anchor": anchor(index + 1)}}
    yield {"entries": end - start, "heads": count}


def as_lines(values):
    return [json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values]


def kept(size):
    return Head(ORIGIN, size, root_of(LEAVES[:size]))


class ChainNode:
    """A JSON-RPC node that took the heads one batch each, and holds what the last of them says.

    Its contract started from ``began``: size, chain and address of the log it continues.
    """

    def __init__(
        self,
        heads=HEADS,
        *,
        chain_id=31337,
        status=("revoked", None, 9),
        leaves=None,
        about=None,
        began=(0, 0, "0x0"),
        closed=False,
    ):
        self.heads, self.chain_id, self.status, self.leaves = heads, chain_id, status, leaves or LEAVES
        self.closed = closed
        self.about, self.began = about and status_id(about).hex(), began

    def __call__(self, method, parameters):
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "eth_getTransactionReceipt":
            return self.receipt_of(int(parameters[0], 16))
        if method == "eth_getLogs":
            return self.logs_from(int(parameters[0]["topics"][1], 16))
        assert method == "eth_call"
        return self.call(parameters[0])

    def receipt_of(self, size):
        if size not in self.heads:
            return None
        start = max([self.began[0], *(head for head in self.heads if head < size)])
        leaves = self.leaves[start:size]
        words = [size.to_bytes(32, "big"), root_of(self.leaves[:size]), (96).to_bytes(32, "big")]
        data = b"".join([*words, len(leaves).to_bytes(32, "big"), *leaves])
        event = {"address": CONTRACT, "topics": [APPENDED, hex(start)], "data": "0x" + data.hex()}
        return {"status": "0x1", "blockNumber": hex(size), "logs": [event]}

    def logs_from(self, start):
        ends = [head for head in self.heads if head > start and start in (self.began[0], *self.heads)]
        return self.receipt_of(min(ends))["logs"] if ends else []

    def call(self, request):
        if request["to"] != CONTRACT:
            return "0x"
        size = max([self.began[0], *self.heads])
        if request["data"] == "0x953d5e17":
            start, chain, log = self.began
            return f"0x{start:064x}{root_of(self.leaves[:start]).hex()}{chain:064x}{int(log, 16):064x}"
        if request["data"] == "0x597e1fb5":
            return f"0x{self.closed:064x}"
        if request["data"] == "0x949d225d":
            return f"0x{size:064x}"
        if request["data"] == "0xebf0c717":
            return "0x" + root_of(self.leaves[:size]).hex()
        if self.about is not None and not request["data"].endswith(self.about):
            return "0x" + "0" * 192
        state, until, index = self.status
        numbers = (CODES.get(state, 0), day_number(until), index)
        return "0x" + "".join(f"{number:064x}" for number in numbers)
