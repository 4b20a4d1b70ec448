"""Whatever is changed in the journal, its batches and its contracts is found, and the row is named."""

import pytest
from eth_account import Account

from ledger import gateways
from ledger.calldata import append_call, carry_call
from ledger.gateways import care
from ledger.gateways.wallet import Wallet
from ledger.models import Batch, ChainTransaction, LogContract
from tests.integration.ledger.conftest import CHAIN_ID, after, found, unguarded

FIRST = "(SELECT min(transaction_id) FROM ledger_batch)"
NEW_ROW = """
INSERT INTO ledger_chaintransaction
    (chain_id, sender, nonce, purpose, raw, tx_hash, block_time, state, prepared_at)
SELECT chain_id, sender, {nonce}, 'carry', ''::bytea,
    '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470', 1, 'replaced', now()
FROM ledger_chaintransaction LIMIT 1
"""
CHANGES = {  # what is changed in the first batch's transaction
    "reverted": "state = 'reverted'",
    "sent": "state = 'sent', block_number = NULL, block_hash = NULL, gas_used = NULL, finished_at = NULL",
    "no block": "block_number = NULL, block_hash = NULL",
    "sender": "sender = '0x' || repeat('0', 40)",
    "sender's case": "sender = lower(sender)",
    "nonce": "nonce = nonce + 1000",
    "chain": "chain_id = 5",
    "time": "block_time = block_time + 1",
    "far time": "block_time = 9000000000000000000",
    "moment": "prepared_at = 'infinity'",
    "early moment": "prepared_at = '0044-03-15 BC'",
    "gas": "gas_used = 1",
    "earlier end": "finished_at = finished_at - interval '1 year'",
    "later end": "finished_at = finished_at + interval '1 year'",
    "endless": "finished_at = 'infinity'",
    "purpose": "purpose = 'close'",
    "deployment": "purpose = 'deploy'",
    "no purpose": "purpose = 'x'",
    "no state": "state = 'x'",
    "no block hash": "block_hash = 'x'",
    "another's block hash": "block_hash = (SELECT min(block_hash) FROM ledger_chaintransaction WHERE block_number = 1)",
}
CONTRACT = {
    "address": "address = '0x' || repeat('0', 40)",
    "start": "start_size = 1",
    "start at a head": "start_size = 2",
    "epoch": "epoch = 1",
    "chain": "chain_id = chain_id + 1",
}
ORDER = {
    "swapped blocks": (
        "UPDATE ledger_chaintransaction a SET block_number = b.block_number, block_hash = b.block_hash "
        "FROM ledger_chaintransaction b WHERE a.nonce IN (1, 2) AND b.nonce = 3 - a.nonce",
        "transaction {1}",
    ),
    "deleted": (
        f"WITH gone AS (DELETE FROM ledger_batch WHERE transaction_id = {FIRST} RETURNING transaction_id) "
        "DELETE FROM ledger_chaintransaction USING gone WHERE id = transaction_id",
        "transaction 1 of {sender} on chain 31337",
    ),
    "batch only": (f"DELETE FROM ledger_batch WHERE transaction_id = {FIRST}", "transaction {0}"),
    "added": (NEW_ROW.format(nonce=777), "transaction 4 to 776 of {sender} on chain 31337"),
    "added at the end": (
        NEW_ROW.format(nonce=4),
        "transaction 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    ),
    "far start": (
        f"UPDATE ledger_batch SET start = 9000000000000000000 WHERE transaction_id = {FIRST}",
        "transaction {0}",
    ),
    "start below zero": (f"UPDATE ledger_batch SET start = -1 WHERE transaction_id = {FIRST}", "transaction {0}"),
    "another head": (f"UPDATE ledger_batch SET head_id = 5 WHERE transaction_id = {FIRST}", "transaction {0}"),
}


@pytest.fixture
def written(log):
    """A deployment and three batches of 2, 3 and 1 leaves, and one head that waits."""
    log.deploy()
    for count in (2, 3, 1):
        log.append(count)
        log.seal()
        log.anchor()
    log.append(1)
    log.seal()
    unguarded()
    return log


def test_changed_rows_are_named(written):
    assert found() == []
    tx_hash = Batch.objects.order_by("start").first().transaction.tx_hash
    for name, change in CHANGES.items():
        where = after(f"UPDATE ledger_chaintransaction SET {change} WHERE id = {FIRST}")
        assert f"transaction {tx_hash}" in where, (name, where)
    for name, change in CONTRACT.items():
        where = after(f"UPDATE ledger_logcontract SET {change}")
        address = "0x" + "0" * 40 if name == "address" else LogContract.objects.get().address
        assert f"contract {address}" in where, (name, where)
    assert found() == []


def test_missing_added_and_moved_rows_are_named(written):
    names = list(Batch.objects.order_by("start").values_list("transaction__tx_hash", flat=True))
    sender = written.wallet.address
    for name, (statement, named) in ORDER.items():
        where = after(statement)
        assert named.format(*names, sender=sender) in where, (name, where)
    assert found() == []


def test_rows_that_others_name_are_missed(written):
    second = Batch.objects.order_by("start")[1]
    assert f"batch {second.pk}" in after("DELETE FROM ledger_treehead WHERE size = 5")
    contract = LogContract.objects.get()
    where = after("DELETE FROM ledger_chaintransaction WHERE purpose = 'deploy'")
    assert f"contract {contract.address}" in where
    where = after("DELETE FROM ledger_logcontract")
    assert f"transaction {contract.deployment.tx_hash}" in where
    assert found() == []


def test_transaction_of_a_foreign_account_is_named(written):
    own = Wallet(Account.create())
    to = LogContract.objects.get().address
    for nonce, data in enumerate((carry_call([]), append_call(0, bytes(32)))):
        signed = own.sign(chain_id=CHAIN_ID, nonce=nonce, to=to, data=data, gas=90_000)
        ChainTransaction.objects.create(
            chain_id=CHAIN_ID,
            sender=own.address,
            nonce=nonce,
            purpose="append" if nonce else "carry",
            raw=signed.raw,
            tx_hash=signed.tx_hash,
            block_time=int(written.now.timestamp()) + nonce,
            state="reverted",
            prepared_at=written.now,
            finished_at=written.now,
            block_number=90 + nonce,
            block_hash="0x" + str(nonce) * 64,
            gas_used=50_000,
        )
        assert f"transaction {signed.tx_hash}" in found()


def test_node_tells_what_the_journal_alone_cannot(written, monkeypatch):
    monkeypatch.setattr(gateways, "chain", lambda: written.chain)
    assert list(gateways.compare_receipts()) == []
    last = ChainTransaction.objects.order_by("-nonce").first()
    for change in (
        {"block_hash": "0x" + "1" * 64},
        {"gas_used": last.gas_used + 1},
        {"state": "reverted"},
        {"state": "replaced", "block_number": None, "block_hash": None, "gas_used": None, "finished_at": None},
        {"block_number": 9},
        {"block_time": last.block_time + 1},
        {"tx_hash": "0x" + "1" * 64},
    ):
        ChainTransaction.objects.filter(pk=last.pk).update(**change)
        (finding,) = gateways.compare_receipts()
        assert finding[0] == f"transaction {change.get('tx_hash', last.tx_hash)}"
        last.save()
    assert list(gateways.compare_receipts()) == []


def test_clean_journals_of_several_epochs_give_no_alarm_and_their_blocks_are_counted(written):
    written.roll_over()
    written.append(1)
    written.seal()
    written.anchor()
    written.roll_over()
    written.append(2)
    written.seal()
    written.anchor()
    unguarded()
    assert found() == []
    care.compare(written.chain, chain_id=CHAIN_ID)
    home = f"chain_id = {CHAIN_ID}"
    where = after(f"UPDATE ledger_chaintransaction SET block_number = block_number + 1 WHERE {home}")
    assert len(set(where)) == ChainTransaction.objects.filter(chain_id=CHAIN_ID).count()
    old = LogContract.objects.order_by("pk").first()
    for change, named in [
        ("address = '0x' || repeat('1', 40), continues_id = NULL", f"contract 0x{'1' * 40}"),
        ("epoch = 1", f"contract {old.address}"),
        ("continues_id = id", f"contract {old.address}"),
    ]:
        assert named in after(f"UPDATE ledger_logcontract SET {change} WHERE id = {old.pk}"), change
    assert found() == []


def test_what_ended_an_epoch_or_began_one_is_not_taken_for_failed(written):
    written.roll_over()
    written.append(1)
    written.seal()
    written.anchor()
    unguarded()
    last = Batch.objects.filter(contract__epoch=0).order_by("-start").first().transaction
    begun = LogContract.objects.get(epoch=1).deployment
    for row, change in [
        (last, "state = 'reverted'"),
        (begun, "state = 'reverted'"),
        (begun, "state = 'replaced'"),
    ]:
        where = after(f"UPDATE ledger_chaintransaction SET {change} WHERE id = {row.pk}")
        assert f"transaction {row.tx_hash}" in where, (change, where)
        assert "journal" not in where
    assert found() == []
