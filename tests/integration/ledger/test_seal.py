"""Sealing: gapless, incremental, twice computed, one sealer at a time."""

from itertools import pairwise

import pytest

from kernel.signer import Ed25519Signer
from ledger import queries
from ledger.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from ledger.models import Entry, Leaf, Log, Tile, TreeHead, WaitingEntry
from ledger.note import Checkpoint, VerifierKey, opened
from ledger.queries.tree import TreeDamaged
from ledger.services import EntryTampered, RootsDisagree, WrongLogKey, seal
from tests.fixtures.databases import in_threads
from tests.integration.ledger.conftest import NOW, unguarded


def leaves():
    return [leaf_hash(bytes(body)) for body in Entry.objects.order_by("leaf__index").values_list("body", flat=True)]


def test_nothing_waits_nothing_is_signed(offline_log):
    assert offline_log.seal() is None
    assert not Log.objects.exists()


def test_heads_grow_and_prove_each_other(offline_log):
    sizes = []
    for count in (1, 3, 250, 10, 1):
        offline_log.append(count)
        sizes.append(offline_log.seal().size)
    assert sizes == [1, 4, 254, 264, 265]
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(265))
    assert not WaitingEntry.objects.exists()
    for size in sizes:
        assert queries.head(size).root == root_of(leaves()[:size]).hex()
    for old, new in pairwise(sizes):
        proof = [bytes.fromhex(node) for node in queries.consistency(old=old, new=new)["proof"]]
        roots = [bytes.fromhex(queries.head(size).root) for size in (old, new)]
        assert verify_consistency(old=old, new=new, old_root=roots[0], new_root=roots[1], proof=proof)


def test_checkpoints_are_signed_notes_of_the_log(offline_log):
    offline_log.append(2)
    head = offline_log.seal()
    text, _ = opened(queries.checkpoint(), [VerifierKey.parse(queries.verifier_key())])
    assert Checkpoint.parse(text) == Checkpoint("gongshu.local/log1", 2, bytes.fromhex(head.root))


def test_at_most_a_thousand_under_one_head(offline_log):
    offline_log.append(1003)
    assert [offline_log.seal().size, offline_log.seal().size, offline_log.seal()] == [1000, 1003, None]


def test_every_receipt_proves_its_entry(offline_log):
    ids = offline_log.append(300)
    head = offline_log.seal()
    for place in (0, 1, 255, 256, 299):
        receipt = queries.receipt(ids[place])
        assert receipt["index"] == place
        proof = [bytes.fromhex(node) for node in receipt["inclusion"]]
        leaf = leaf_hash(receipt["entry"].encode())
        assert verify_inclusion(leaf, index=place, size=300, proof=proof, root=bytes.fromhex(head.root))


def test_sealing_reads_the_edge_and_not_the_tree(offline_log, django_assert_max_num_queries):
    offline_log.append(600)
    offline_log.seal()
    offline_log.append(5)
    with django_assert_max_num_queries(16):
        offline_log.seal()


def test_other_key_signs_nothing(offline_log):
    offline_log.append(1)
    offline_log.seal()
    offline_log.append(1)
    with pytest.raises(WrongLogKey):
        seal(signers=(Ed25519Signer.generate("other"), offline_log.signers[1]), now=NOW)
    with pytest.raises(WrongLogKey):
        seal(signers=offline_log.signers[:1], now=NOW)
    assert (TreeHead.objects.count(), WaitingEntry.objects.count()) == (1, 1)


def test_tampered_waiting_entry_is_not_sealed(offline_log):
    (entry_id,) = offline_log.append(1)
    unguarded()
    Entry.objects.filter(public_id=entry_id).update(body=b"{}")
    with pytest.raises(EntryTampered) as caught:
        offline_log.seal()
    assert caught.value.entry_id == str(entry_id)
    assert not TreeHead.objects.exists()


def test_tampered_tile_is_found_before_signing(offline_log):
    offline_log.append(5)
    offline_log.seal()
    unguarded()
    tile = Tile.objects.get()
    Tile.objects.update(data=bytes(tile.data)[:-1] + b"\x00")
    offline_log.append(1)
    with pytest.raises(RootsDisagree):
        offline_log.seal()
    assert (TreeHead.objects.count(), Leaf.objects.count()) == (1, 5)


def test_missing_tile_is_named(offline_log):
    (first,) = offline_log.append(1)
    offline_log.append(4)
    offline_log.seal()
    unguarded()
    Tile.objects.all().delete()
    with pytest.raises(TreeDamaged):
        queries.receipt(first)


def test_no_head_no_proof(offline_log):
    with pytest.raises(queries.NoSuchHead):
        queries.checkpoint()
    offline_log.append(3)
    offline_log.seal()
    with pytest.raises(queries.NoSuchHead):
        queries.consistency(old=1, new=4)
    offline_log.append(1)
    offline_log.seal()
    with pytest.raises(queries.NoSuchProof):
        queries.consistency(old=4, new=3)


def test_two_sealers_at_once_leave_no_gap_and_no_double(committed_log):
    committed_log.append(40)

    def work():
        while seal(signers=committed_log.signers, now=NOW) is not None:
            pass

    def write():
        committed_log.append(40)

    assert in_threads(work, write, work, write) == []
    work()
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(120))
    assert Leaf.objects.values("entry_id").distinct().count() == 120
    assert queries.heads()[0].root == root_of(leaves()).hex()
