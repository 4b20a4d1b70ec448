"""Checking inclusion proofs under a checkpoint that is verified already ÷ the bare hashes such a proof needs.

Ours is the verifier's own code, as ``gongshu-verify inclusion`` and receipts use it; making proofs from stored hashes
is told beside it. No database: what is compared is arithmetic.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from benchmarks.ratio import Row, alternating
from ledger.merkle import NodeReader, inclusion_proof, leaf_hash, subtree, verify_inclusion
from ledger.tiles import grown, reader

LEAVES: Final = 100_000
CHECKED: Final = 2000
SEED: Final = 20261121


class Wrong(Exception):
    """A proof did not hold, so its time means nothing."""


def measure(rounds: int) -> list[Row]:
    """Measure checking and making."""
    leaves = [leaf_hash(b"%d" % number) for number in range(LEAVES)]
    tiles = grown(0, leaves, {})
    node = _remembered(reader(tiles))
    root = subtree(0, LEAVES, node)
    chance = random.Random(SEED)
    places = [chance.randrange(LEAVES) for _ in range(CHECKED)]
    proofs = [inclusion_proof(place, LEAVES, node) for place in places]

    def checked() -> None:
        for place, proof in zip(places, proofs, strict=True):
            if not verify_inclusion(leaves[place], index=place, size=LEAVES, proof=proof, root=root):
                raise Wrong(place)

    def hashed() -> None:
        for place, proof in zip(places, proofs, strict=True):
            _chain(leaves[place], proof)

    pairs = alternating(_each(checked), _each(hashed), rounds)
    name = f"proofs: inclusion in {LEAVES:,} leaves checked ÷ its {len(proofs[0])} bare hashes"
    return [Row(name=name, pairs=pairs, unit="proof")]


def _chain(leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """As many hashes of as many bytes as a proof needs, and nothing else."""
    value = leaf
    for sibling in proof:
        value = sha256(b"\x01" + value + sibling).digest()
    return value


def _each(work: Callable[[], None]) -> Callable[[], float]:
    def run() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) / CHECKED

    return run


def _remembered(read: NodeReader) -> NodeReader:
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        if (level, index) not in known:
            known[level, index] = read(level, index)
        return known[level, index]

    return node
