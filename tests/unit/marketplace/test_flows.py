"""Every event in every state: what is not in the tables is refused."""

import pytest

from kernel.machine import WrongState
from marketplace.licence_flow import LICENCE
from marketplace.order_flow import ORDER, PAYMENT

MACHINES = (ORDER, PAYMENT, LICENCE)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_is_reached_and_everything_else_is_refused(machine):
    events = {row.event for row in machine.transitions}
    known = {(row.source, row.event): row.target for row in machine.transitions}
    for state in machine.states:
        for event in events:
            if (state, event) in known:
                assert machine.fire(state, event).target == known[state, event]
            else:
                with pytest.raises(WrongState):
                    machine.fire(state, event)


def test_the_way_of_a_purchase():
    state = ORDER.initial
    for event in ("begin_payment", "pay", "fulfil", "refund"):
        state = ORDER.fire(state, event).target
    assert state == "refunded"


@pytest.mark.parametrize("state", ["paid", "fulfilled", "expired", "cancelled", "refunded"])
def test_nothing_is_paid_twice_or_after_the_end(state):
    with pytest.raises(WrongState):
        ORDER.fire(state, "pay")


def test_a_revoked_licence_stays_revoked():
    assert LICENCE.allowed("revoked") == ()
