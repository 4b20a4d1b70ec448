"""Chain and database contradict each other, or one lags: what is brought up, what stops, and what goes on meanwhile."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from deploy.local.node import Node
from kernel.actors import SYSTEM
from ledger import gateways, queries, tasks
from ledger.calldata import append_call
from ledger.gateways import anchoring, care
from ledger.gateways.care import AnchoringRefused, ChainAhead, ChainDiffers, ContractMissing
from ledger.gateways.node import TransactionReplaced, Web3Chain, WrongChain
from ledger.models import ChainMove, ChainTransaction, Entry, Stop, TreeHead
from ledger.queries.journal import newest_contract
from ledger.services import LogStopped, lift_stops
from tests.integration.ledger.conftest import ACTOR, CHAIN_ID


@pytest.fixture
def elsewhere(log):
    """The log on a chain whose blocks are not ours to mine: the same node, mined by others."""
    log.chain = Web3Chain(log.node.url(), embedded=False)
    return log


def mine(log, blocks=1):
    for _ in range(blocks):
        log.node.request("evm_mine")


def deployed(log):
    with pytest.raises(ContractMissing):  # nothing mined it yet
        _address(log)
    mine(log)
    return log.deploy()


def _address(log):
    log.deploy()
    raise ContractMissing(address="not yet")


def anchored(log, count=1):
    log.append(count)
    log.seal()
    log.anchor()
    mine(log)
    return log.anchor()


@pytest.fixture
def platform(log, settings, tmp_path):
    """The log as tasks and commands reach it, through the settings."""
    settings.KEY_STORE_DIR, settings.DATA_DIR = tmp_path / "keys", tmp_path
    settings.CHAIN_URL = log.node.url()
    _forget()
    gateways.prepare_log()
    log.signers, log.wallet, log.chain = gateways.log_signers(), gateways.wallet(), gateways.chain()
    yield log
    _forget()


def _forget():
    for cached in (gateways.chain, gateways.wallet):
        cached.cache_clear()


def counts():
    return Entry.objects.count(), TreeHead.objects.count(), ChainTransaction.objects.count()


def test_what_waits_in_the_pool_is_not_sent_again_and_what_was_dropped_is(elsewhere, monkeypatch):
    log, sent = elsewhere, []
    deployed(log)
    send = log.chain._send
    monkeypatch.setattr(log.chain, "_send", lambda raw: sent.append(raw) or send(raw))
    log.append(1)
    log.seal()
    for _ in range(3):
        assert log.anchor() == 0
    assert len(sent) == 1
    log.node.request("anvil_dropAllTransactions")
    assert log.anchor() == 0
    mine(log)
    assert log.anchor() == 1
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_contradiction_stops_the_log_until_it_is_gone_and_an_operator_says_so(platform, capsys):
    log = platform
    log.append(2)
    tasks.seal()
    assert log.mine(append_call(0, bytes(32) * 4), nonce=1).succeeded
    tasks.reconcile()
    (stop,) = queries.stops()
    assert (stop.code, stop.everything) == ("ledger.chain_ahead", True)
    assert "4" in stop.zh
    assert "4" in stop.en
    before = counts()
    with pytest.raises(LogStopped) as caught, transaction.atomic():
        log.append(1)
    assert caught.value.reason == stop.en
    assert counts() == before


def test_stopped_log_neither_seals_nor_anchors_and_is_recovered_by_the_command(platform, capsys):
    log = platform
    log.append(1)
    tasks.seal()
    tasks.anchor()
    log.append(2)
    log.node.request("anvil_setStorageAt", newest_contract().address, hex(4), "0x" + "11" * 32)
    tasks.reconcile()
    before = counts()
    tasks.seal()
    tasks.anchor()
    with pytest.raises(LogStopped):
        log.seal()
    assert counts() == before
    with pytest.raises(CommandError, match="still wrong, nothing was lifted"):
        call_command("recover_chain")
    assert "ledger.chain_differs" in capsys.readouterr().out
    log.kill_node()
    log.node.start()
    call_command("recover_chain")
    assert "chain and database agree on 1 entries; 1 stops lifted" in capsys.readouterr().out
    assert queries.stops() == ()
    assert Stop.objects.get().ended_by == SYSTEM.reference
    log.append(1)
    tasks.seal()
    tasks.anchor()
    assert queries.lag().anchored == 4


def test_stops_are_kept_once_and_never_rewritten(platform):
    log = platform
    log.append(1)
    tasks.seal()
    log.mine(append_call(0, bytes(32) * 4), nonce=1)
    for _ in range(3):
        tasks.reconcile()
    assert Stop.objects.count() == 1
    lift_stops(everything=True, actor=ACTOR, now=log.tick())
    tasks.reconcile()
    assert [stop.ended_at is None for stop in Stop.objects.order_by("pk")] == [False, True]


def test_refused_anchoring_is_shown_goes_on_by_itself_and_keeps_nobody_from_selling(log):
    log.deploy()
    address = newest_contract().address
    word = log.node.request("eth_getStorageAt", address, "0x0", "latest")
    log.node.request("anvil_setStorageAt", address, "0x0", "0x00000001" + word[10:])
    log.append(1)
    log.seal()
    with pytest.raises(AnchoringRefused):
        log.anchor()
    (stop,) = queries.stops()
    assert (stop.code, stop.everything) == ("ledger.anchoring_refused", False)
    log.append(1)
    assert log.seal().size == 2
    log.node.request("anvil_setStorageAt", address, "0x0", word)
    log.reconcile()
    assert queries.stops() == ()
    assert log.anchor() == 2


def test_wrong_chain_is_shown_and_nothing_is_sent(log):
    log.deploy()
    with pytest.raises(WrongChain):
        anchoring.anchor(log.chain, chain_id=5, signer=log.wallet, now=log.tick())
    assert [stop.code for stop in queries.stops()] == ["ledger.wrong_chain"]
    log.append(1)
    log.seal()
    assert log.anchor() == 1
    assert queries.stops() == ()


def test_transaction_waits_on_a_chain_of_others_and_is_sent_again_as_the_same_bytes(elsewhere):
    log = elsewhere
    deployed(log)
    log.append(3)
    log.seal()
    for _ in range(3):
        assert log.anchor() == 0
    assert ChainTransaction.objects.filter(purpose="append").count() == 1
    assert queries.lag().oldest_unanchored_at is not None
    mine(log)
    assert log.anchor() == 3


def test_transaction_the_node_forgot_is_sent_again(elsewhere):
    log = elsewhere
    deployed(log)
    log.append(3)
    log.seal()
    log.anchor()
    log.node.request("anvil_dropAllTransactions")
    mine(log)
    assert log.anchor() == 0
    mine(log)
    assert log.anchor() == 3
    assert ChainTransaction.objects.filter(purpose="append").count() == 1


def test_transaction_counts_under_as_many_blocks_as_the_settings_say(elsewhere):
    log = elsewhere
    deployed(log)
    log.chain = Web3Chain(log.node.url(), embedded=False, confirmations=3)
    log.append(1)
    log.seal()
    assert log.anchor() == 0
    for _ in range(2):
        mine(log)
        assert log.anchor() == 0
    mine(log)
    assert log.anchor() == 1


def test_reorganisation_is_noticed_and_what_it_left_out_waits_again(elsewhere):
    log = elsewhere
    deployed(log)
    assert anchored(log) == 1
    point = log.node.request("evm_snapshot")
    assert anchored(log, 2) == 3
    assert anchored(log, 4) == 7
    old = list(ChainTransaction.objects.order_by("pk").values_list("block_number", "block_hash"))[2:]
    assert log.node.request("evm_revert", point)
    mine(log, 2)  # another history, without our two batches
    log.reconcile()
    assert queries.anchored_size() == 1
    assert [(move.block_number, move.block_hash) for move in ChainMove.objects.order_by("-pk")] == old
    for _ in range(2):
        log.anchor()
        mine(log)
    assert log.anchor() == 7
    assert log.held()[0] == 7
    assert ChainTransaction.objects.count() == 4
    log.reconcile()
    assert queries.stops() == ()


def test_transaction_moved_to_another_block_is_followed(elsewhere):
    log = elsewhere
    deployed(log)
    point = log.node.request("evm_snapshot")
    assert anchored(log, 2) == 2
    row = ChainTransaction.objects.get(purpose="append")
    log.node.request("evm_revert", point)
    mine(log)
    log.node.request("eth_sendRawTransaction", f"0x{bytes(row.raw).hex()}")
    mine(log)
    log.reconcile()
    moved = ChainTransaction.objects.get(pk=row.pk)
    assert (moved.state, moved.block_number) == ("mined", row.block_number + 1)
    assert queries.anchored_size() == 2
    assert log.chain.block_hash(moved.block_number) == moved.block_hash


def test_replaced_transaction_is_noted_and_its_batch_written_anew(elsewhere):
    log = elsewhere
    address = deployed(log)
    log.append(2)
    log.seal()
    log.anchor()
    log.node.request("anvil_dropAllTransactions")
    foreign = log.wallet.sign(chain_id=CHAIN_ID, nonce=1, to=address, data=b"", gas=100_000)
    log.node.request("eth_sendRawTransaction", f"0x{foreign.raw.hex()}")
    mine(log)
    with pytest.raises(TransactionReplaced):
        log.anchor()
    assert [stop.code for stop in queries.stops()] == ["ledger.transaction_replaced"]
    assert log.anchor() == 0
    mine(log)
    assert log.anchor() == 2
    rows = ChainTransaction.objects.filter(purpose="append").order_by("pk").values_list("state", "nonce")
    assert list(rows) == [("replaced", 1), ("mined", 2)]
    assert queries.stops() == ()


def test_chain_of_others_that_lost_the_contract_gets_nothing(elsewhere):
    log = elsewhere
    deployed(log)
    assert anchored(log) == 1
    log.kill_node()
    log.node.start()
    log.append(1)
    log.seal()
    before = counts()
    with pytest.raises(ContractMissing):
        log.anchor()
    assert [stop.everything for stop in queries.stops()] == [False]
    assert log.chain.block_number() == 0
    assert counts() == before


def test_block_that_the_journal_does_not_know_stops_the_log(log):
    log.deploy()
    mine(log)
    with pytest.raises(ChainDiffers):
        log.reconcile()
    with pytest.raises(LogStopped):
        log.append(1)


def test_database_restored_from_a_backup_is_stopped_and_goes_on_with_the_newer_one(committed_log_on_node):
    log = committed_log_on_node
    log.deploy()
    log.append(3)
    log.seal()
    assert log.anchor() == 3
    present = connection.settings_dict["NAME"]
    backup = _copy(present, f"{present}_backup")
    log.append(4)
    log.seal()
    assert log.anchor() == 7
    try:
        _switch(backup)
        log.append(1)
        log.seal()
        with pytest.raises(ChainAhead) as caught:
            log.anchor()
        assert (caught.value.chain, caught.value.database) == (7, 3)
        before = counts()
        for refused in (lambda: log.append(1), log.prepared):
            with pytest.raises(LogStopped):
                refused()
        assert counts() == before
        _switch(present)
        log.append(1)
        log.seal()
        assert log.anchor() == 8
    finally:
        _switch(present)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{backup}" WITH (FORCE)')


def _copy(name, backup):
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{backup}" TEMPLATE "{name}"')
    return backup


def _switch(name):
    connections.close_all()
    connection.settings_dict["NAME"] = name


def test_every_epoch_is_known_to_the_node_or_it_is_not_ours(log, tmp_path):
    log.deploy()
    log.append(1)
    log.seal()
    log.anchor()
    log.node.request("anvil_setChainId", CHAIN_ID + 1)
    with pytest.raises(ChainDiffers, match="31338"):
        log.reconcile()
    with Node(tmp_path / "other", chain_id=77) as other, pytest.raises(WrongChain):
        care.reconcile(Web3Chain(other.url()), chain_id=CHAIN_ID, now=log.tick())
