"""Tiles hold the same tree as the list they were grown from, however it was grown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle, tiles
from ledger.merkle import inclusion_proof, leaf_hash, root_of, subtree

LEAVES = [leaf_hash(str(number).encode()) for number in range(1200)]


def grow(steps):
    stored, size = {}, 0
    for step in steps:
        edge = {place: stored[place] for place in tiles.edge(size)}
        stored |= tiles.grown(size, LEAVES[size : size + step], edge)
        size += step
    return stored, size


@pytest.mark.parametrize("steps", [[1], [255], [256], [257], [1, 255, 256, 1], [1000], [300, 300, 300], [1] * 20])
def test_tiles_give_root_and_proofs(steps):
    stored, size = grow(steps)
    node = tiles.reader(stored)
    assert subtree(0, size, node) == root_of(LEAVES[:size])
    for index in range(0, size, 37):
        assert inclusion_proof(index, size, node) == inclusion_proof(index, size, merkle.reader(LEAVES))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=4))
def test_steps_do_not_matter(steps):
    stored, size = grow(steps)
    assert stored == grow([size] if size else [])[0]


def test_tile_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match="holds 32 bytes, not 2 hashes"):
        tiles.grown(2, LEAVES[:1], {(0, 0): bytes(32)})


def test_short_and_missing_tiles_are_refused():
    with pytest.raises(ValueError, match="too short"):
        subtree(0, 4, tiles.reader({(0, 0): bytes(96)}))
    with pytest.raises(KeyError):
        subtree(0, 4, tiles.reader({}))


def test_wanted_tiles_are_the_ones_a_proof_reads():
    stored, size = grow([1200])
    wanted = tiles.Wanted()
    inclusion_proof(700, size, wanted)
    few = {place: stored[place] for place in wanted.addresses}
    assert inclusion_proof(700, size, tiles.reader(few)) == inclusion_proof(700, size, tiles.reader(stored))
    assert len(few) < len(stored)
