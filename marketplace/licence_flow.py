"""The life of a licence, as one table."""

from typing import Final

from kernel.machine import Machine, Transition

ACTIVE: Final = "active"
EXPIRED: Final = "expired"
SUSPENDED: Final = "suspended"
REVOKED: Final = "revoked"

LICENCE: Final = Machine(
    name="licence",
    initial=ACTIVE,
    transitions=(
        Transition(ACTIVE, "expire", EXPIRED),
        Transition(ACTIVE, "suspend", SUSPENDED),
        Transition(SUSPENDED, "resume", ACTIVE),
        Transition(SUSPENDED, "expire", EXPIRED),
        Transition(ACTIVE, "revoke", REVOKED),
        Transition(SUSPENDED, "revoke", REVOKED),
        Transition(EXPIRED, "revoke", REVOKED),
    ),
)
