"""Faults at every step, again and again: each entry ends in exactly one leaf, each batch in exactly one block."""

import random
from contextlib import suppress

from ledger import batches, queries
from ledger.gateways.anchoring import compare
from ledger.gateways.node import ChainUnavailable
from ledger.models import Batch, ChainTransaction, Leaf
from ledger.queries.audit import Audit
from ledger.services import record_sent
from tests.fixtures.databases import in_threads
from tests.integration.ledger.conftest import CHAIN_ID

CYCLES = 15
MOST_LEAVES = 8


def whole(log, entries):
    """Nothing lost, nothing doubled, no gap, and the chain says the same."""
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(entries))
    assert queries.anchored_size() == entries
    ends = [(batch.start, batch.head_id) for batch in Batch.objects.order_by("start")]
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    numbers = list(ChainTransaction.objects.order_by("pk").values_list("block_number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)) == list(range(1, log.chain.block_number() + 1))
    assert list(Audit().findings()) == []
    compare(log.chain, chain_id=CHAIN_ID)


def crash_after_writing(log):
    log.prepared(most=3)


def crash_after_sending(log):
    rows = log.prepared(most=3)
    if rows:
        record_sent(tx_hashes=[row.tx_hash for row in rows])
        log.chain._send(rows[0].raw)


def crash_after_mining(log):
    rows = log.prepared(most=3)
    if rows:
        with suppress(ChainUnavailable):  # wiped and not yet restored: it mines nothing
            log.chain.submit(rows[:2])


def node_dies(log):
    log.kill_node()
    log.node.start()


def nothing(log):
    pass


def test_random_crashes_of_sender_and_node(log, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BATCH", MOST_LEAVES)  # so that several transactions wait at once
    log.deploy()
    chance, entries = random.Random(20261121), 0
    for _ in range(CYCLES):
        count = chance.randrange(1, 9)
        log.append(count)
        entries += count
        log.seal()
        for fault in chance.choices(
            [crash_after_writing, crash_after_sending, crash_after_mining, node_dies, nothing], k=2
        ):
            fault(log)
        if chance.random() < 0.6:
            log.anchor()
    log.anchor()
    whole(log, entries)
    assert log.restore() == 0


def test_senders_racing_send_each_batch_once(committed_log_on_node):
    log = committed_log_on_node
    log.deploy()
    for _ in range(4):
        log.append(3)
        log.seal()
    assert in_threads(log.anchor, log.anchor, log.anchor) == []
    log.append(1)
    log.seal()
    assert in_threads(log.anchor, log.restore, log.anchor) == []
    log.anchor()
    whole(log, 13)
