"""The way of a chain transaction."""

from datetime import UTC, datetime

import pytest

from kernel.machine import WrongState
from ledger.calldata import MOST_GAS, ChainStatus, append_call, append_gas, creation, told_status
from ledger.journal import MACHINE, block_time

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(("previous", "seconds"), [(None, 0), (NOW.timestamp() - 5, 0), (NOW.timestamp() + 9, 10)])
def test_block_times_only_go_forward(previous, seconds):
    assert block_time(NOW, previous) == int(NOW.timestamp()) + seconds


@pytest.mark.parametrize("event", ["send", "mine", "revert"])
@pytest.mark.parametrize("state", ["mined", "reverted"])
def test_what_is_in_a_block_stays(state, event):
    with pytest.raises(WrongState):
        MACHINE.fire(state, event)


def test_calls_are_encoded_as_solidity_does():
    call = append_call(5, b"\x11" * 32 + b"\x22" * 32)
    leaves = f"{2:064x}" + "11" * 32 + "22" * 32
    assert call.hex() == "6b529a42" + f"{5:064x}{96:064x}{192:064x}" + leaves + f"{0:064x}"
    change = ChainStatus(id=b"\x44" * 32, place=1, state=2, valid_until=20301231)
    call = append_call(5, b"\x11" * 32 + b"\x22" * 32, [change])
    said = f"{1:064x}" + "44" * 32 + f"{1:064x}{2:064x}{20301231:064x}"
    assert call.hex() == "6b529a42" + f"{5:064x}{96:064x}{192:064x}" + leaves + said
    made = creation(b"\xfe", owner="0x" + "ab" * 20, start=1, frontier=[b"\x33" * 32])
    assert made.hex() == "fe" + ("00" * 12 + "ab" * 20) * 3 + f"{1:064x}{224:064x}{0:064x}{0:064x}{1:064x}" + "33" * 32
    old = creation(b"\xfe", owner="0x" + "ab" * 20, start=0, frontier=[], old_chain=7, old_log="0x" + "cd" * 20)
    assert (
        old.hex()
        == "fe" + ("00" * 12 + "ab" * 20) * 3 + f"{0:064x}{224:064x}{7:064x}" + "00" * 12 + "cd" * 20 + "0" * 64
    )


def test_status_is_read_as_the_contract_tells_it():
    answer = b"".join(word.to_bytes(32, "big") for word in (2, 20301231, 41))
    assert told_status(b"\x44" * 32, answer) == ChainStatus(id=b"\x44" * 32, place=41, state=2, valid_until=20301231)
    for wrong in (b"", answer[:-1], answer + b"\0"):
        with pytest.raises(ValueError, match="statusOf answered"):
            told_status(b"\x44" * 32, wrong)


def test_gas_grows_with_leaves_and_statuses_up_to_what_a_block_takes():
    assert append_gas(1) < append_gas(2) < append_gas(2, 1) < append_gas(1000, 1000) == MOST_GAS


@pytest.mark.parametrize("state", ["mined", "reverted"])
def test_reorganised_transaction_waits_again(state):
    assert MACHINE.fire(state, "drop").target == "sent"


def test_replaced_transaction_never_comes_back():
    assert MACHINE.allowed("replaced") == ()
