"""The configurations of chains that cannot run here: what can be held against the platform without them."""

import configparser
import json
import re
import tomllib
from pathlib import Path

from ledger.calldata import MOST_GAS, append_gas

CHAINS = Path(__file__).resolve().parents[3] / "deploy" / "chain"


def ini(name):
    read = configparser.ConfigParser(inline_comment_prefixes=(";",), comment_prefixes=(";",))
    read.read_string((CHAINS / "fisco" / name).read_text(encoding="utf-8"))
    return read


def test_besu_takes_the_largest_batch_for_nothing():
    genesis = json.loads((CHAINS / "besu" / "genesis.json").read_text(encoding="utf-8"))
    node = tomllib.loads((CHAINS / "besu" / "node.toml").read_text(encoding="utf-8"))
    assert int(genesis["gasLimit"], 16) == node["target-gas-limit"] >= 2 * MOST_GAS
    assert append_gas(1000, 1000) <= MOST_GAS
    assert (genesis["config"]["zeroBaseFee"], node["min-gas-price"]) == (True, 0)
    assert genesis["config"]["qbft"]["blockperiodseconds"] <= 15
    assert genesis["config"]["londonBlock"] == 0
    assert "cancunTime" not in genesis["config"]
    assert node["rpc-http-host"] == "127.0.0.1"
    assert {"ETH", "WEB3"} <= set(node["rpc-http-api"])
    assert not {"ADMIN", "DEBUG", "MINER", "PERSONAL"} & set(node["rpc-http-api"])


def test_besu_asks_only_permitted_members():
    node = tomllib.loads((CHAINS / "besu" / "node.toml").read_text(encoding="utf-8"))
    permissions = tomllib.loads((CHAINS / "besu" / "permissions.toml").read_text(encoding="utf-8"))
    assert node["permissions-accounts-config-file-enabled"]
    assert node["permissions-nodes-config-file-enabled"]
    assert all(re.fullmatch("0x[0-9a-fA-F]{40}", account) for account in permissions["accounts-allowlist"])


def test_fisco_serves_the_platform_and_takes_its_signatures():
    config, genesis = ini("config.ini"), ini("config.genesis")
    assert config["web3_rpc"]["enable"] == "true"
    assert config["web3_rpc"]["listen_ip"] == "127.0.0.1"
    assert config["chain"]["sm_crypto"] == "false"
    assert int(genesis["web3"]["chain_id"]) > 0
    assert int(genesis["tx"]["gas_limit"]) >= MOST_GAS
    assert genesis["consensus"]["consensus_type"] == "pbft"


def test_no_two_chains_share_an_id():
    besu = json.loads((CHAINS / "besu" / "genesis.json").read_text(encoding="utf-8"))["config"]["chainId"]
    assert len({besu, int(ini("config.genesis")["web3"]["chain_id"]), 31337}) == 3
