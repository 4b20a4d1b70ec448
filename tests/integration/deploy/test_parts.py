from __future__ import annotations

import os
import signal
import socket
import stat
import time
from pathlib import Path

import pytest

from deploy.local.broker import Broker
from deploy.local.node import GENESIS, Node
from deploy.local.ports import LOOPBACK
from deploy.local.problems import CannotRun

GENESIS_BLOCK = "0x4bc7eda215248840950513f5882f823f50396af4b34133ea89b81cb2287d1f98"


def talk(broker: Broker, *commands: str) -> list[str]:
    with socket.create_connection((LOOPBACK, broker.port), timeout=5) as connection:
        connection.sendall("".join(f"{command}\r\n" for command in commands).encode())
        stream = connection.makefile("r")
        lines = [stream.readline().strip() for _ in commands]
        stream.close()
    return lines


def password(broker: Broker) -> str:
    return broker.url().removeprefix("redis://:").split("@")[0]


def test_the_broker_asks_for_its_password_and_keeps_it_private(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        assert talk(broker, "PING") == ["-NOAUTH Authentication required."]
        assert talk(broker, f"AUTH {password(broker)}", "PING") == ["+OK", "+PONG"]
        for name in ("password", "valkey.conf"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_the_broker_keeps_what_it_took_a_second_before_kill_9(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    broker.start()
    assert talk(broker, f"AUTH {password(broker)}", "LPUSH queue one", "LPUSH queue two") == ["+OK", ":1", ":2"]
    time.sleep(1.2)
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    broker.start()
    try:
        assert talk(broker, f"AUTH {password(broker)}", "LLEN queue") == ["+OK", ":2"]
    finally:
        broker.stop()


def test_two_brokers_never_share_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Broker(tmp_path):
        other = Broker(tmp_path)
        monkeypatch.setattr(other._lock, "acquire", lambda *, timeout: timeout < 0)
        with pytest.raises(CannotRun, match=r"^Another broker still runs"):
            other.start()


def test_a_broker_for_tests_writes_no_file_of_messages(tmp_path: Path) -> None:
    with Broker(tmp_path, durable=False) as broker:
        talk(broker, f"AUTH {password(broker)}", "SET key value")
        assert not (tmp_path / "appendonlydir").exists()


def test_the_node_begins_with_the_same_block_every_time(tmp_path: Path) -> None:
    for _ in range(2):
        with Node(tmp_path) as node:
            block = node.request("eth_getBlockByNumber", "0x0", False)
            assert isinstance(block, dict)
            assert block["hash"] == GENESIS_BLOCK
            assert int(block["timestamp"], 16) == GENESIS
            assert int(block["baseFeePerGas"], 16) == 0
            assert node.request("eth_blockNumber") == "0x0"


def test_another_chain_begins_with_another_block(tmp_path: Path) -> None:
    with Node(tmp_path, chain_id=7, genesis=GENESIS + 1) as node:
        assert node.request("eth_chainId") == "0x7"
        block = node.request("eth_getBlockByNumber", "0x0", False)
        assert isinstance(block, dict)
        assert block["hash"] != GENESIS_BLOCK


def test_a_port_that_is_taken_is_told_with_the_end_of_the_log(tmp_path: Path) -> None:
    with Node(tmp_path / "one") as node:
        other = Node(tmp_path / "two", chain_id=9, port=node.port)
        with pytest.raises(CannotRun, match=r"^The node ended at once; the end of .*node\.log:\n.*[Aa]ddress"):
            other.start()
