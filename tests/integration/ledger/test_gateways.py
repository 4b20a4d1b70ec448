"""What tasks and commands do with the configured node and keys."""

import json

import pytest
from django.core.management import CommandError, call_command
from web3 import HTTPProvider, Web3

from kernel.signer import KeyStoreLocked
from ledger import gateways, queries, tasks
from ledger.gateways.wallet import Wallet
from ledger.models import ChainTransaction, Log


@pytest.fixture
def platform(log, settings, tmp_path):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.CHAIN_URL = log.node.url()
    forget()
    yield log
    forget()


def forget():
    for cached in (gateways.chain, gateways.wallet):
        cached.cache_clear()


def test_preparing_twice_deploys_once(platform):
    first, second = gateways.prepare_log(), gateways.prepare_log()
    assert first == second
    assert second.startswith("chain 31337: 0 blocks replayed, every hash as before; log gongshu.local/log1 at 0x")
    assert (ChainTransaction.objects.count(), Log.objects.count()) == (1, 1)


def test_tasks_seal_and_anchor_and_are_harmless_when_repeated(platform):
    gateways.prepare_log()
    platform.append(1002)
    for _ in range(2):
        tasks.seal()
        tasks.anchor()
    lag = queries.lag()
    assert (lag.waiting, lag.sealed, lag.anchored) == (0, 1002, 1002)
    assert ChainTransaction.objects.filter(purpose="append").count() == 2


def test_tasks_wait_for_a_node_that_is_gone(platform, caplog):
    gateways.prepare_log()
    platform.append(1)
    platform.kill_node()
    tasks.seal()
    tasks.anchor()
    assert "ledger.chain_unavailable" in caplog.text
    assert queries.lag().anchored == 0
    platform.node.start()
    tasks.anchor()
    assert queries.lag().anchored == 1


def test_restore_command_says_one_line(platform, capsys):
    gateways.prepare_log()
    platform.append(1)
    tasks.seal()
    tasks.anchor()
    platform.kill_node()
    platform.node.start()
    call_command("restore_chain")
    assert capsys.readouterr().out == "chain 31337: 2 blocks replayed, every hash as before\n"
    call_command("deploy_log")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_commands_refuse_with_a_sentence(platform, settings):
    settings.CHAIN_ID = 1
    for name in ("restore_chain", "deploy_log"):
        with pytest.raises(CommandError, match="on chain 1"):
            call_command(name)
    platform.kill_node()
    with pytest.raises(CommandError, match="does not answer"):
        call_command("restore_chain")


def test_process_without_the_passphrase_cannot_sign(platform, settings):
    settings.KEY_STORE_PASSPHRASE = None
    with pytest.raises(KeyStoreLocked):
        gateways.seal_all()
    with pytest.raises(KeyStoreLocked):
        gateways.anchor_all()


def test_wallet_is_the_same_after_a_restart(store):
    assert Wallet.from_store(store).address == Wallet.from_store(store).address


def test_wallet_knows_the_address_of_its_contract(platform):
    address = platform.deploy()
    receipt = Web3(HTTPProvider(platform.node.url())).eth.get_transaction_receipt(
        ChainTransaction.objects.get().tx_hash
    )
    assert json.dumps(receipt["contractAddress"]) == json.dumps(address)
