import pytest

from kernel.machine import Machine, Transition, WrongState, table

LAMP = Machine(
    "lamp", "off", table([("off", "press", "on", "§1"), ("on", "press", "off", ""), ("on", "break", "broken", "")])
)


def test_an_event_leads_where_the_table_says():
    assert LAMP.fire("off", "press") == Transition("off", "press", "on", "§1")
    assert LAMP.states == ("off", "on", "broken")
    assert LAMP.allowed("on") == ("press", "break")


def test_an_event_the_state_does_not_allow_is_refused_with_what_is_possible():
    with pytest.raises(WrongState) as caught:
        LAMP.fire("on", "polish")
    assert caught.value.facts == {"machine": "lamp", "state": "on", "event": "polish", "allowed": "press, break"}


def test_one_event_cannot_lead_to_two_states():
    with pytest.raises(ValueError, match="two states"):
        Machine("bad", "a", table([("a", "x", "b", ""), ("a", "x", "c", "")]))


def test_the_diagram_comes_from_the_table():
    assert LAMP.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> off",
        "    off --> on: press",
        "    on --> off: press",
        "    on --> broken: break",
        "    broken --> [*]",
    ]
