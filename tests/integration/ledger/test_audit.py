"""One changed byte anywhere is found, and the row it stands in is named."""

import random

import pytest
from django.core.management import CommandError, call_command

from ledger import gateways
from ledger.models import Batch, ChainTransaction, Entry, EntryRef, Leaf, Opening, Tile, TreeHead, WaitingEntry
from ledger.queries.audit import Audit
from tests.integration.ledger.conftest import unguarded

SEED = 20261121


@pytest.fixture
def written(log):
    log.deploy()
    (first,) = log.append(1, confidential={"buyer": "海峡保险"})
    log.append(8, refs=[first])
    log.seal()
    log.append(3, subject="thing:2")
    log.seal()
    log.anchor()
    log.append(2)
    unguarded()
    return log


def found():
    return [finding.where for finding in Audit().findings()]


def flipped(data, chance):
    data = bytearray(data)
    place = chance.randrange(len(data))
    data[place] ^= 1 << chance.randrange(8)
    return bytes(data)


def test_clean_log_has_no_findings(written):
    audit = Audit()
    assert list(audit.findings()) == []
    assert (audit.leaves, audit.tiles, audit.heads) == (12, 1, 2)


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Entry, "body"),
        (Entry, "leaf_hash"),
        (Entry, "sm3"),
        (Tile, "data"),
        (TreeHead, "root"),
        (TreeHead, "frontier"),
        (Opening, "salt"),
    ],
)
def test_changed_bits_are_found(written, model, column):
    chance = random.Random(f"{SEED}{model.__name__}{column}")
    for _ in range(12):
        row = chance.choice(list(model.objects.order_by("pk")))
        before = bytes(getattr(row, column))
        model.objects.filter(pk=row.pk).update(**{column: flipped(before, chance)})
        assert found() != [], (model, row.pk)
        model.objects.filter(pk=row.pk).update(**{column: before})
    assert found() == []


def test_changed_entry_is_named(written):
    entry = Entry.objects.get(leaf__index=4)
    Entry.objects.filter(pk=entry.pk).update(body=bytes(entry.body).replace(b'"number":3', b'"number":4'))
    assert found()[0] == f"entry {entry.public_id} (leaf 4)"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "thing.undone"},
        {"subject": "thing:9"},
        {"version": 2},
        {"terms": ["x"]},
        {"occurred_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_row_that_says_other_than_its_bytes_is_named(written, change):
    entry = Entry.objects.get(leaf__index=2)
    Entry.objects.filter(pk=entry.pk).update(**change)
    assert found() == [f"entry {entry.public_id} (leaf 2)"]


@pytest.mark.parametrize("name", ["a,b", "{a}", "NULL", '"q"', "back\\slash", "2"])
def test_terms_are_told_apart_whatever_they_look_like(written, name):
    written.append(1, subject=f"thing:{name}")
    written.seal()
    assert found() == []
    entry = Entry.objects.order_by("-pk").first()
    pieces = [piece for term in entry.terms for piece in term.split(",")]
    nulled = [None if term == "NULL" else term for term in entry.terms]
    for terms in (["|".join(entry.terms)], [",".join(entry.terms)], [*entry.terms, ""], pieces, nulled):
        Entry.objects.filter(pk=entry.pk).update(terms=terms)
        assert found() == ([] if terms == entry.terms else [f"entry {entry.public_id} (leaf 14)"]), terms


def test_missing_added_and_reordered_rows_are_found(written):
    last = Leaf.objects.get(index=11)
    Leaf.objects.filter(index=11).delete()
    assert f"entry {last.entry.public_id}" in found()
    last.save(force_insert=True)
    assert found() == []
    waiting = WaitingEntry.objects.first()
    Leaf.objects.create(index=12, entry_id=waiting.pk)
    assert f"entry {waiting.entry.public_id}" in found()
    Leaf.objects.filter(index=12).delete()
    one, two = Leaf.objects.get(index=5), Leaf.objects.get(index=6)
    Leaf.objects.filter(index__in=(5, 6)).delete()
    Leaf.objects.create(index=5, entry_id=two.entry_id)
    Leaf.objects.create(index=6, entry_id=one.entry_id)
    assert found() == ["leaf 5", "leaf 6"]


def test_changed_edges_notes_and_batches_are_named(written):
    edge = EntryRef.objects.first()
    EntryRef.objects.filter(pk=edge.pk).update(position=5, ref_id=Entry.objects.get(leaf__index=10).pk)
    assert found() == [f"entry {edge.entry.public_id} (leaf {edge.entry.leaf.index})"]
    EntryRef.objects.filter(pk=edge.pk).update(position=edge.position, ref_id=edge.ref_id)
    head = TreeHead.objects.first()
    TreeHead.objects.filter(pk=head.pk).update(note=head.note.replace("\n9\n", "\n8\n"))
    assert found() == ["head 9"]
    TreeHead.objects.filter(pk=head.pk).update(note=head.note)
    row = ChainTransaction.objects.get(purpose="append")
    raw = bytearray(row.raw)
    raw[-150] ^= 1
    ChainTransaction.objects.filter(pk=row.pk).update(raw=bytes(raw))
    assert set(found()) == {f"transaction {row.tx_hash}"}
    ChainTransaction.objects.filter(pk=row.pk).update(raw=row.raw)
    Batch.objects.all().delete()
    assert found() == [f"transaction {row.tx_hash}"]


def test_erased_opening_is_no_finding(written):
    Opening.objects.all().delete()
    assert found() == []


def test_command_reports_and_fails(written, monkeypatch, capsys, settings):
    monkeypatch.setattr(gateways, "chain", lambda: written.chain)
    call_command("audit_ledger")
    assert capsys.readouterr().out == "12 leaves, 1 tiles, 2 heads: nothing found\n"
    written.node.request("anvil_setStorageAt", Batch.objects.get().contract.address, hex(6), "0x" + "11" * 32)
    with pytest.raises(CommandError, match="1 findings"):
        call_command("audit_ledger")
    assert capsys.readouterr().out.startswith("chain: Database and chain differ (root of 12)")
    TreeHead.objects.filter(size=9).update(root=bytes(32))
    with pytest.raises(CommandError, match="1 findings"):
        call_command("audit_ledger", "--no-chain")
