"""The log on a real node: what the chain holds, what happens when it dies, and who notices a forgery."""

import json
from dataclasses import replace

import pytest

from ledger import batches, queries
from ledger.calldata import append_call
from ledger.gateways import anchoring
from ledger.gateways.anchoring import AnchoringRefused, ChainAhead, ChainDiffers
from ledger.gateways.node import ChainUnavailable, SubmissionRefused, TransactionReplaced, Web3Chain, WrongChain
from ledger.merkle import leaf_hash, root_of
from ledger.models import Batch, ChainTransaction, Entry
from ledger.queries.journal import journal
from ledger.services import LogStopped, append, lift_stops, record_sent
from tests.integration.ledger.conftest import ACTOR, CHAIN_ID, NOW, THING_DONE


def bodies():
    return [bytes(body) for body in Entry.objects.order_by("leaf__index").values_list("body", flat=True)]


def hashes_of_journal():
    return list(ChainTransaction.objects.order_by("pk").values_list("block_hash", flat=True))


def test_chain_computes_the_same_root_after_each_batch(log):
    log.deploy()
    for count in (1, 2, 5, 1, 30, 64):
        log.append(count)
        log.seal()
        assert log.anchor() == queries.lag().sealed
        size, root = log.held()
        assert (size, root) == (len(bodies()), root_of([leaf_hash(body) for body in bodies()]))
        assert queries.head(size).root == root.hex()


def test_several_heads_go_in_one_batch(log):
    log.deploy()
    for _ in range(3):
        log.append(2)
        log.seal()
    assert log.anchor() == 6
    assert [(batch.start, batch.head_id) for batch in Batch.objects.all()] == [(0, 6)]


def test_what_one_transaction_cannot_bring_goes_in_several_at_once(log, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BATCH", 4)
    log.deploy()
    for count in (3, 2, 2, 4, 1):
        log.append(count)
        log.seal()
    assert log.anchor() == 12
    spans = [(batch.start, batch.head_id) for batch in Batch.objects.order_by("pk")]
    assert spans == [(0, 3), (3, 7), (7, 11), (11, 12)]
    rows = ChainTransaction.objects.filter(purpose="append").order_by("pk")
    assert list(rows.values_list("nonce", "block_number", "state")) == [(n, n + 1, "mined") for n in range(1, 5)]
    assert log.held() == (12, root_of([leaf_hash(body) for body in bodies()]))
    anchoring.compare(log.chain, chain_id=CHAIN_ID)


def test_more_than_one_group_is_written_while_the_one_before_is_mined(log, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BATCH", 2)
    monkeypatch.setattr(anchoring, "BATCHES", 2)
    log.deploy()
    for _ in range(7):
        log.append(2)
        log.seal()
    assert log.anchor() == 14
    rows = ChainTransaction.objects.filter(purpose="append").order_by("nonce")
    assert list(rows.values_list("block_number", "batch__head", "state")) == [
        (2 + number, 2 + 2 * number, "mined") for number in range(7)
    ]
    anchoring.compare(log.chain, chain_id=CHAIN_ID)


def test_a_group_written_behind_one_that_fails_waits_and_is_sent_with_it(log, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BATCH", 2)
    monkeypatch.setattr(anchoring, "BATCHES", 2)
    log.deploy()
    for _ in range(6):
        log.append(2)
        log.seal()
    with monkeypatch.context() as broken:
        broken.setattr(log.chain, "submit", Web3Chain("http://127.0.0.1:1", embedded=True).submit)
        with pytest.raises(ChainUnavailable):
            log.anchor()
    rows = ChainTransaction.objects.filter(purpose="append").order_by("nonce")
    assert list(rows.values_list("state", flat=True)) == ["sent", "prepared", "prepared"]
    written = list(rows.values_list("tx_hash", flat=True))
    assert log.anchor() == 12
    assert list(rows.values_list("tx_hash", flat=True))[:3] == written
    assert set(rows.values_list("state", flat=True)) == {"mined"}


def test_crash_amid_several_is_caught_up(log, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BATCH", 4)
    log.deploy()
    for _ in range(4):
        log.append(4)
        log.seal()
    rows = log.prepared(most=3)
    assert [row.state for row in rows] == ["prepared"] * 3
    record_sent(tx_hashes=[row.tx_hash for row in rows])
    assert len(log.chain.submit(rows[:2])) == 2
    assert (log.held()[0], queries.anchored_size()) == (8, 0)
    assert log.anchor() == 16
    found = ChainTransaction.objects.filter(purpose="append").order_by("pk")
    assert [bytes(row.raw) for row in found[:3]] == [row.raw for row in rows]
    assert [row.block_number for row in found] == [2, 3, 4, 5]


def test_when_the_contract_refuses_one_of_several_none_after_it_counts(log, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BATCH", 4)
    log.deploy()
    for _ in range(3):
        log.append(4)
        log.seal()
    log.prepared(most=3)
    assert log.mine(append_call(0, bytes(32)), nonce=1).succeeded  # somebody with the key got in between
    with pytest.raises((AnchoringRefused, ChainAhead, ChainDiffers, TransactionReplaced)):
        log.anchor()
    assert queries.anchored_size() == 0


def test_anchoring_twice_sends_nothing_twice(log):
    log.deploy()
    log.append(3)
    log.seal()
    assert (log.anchor(), log.anchor()) == (3, 3)
    assert ChainTransaction.objects.count() == 2
    assert log.held()[0] == 3


def test_contract_refuses_a_repeated_batch(log):
    log.deploy()
    log.append(3)
    log.seal()
    log.anchor()
    before = log.held()
    assert not log.mine(append_call(0, bytes(32) * 3), nonce=2).succeeded
    assert log.held() == before


def test_deployment_happens_once(log):
    assert log.deploy() == log.deploy()
    assert ChainTransaction.objects.count() == 1


def test_killed_node_is_rebuilt_to_identical_block_hashes(log):
    log.deploy()
    for count in (4, 1, 9, 2, 20, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3):
        log.append(count)
        log.seal()
        log.anchor()
    before, head = hashes_of_journal(), log.held()
    log.kill_node()
    with pytest.raises(ChainUnavailable):
        log.anchor()
    log.node.start()
    assert log.held() is None
    assert log.restore() == len(before) == 21
    assert [log.chain.block_hash(number) for number in range(1, 22)] == before == hashes_of_journal()
    assert log.held() == head
    assert log.restore() == 0


def test_wiped_node_is_noticed_and_rebuilt_by_anchoring_itself(log):
    log.deploy()
    log.append(2)
    log.seal()
    log.anchor()
    log.kill_node()
    log.append(2)
    log.seal()
    log.node.start()
    assert log.anchor() == 4
    assert log.held()[0] == 4


def test_node_wiped_under_a_sender_mines_nothing_out_of_order(log):
    log.deploy()
    log.append(1)
    log.seal()
    (row,) = log.prepared()
    log.kill_node()
    log.node.start()
    with pytest.raises(ChainUnavailable, match="lacks earlier transactions"):
        log.chain.submit([row])
    assert log.chain.block_number() == 0
    assert log.anchor() == 1
    assert log.chain.block_number() == 2


def test_crash_between_journal_and_send_loses_and_doubles_nothing(log):
    log.deploy()
    log.append(5)
    log.seal()
    (written,) = log.prepared()
    log.append(1)
    log.seal()
    assert log.anchor() == 6
    assert log.held()[0] == 6
    first = ChainTransaction.objects.get(tx_hash=written.tx_hash)
    assert (bytes(first.raw), first.state, first.block_number) == (written.raw, "mined", 2)


def test_crash_between_mining_and_recording_is_caught_up(log):
    log.deploy()
    log.append(5)
    log.seal()
    (written,) = log.prepared()
    record_sent(tx_hashes=[written.tx_hash])
    log.chain.submit([written])
    assert log.held()[0] == 5
    assert queries.anchored_size() == 0
    assert log.anchor() == 5
    assert log.chain.block_number() == 2


def test_crash_between_sending_and_mining_is_caught_up(log, monkeypatch):
    log.deploy()
    log.append(5)
    log.seal()
    (written,) = log.prepared()
    assert log.chain._send(written.raw) == ""
    assert log.anchor() == 5
    assert log.chain.block_number() == 2


def test_database_set_back_behind_the_chain_stops_anchoring(log):
    log.deploy()
    log.append(2)
    log.seal()
    assert log.mine(append_call(0, bytes(32) * 4), nonce=1).succeeded
    with pytest.raises(ChainAhead) as caught:
        log.anchor()
    assert (caught.value.chain, caught.value.database) == (4, 0)
    assert ChainTransaction.objects.count() == 1


def test_rewritten_chain_storage_is_noticed(log):
    address = log.deploy()
    log.append(1)
    log.seal()
    log.anchor()
    log.node.request("anvil_setStorageAt", address, hex(4), "0x" + "11" * 32)
    size, root = log.held()
    assert (size, root) == (1, b"\x11" * 32)
    log.append(1)
    log.seal()
    with pytest.raises(ChainDiffers):
        log.anchor()
    assert ChainTransaction.objects.count() == 2
    log.kill_node()
    log.node.start()
    with pytest.raises(LogStopped):
        log.anchor()
    lift_stops(everything=True, actor=ACTOR, now=log.tick())
    assert log.anchor() == 2


@pytest.mark.parametrize(
    "slot",
    ["000001{size:016x}{writer}", "010000{size:016x}{writer}", "000000{size:016x}" + "11" * 20],
    ids=["paused", "closed", "other writer"],
)
def test_contract_that_would_refuse_gets_nothing(log, slot):
    address = log.deploy()
    log.append(2)
    log.seal()
    log.anchor()
    word = slot.format(size=2, writer=log.wallet.address[2:].lower())
    log.node.request("anvil_setStorageAt", address, "0x0", "0x" + word.rjust(64, "0"))
    log.append(1)
    log.seal()
    for _ in range(2):
        with pytest.raises(AnchoringRefused):
            log.anchor()
    assert ChainTransaction.objects.count() == 2


def test_node_of_another_chain_is_refused(log):
    with pytest.raises(WrongChain) as caught:
        anchoring.deploy(log.chain, chain_id=1, signer=log.wallet, now=NOW)
    assert (caught.value.expected, caught.value.found) == (1, 31337)
    assert ChainTransaction.objects.count() == 0


def test_nobody_answers(log):
    with pytest.raises(ChainUnavailable):
        Web3Chain("http://127.0.0.1:1").check(CHAIN_ID)


def test_transaction_with_a_spent_nonce_is_refused_and_mines_nothing(log):
    address = log.deploy()
    stale = log.wallet.sign(chain_id=CHAIN_ID, nonce=0, to=address, data=b"", gas=100_000)
    (row,) = journal(chain_id=CHAIN_ID)
    with pytest.raises(TransactionReplaced):
        log.chain.submit([replace(row, raw=stale.raw, tx_hash=stale.tx_hash)])
    assert log.chain.block_number() == 1


def test_transaction_the_node_will_not_take_is_refused_and_mines_nothing(log):
    log.deploy()
    (row,) = journal(chain_id=CHAIN_ID)
    with pytest.raises(SubmissionRefused):
        log.chain.submit([replace(row, nonce=1, raw=row.raw[:-1], tx_hash="0x" + "ab" * 32)])
    assert log.chain.block_number() == 1


def test_receipt_points_into_the_chain_and_stays_the_same(log):
    address = log.deploy()
    (first,) = log.append(1)
    log.append(4)
    assert queries.entry(first).state == "waiting"
    with pytest.raises(queries.NotSealed):
        queries.receipt(first)
    log.seal()
    assert queries.entry(first).state == "sealed"
    assert queries.receipt(first)["anchor"] is None
    log.anchor()
    assert queries.entry(first).state == "anchored"
    receipt = queries.receipt(first)
    row = ChainTransaction.objects.get(purpose="append")
    assert receipt["anchor"] == {
        "chain_id": CHAIN_ID,
        "contract": address.lower(),
        "transaction": row.tx_hash,
        "block_number": 2,
    }
    log.append(20)
    log.seal()
    log.anchor()
    assert json.dumps(queries.receipt(first)) == json.dumps(receipt)


def test_log_moves_to_another_chain_from_its_old_head(log, node):
    log.deploy()
    log.append(11)
    log.seal()
    log.anchor()
    log.node.stop()
    node.chain_id = 4242
    log.node.start()
    anchoring.deploy(log.chain, chain_id=4242, signer=log.wallet, now=log.tick())
    log.append(3)
    log.seal()
    moved = anchoring.anchor(log.chain, chain_id=4242, signer=log.wallet, now=log.tick())
    assert moved == 14
    assert log.held()[0] == 14


def test_appending_goes_on_while_no_node_answers(log):
    log.deploy()
    log.kill_node()
    append(kind=THING_DONE, subject="thing:2", payload={"number": 1}, actor=ACTOR, now=NOW)
    assert log.seal().size == 1
    lag = queries.lag()
    assert (lag.sealed, lag.anchored) == (1, 0)
    assert lag.oldest_unanchored_at is not None
