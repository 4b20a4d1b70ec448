"""Statuses on chain, snapshots on disk, and one contract after another: what is carried over, what still verifies."""

import json
import secrets
from datetime import date
from functools import partial

import pytest
from django.db import transaction
from web3 import Web3

from deploy.local.node import Node
from ledger import gateways, queries
from ledger.calldata import append_call, append_gas
from ledger.gateways import anchoring, care
from ledger.gateways.care import ChainDiffers
from ledger.gateways.node import ChainUnavailable, Web3Chain
from ledger.gateways.snapshots import Shelf
from ledger.journal import Purpose
from ledger.merkle import leaf_hash, root_of
from ledger.models import Batch, ChainSnapshot, ChainTransaction, Entry, LogContract
from ledger.queries.journal import contract_on, newest_contract, present_chain, row_view
from ledger.services.journalling import Draft, write_all
from ledger.status import status_id
from ledger.types import StatusChange
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust, check_receipt
from tests.integration.ledger.conftest import CHAIN_ID

LICENCE, CERTIFICATE = "licence:1", "certificate:2"


def said(log, subject, state, valid_until=None):
    (entry_id,) = log.append(1, status=StatusChange(subject=subject, state=state, valid_until=valid_until))
    return entry_id


def settled(log, count=0):
    log.append(count)
    log.seal()
    return log.anchor()


def on_chain(log, subject):
    found = care.chain_status(log.chain, chain_id=CHAIN_ID, subject=subject)
    return None if found is None else (found.state, found.valid_until, found.index)


def roots():
    bodies = Entry.objects.order_by("leaf__index").values_list("body", flat=True)
    return root_of([leaf_hash(bytes(body)) for body in bodies])


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "chain", every=5)


def test_status_comes_to_the_chain_with_the_entry_that_says_it(log):
    log.deploy()
    log.append(3)
    said(log, LICENCE, "active", date(2030, 12, 31))
    assert on_chain(log, LICENCE) is None
    assert settled(log) == 4
    assert on_chain(log, LICENCE) == ("active", date(2030, 12, 31), 3)
    said(log, CERTIFICATE, "active")
    said(log, LICENCE, "suspended", date(2030, 12, 31))
    said(log, LICENCE, "revoked")
    assert settled(log, 2) == 9
    assert on_chain(log, LICENCE) == ("revoked", None, 6)
    assert on_chain(log, CERTIFICATE) == ("active", None, 4)
    assert on_chain(log, "licence:2") is None
    care.compare(log.chain, chain_id=CHAIN_ID)


def test_status_that_only_the_chain_says_is_found(log):
    log.deploy()
    said(log, LICENCE, "suspended")
    settled(log)
    identifier = status_id(LICENCE)
    slot = Web3.keccak(identifier + (68).to_bytes(32, "big")).hex()
    log.node.request("anvil_setStorageAt", newest_contract().address, f"0x{slot}", "0x" + f"{1:064x}")
    assert on_chain(log, LICENCE) == ("active", None, 0)
    with pytest.raises(ChainDiffers, match=identifier.hex()):
        care.compare(log.chain, chain_id=CHAIN_ID)


def test_next_epoch_goes_on_from_the_old_head_with_every_status(log, tmp_path):
    old_address = log.deploy()
    (first,) = log.append(1)
    said(log, LICENCE, "active", date(2030, 12, 31))
    said(log, CERTIFICATE, "active")
    settled(log, 3)
    said(log, LICENCE, "suspended", date(2030, 12, 31))
    settled(log)
    old_receipt = json.dumps(queries.receipt(first))
    new_address = log.roll_over()
    assert present_chain(CHAIN_ID) == (CHAIN_ID + 1, 1)
    assert log.chain.chain_id() == CHAIN_ID + 1
    assert log.held() == (7, roots())
    assert on_chain(log, LICENCE) == ("suspended", date(2030, 12, 31), 6)
    assert on_chain(log, CERTIFICATE) == ("active", None, 2)
    contract = newest_contract()
    assert (contract.address, contract.start_size, contract.continues.address) == (new_address, 7, old_address)
    said(log, LICENCE, "revoked")
    assert settled(log, 4) == 12
    assert log.held() == (12, roots())
    assert on_chain(log, LICENCE) == ("revoked", None, 7)
    care.compare(log.chain, chain_id=CHAIN_ID)
    assert [(batch.start, batch.head_id) for batch in Batch.objects.order_by("pk")] == [(0, 6), (6, 7), (7, 12)]
    with Node(tmp_path / "epoch") as other:
        line = gateways.rebuild_epoch(epoch=0, url=other.url())
        assert line.startswith("epoch 0 (chain 31337)")
        trust = Trust(contract=old_address, ask=node_at(other.url()))
        assert check_receipt(old_receipt.encode(), trust)["index"] == 0
        closed = Web3Chain(other.url()).contract(old_address)
        assert (closed.size, closed.closed) == (7, True)


def test_node_killed_in_a_later_epoch_is_rebuilt_in_it(log):
    log.deploy()
    settled(log, 2)
    log.roll_over()
    settled(log, 2)
    log.roll_over()
    settled(log, 2)
    before = [log.chain.block_hash(number) for number in range(1, log.chain.block_number() + 1)]
    log.kill_node()
    log.node.start()
    assert log.chain.chain_id() == CHAIN_ID
    assert log.restore() == len(before) == 2
    assert [log.chain.block_hash(number) for number in range(1, len(before) + 1)] == before
    assert (log.chain.chain_id(), log.held()) == (CHAIN_ID + 2, (6, roots()))
    assert settled(log, 1) == 7


def test_epoch_begins_by_itself_when_the_chain_is_long_enough(log, shelf):
    log.deploy()
    anchor = partial(anchoring.anchor, log.chain, chain_id=CHAIN_ID, signer=log.wallet, shelf=shelf, epoch_blocks=4)
    for _ in range(7):
        log.append(1)
        log.seal()
        anchor(now=log.tick())
    assert [(row.chain_id, row.epoch, row.start_size) for row in LogContract.objects.order_by("pk")] == [
        (CHAIN_ID, 0, 0),
        (CHAIN_ID + 1, 1, 3),
        (CHAIN_ID + 2, 2, 6),
    ]
    assert queries.anchored_size() == 7
    assert log.held() == (7, roots())


@pytest.mark.parametrize("step", ["closed", "close unsent", "deployed", "node not switched"])
def test_interrupted_roll_over_goes_on_where_it_stopped(log, monkeypatch, step):
    log.deploy()
    said(log, LICENCE, "active")
    settled(log, 2)
    broken = {
        "closed": (anchoring, "prepare_deployment"),
        "close unsent": (anchoring, "_bring_open"),
        "deployed": (anchoring, "found_chain"),
        "node not switched": (Web3Chain, "start_over"),
    }[step]
    with monkeypatch.context() as patch:
        calls = []

        def crash(*args, **more):
            calls.append(args)
            if step in {"close unsent", "deployed"} and len(calls) < 2:
                return original(*args, **more)
            raise ChainUnavailable(url="here", reason="it was killed")

        original = getattr(*broken)
        patch.setattr(*broken, crash)
        with pytest.raises(ChainUnavailable):
            log.roll_over()
    log.append(1)
    log.seal()
    log.anchor()  # goes on with the new contract
    log.anchor()
    assert queries.anchored_size() == 4
    assert [contract.epoch for contract in LogContract.objects.order_by("pk")] == [0, 1]
    assert log.held() == (4, roots())
    assert on_chain(log, LICENCE) == ("active", None, 0)
    log.reconcile()


class OthersChain(Web3Chain):
    """A chain that is not ours to mine: its validators put what it is handed into the next block."""

    def __init__(self, url):
        super().__init__(url, embedded=False)

    def _send(self, raw):
        refusal = super()._send(raw)
        self._request("evm_mine")
        return refusal


def test_new_contract_beside_the_old_one_on_a_chain_of_others(log):
    log.chain = OthersChain(log.node.url())
    old = log.deploy()
    said(log, LICENCE, "active")
    settled(log, 4)
    new = log.roll_over()
    assert new != old
    assert present_chain(CHAIN_ID) == (CHAIN_ID, 0)
    assert log.chain.contract(old).closed
    assert on_chain(log, LICENCE) == ("active", None, 0)
    settled(log, 3)
    assert log.anchor() == 8
    assert log.held() == (8, roots())
    assert log.chain.contract(old).size == 5
    care.compare(log.chain, chain_id=CHAIN_ID)


def test_contract_of_an_earlier_build_is_followed_by_one_of_this_build(log, monkeypatch):
    present = anchoring._bytecode()
    earlier = present.replace(b"solcC\x00\x08\x25", b"solcC\x00\x08\x24")
    assert earlier != present
    monkeypatch.setattr(anchoring, "_bytecode", lambda: earlier)
    old = log.deploy()
    said(log, LICENCE, "active")
    settled(log, 2)
    monkeypatch.undo()
    assert log.deploy() != old
    assert log.deploy() == newest_contract().address
    assert LogContract.objects.count() == 2
    assert settled(log, 2) == 5
    assert log.held() == (5, roots())
    assert on_chain(log, LICENCE) == ("active", None, 0)
    log.kill_node()
    log.node.start()
    log.restore()
    care.compare(log.chain, chain_id=CHAIN_ID)


def grown(log, shelf, blocks):
    log.deploy()
    for _ in range(blocks):
        log.append(1)
        log.seal()
        anchoring.anchor(log.chain, chain_id=CHAIN_ID, signer=log.wallet, now=log.tick(), shelf=shelf)


def restarted(log, shelf):
    log.kill_node()
    log.node.start()
    return care.restore(log.chain, chain_id=CHAIN_ID, now=log.tick(), shelf=shelf)


def test_restart_loads_the_snapshot_and_replays_only_the_tail(log, shelf):
    grown(log, shelf, 12)
    before = [log.chain.block_hash(number) for number in range(14)]
    assert list(ChainSnapshot.objects.order_by("block_number").values_list("block_number", "name")) == [
        (5, f"{CHAIN_ID}-a.state"),
        (10, f"{CHAIN_ID}-b.state"),
    ]
    assert restarted(log, shelf) == 3
    assert [log.chain.block_hash(number) for number in range(14)] == before
    assert log.held() == (12, roots())
    assert settled(log, 1) == 13
    assert restarted(log, None) == 14


def test_snapshot_of_megabytes_is_loaded_too(log, shelf):
    """A node takes two megabytes at once unless it is told otherwise, and a snapshot is soon larger."""
    address = log.deploy()
    told = {"signer": log.wallet, "chain_id": CHAIN_ID, "first_nonce": 0, "now": log.tick()}
    calls = [append_call(start, secrets.token_bytes(32 * 1000)) for start in range(0, 24_000, 1000)]
    drafts = [Draft(purpose=Purpose.APPEND, to=address, data=data, gas=append_gas(1000)) for data in calls]
    with transaction.atomic():
        rows = write_all(drafts=drafts, **told)
    care.bring(log.chain, [row_view(row) for row in rows], now=log.tick())
    assert shelf.keep(log.chain, chain_id=CHAIN_ID, now=log.tick())
    (state,) = shelf.directory.iterdir()
    assert state.stat().st_size > 1_000_000
    assert restarted(log, shelf) == 0
    assert log.chain.block_number() == 25


@pytest.mark.parametrize("damage", ["torn", "another's", "gone", "all gone"])
def test_damaged_snapshot_is_not_loaded(log, shelf, damage):
    grown(log, shelf, 12)
    newest, older = (shelf.directory / f"{CHAIN_ID}-{slot}.state" for slot in "ba")
    if damage == "torn":
        newest.write_bytes(newest.read_bytes()[:-100])
    elif damage == "another's":
        newest.write_bytes(older.read_bytes())
    else:
        newest.unlink()
    if damage == "all gone":
        older.unlink()
    assert restarted(log, shelf) == (13 if damage == "all gone" else 8)
    assert log.held() == (12, roots())


def test_snapshot_of_another_history_is_not_kept(log, shelf):
    """A state whose digest the database knows, and whose blocks the journal does not."""
    grown(log, shelf, 6)
    name = f"{CHAIN_ID}-a.state"
    row = ChainSnapshot.objects.get(name=name)
    ChainSnapshot.objects.create(
        chain_id=CHAIN_ID, block_number=6, block_hash=row.block_hash, name=name, digest=row.digest, taken_at=log.now
    )
    assert restarted(log, shelf) == 2
    assert ChainTransaction.objects.count() == log.chain.block_number() == 7
    assert contract_on(chain_id=CHAIN_ID) is not None
    assert log.held() == (6, roots())
