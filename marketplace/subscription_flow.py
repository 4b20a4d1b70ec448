"""The life of a subscription: it runs, order after order, until it is cancelled or lapses unpaid."""

from typing import Final

from kernel.machine import Machine, Transition

ACTIVE: Final = "active"
CANCELLED: Final = "cancelled"
LAPSED: Final = "lapsed"
SUBSCRIPTION: Final = Machine(
    name="subscription",
    initial=ACTIVE,
    transitions=(
        Transition(ACTIVE, "cancel", CANCELLED),
        Transition(ACTIVE, "lapse", LAPSED),
    ),
)
