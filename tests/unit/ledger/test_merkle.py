"""The tree against published vectors, against itself, and against every change of a proof."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle
from ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

CASES = json.loads((Path(__file__).parents[2] / "cases" / "ledger" / "rfc6962_tree.json").read_text())
PROOFS = json.loads((Path(__file__).parents[2] / "cases" / "ledger" / "merkle_proofs.json").read_text())
PUBLISHED = [leaf_hash(bytes.fromhex(entry)) for entry in CASES["entries"]]
MANY = [leaf_hash(str(number).encode()) for number in range(5000)]


class Counted:
    """Complete subtrees of MANY, each hashed once."""

    def __init__(self):
        self.rows = [MANY]
        while len(self.rows[-1]) > 1:
            row = self.rows[-1]
            self.rows.append([node_hash(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)])

    def __call__(self, level, index):
        return self.rows[level][index]


NODES = Counted()


def root(size):
    return merkle.subtree(0, size, NODES)


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
    expected = bytes.fromhex(CASES["roots"][size])
    assert root_of(PUBLISHED[:size]) == expected
    assert Frontier().extended(PUBLISHED[:size]).root == expected


@pytest.mark.parametrize("case", CASES["inclusion"])
def test_published_inclusion_proofs(case):
    index, size = case["index"], case["size"]
    proof = tuple(bytes.fromhex(node) for node in case["proof"])
    assert inclusion_proof(index, size, merkle.reader(PUBLISHED)) == proof
    expected = bytes.fromhex(CASES["roots"][size])
    assert verify_inclusion(PUBLISHED[index], index=index, size=size, proof=proof, root=expected)


@pytest.mark.parametrize("case", CASES["consistency"])
def test_published_consistency_proofs(case):
    old, new = case["old"], case["new"]
    proof = tuple(bytes.fromhex(node) for node in case["proof"])
    assert consistency_proof(old, new, merkle.reader(PUBLISHED)) == proof
    roots = [bytes.fromhex(value) for value in CASES["roots"]]
    assert verify_consistency(old=old, new=new, old_root=roots[old], new_root=roots[new], proof=proof)


def test_empty_tree():
    assert Frontier().root == root_of([]) == EMPTY_ROOT


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 32, 33, 100, 255, 256, 257, 300])
def test_every_leaf_is_proven_and_no_other_place_is(size):
    for index in range(size):
        proof = inclusion_proof(index, size, NODES)
        assert verify_inclusion(MANY[index], index=index, size=size, proof=proof, root=root(size))
        other = (index + 1) % size
        if other != index:
            assert not verify_inclusion(MANY[index], index=other, size=size, proof=proof, root=root(size))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_random_inclusion_proofs_hold_and_mutated_ones_do_not(data):
    size = data.draw(st.integers(1, len(MANY)))
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(index, size, NODES))
    assert verify_inclusion(MANY[index], index=index, size=size, proof=proof, root=root(size))
    for changed in mutations(data, proof):
        assert not verify_inclusion(MANY[index], index=index, size=size, proof=changed, root=root(size))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_random_consistency_proofs_hold_and_mutated_ones_do_not(data):
    new = data.draw(st.integers(2, len(MANY)))
    old = data.draw(st.integers(1, new - 1))
    proof = list(consistency_proof(old, new, NODES))
    ends = {"old_root": root(old), "new_root": root(new)}
    assert verify_consistency(old=old, new=new, proof=proof, **ends)
    for changed in mutations(data, proof):
        assert not verify_consistency(old=old, new=new, proof=changed, **ends)


def mutations(data, proof):
    """A changed bit, a node more, a node less, a short node."""
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[place], "big") ^ (1 << bit)).to_bytes(32, "big")
        yield [*proof[:place], flipped, *proof[place + 1 :]]
        yield proof[1:]
        yield proof[:-1]
        yield [*proof[:-1], proof[-1][:31]]
    yield [*proof, bytes(32)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=12))
def test_frontier_grows_to_the_root_whatever_the_steps(steps):
    frontier = Frontier()
    for step in steps:
        frontier = frontier.extended(MANY[frontier.size : frontier.size + step])
        assert frontier.root == root_of(MANY[: frontier.size])
        assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize(("size", "nodes"), [(1, ()), (0, (bytes(32),)), (-1, ()), (3, (bytes(32),))])
def test_frontier_that_fits_no_size_is_refused(size, nodes):
    with pytest.raises(ValueError, match="frontier nodes"):
        Frontier(size, nodes)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_of_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, NODES)
    assert not verify_inclusion(MANY[0], index=index, size=size, proof=(), root=root(size))


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 2)])
def test_no_consistency_proof_backwards_or_from_nothing(old, new):
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_proof(old, new, NODES)
    assert not verify_consistency(old=old, new=new, old_root=EMPTY_ROOT, new_root=root(5), proof=())


@pytest.mark.parametrize("case", PROOFS["inclusion"], ids=lambda case: case["desc"])
def test_published_inclusion_proofs_and_spoilt_ones(case):
    leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
    proof = [b64decode(node) for node in case["proof"]]
    fits = verify_inclusion(leaf, index=case["leafIdx"], size=case["treeSize"], proof=proof, root=root)
    assert fits is not case["wantErr"]


@pytest.mark.parametrize("case", PROOFS["consistency"], ids=lambda case: case["desc"])
def test_published_consistency_proofs_and_spoilt_ones(case):
    roots = {"old_root": b64decode(case["root1"]), "new_root": b64decode(case["root2"])}
    proof = [b64decode(node) for node in case["proof"]]
    assert verify_consistency(old=case["size1"], new=case["size2"], proof=proof, **roots) is not case["wantErr"]


def test_every_inclusion_proof_up_to_300_leaves():
    for size in range(1, 301):
        expected = root(size)
        for index in range(size):
            proof = inclusion_proof(index, size, NODES)
            assert verify_inclusion(MANY[index], index=index, size=size, proof=proof, root=expected)


def test_every_consistency_proof_up_to_300_leaves():
    roots = [root(size) for size in range(301)]
    for new in range(1, 301):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, NODES)
            assert verify_consistency(old=old, new=new, old_root=roots[old], new_root=roots[new], proof=proof)


@pytest.mark.parametrize(
    ("index", "size", "length"), [(-1, 3, 2), (3, 3, 2), (0, 0, 0), (2, 3, 0), (2, 3, 5), (0, 1, 1)]
)
def test_proofs_of_wrong_length_or_index_never_hold(index, size, length):
    proof = [MANY[place] for place in range(length)]
    assert not verify_inclusion(MANY[0], index=index, size=size, proof=proof, root=root(3))
    if not 0 <= index < size:
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_proof(index, size, NODES)
