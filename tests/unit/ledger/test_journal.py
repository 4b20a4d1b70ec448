"""The way of a chain transaction."""

from datetime import UTC, datetime

import pytest

from kernel.machine import WrongState
from ledger.calldata import append_call, creation
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
    call = append_call(5, [b"\x11" * 32, b"\x22" * 32])
    assert call.hex() == ("e89f77c7" + f"{5:064x}" + f"{64:064x}" + f"{2:064x}" + "11" * 32 + "22" * 32)
    made = creation(b"\xfe", owner="0x" + "ab" * 20, start=1, frontier=[b"\x33" * 32])
    assert made.hex() == "fe" + ("00" * 12 + "ab" * 20) * 3 + f"{1:064x}{160:064x}{1:064x}" + "33" * 32
