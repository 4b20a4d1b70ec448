"""The facts the marketplace writes to the log. Who buys, at what price, and journal lines enter as commitments.

``lines`` is the salted commitment (``ledger.commitment``) to a journal's lines; the salt stands in the journal.
"""

from collections.abc import Mapping
from typing import Any, Final

from ledger import words
from ledger.types import EntryKind
from pricing.units import UNIT_NAMES

UUID_TEXT: Final = {"type": "string", "format": "uuid"}
MOMENT: Final = {"type": "string", "format": "date-time"}
CODE: Final = words.CODE
UNIT: Final = {"type": "string", "enum": sorted(UNIT_NAMES)}
COUNT: Final = {"type": "integer", "minimum": 0}
DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BOOKED: Final[Mapping[str, Mapping[str, Any]]] = {"journal": UUID_TEXT, "lines": DIGEST}


_kind: Final = EntryKind.strict


LISTING_PUBLISHED: Final = _kind(
    "listing.published",
    listing=UUID_TEXT,
    product=UUID_TEXT,
    registration_code=CODE,
    forms={"type": "array", "items": CODE},
    checks={"type": "array", "items": CODE},
)
LISTING_WITHDRAWN: Final = _kind("listing.withdrawn", listing=UUID_TEXT, product=UUID_TEXT)
ORDER_PLACED: Final = _kind(
    "order.placed", order=UUID_TEXT, product=UUID_TEXT, form=CODE, unit=UNIT, quantity=CODE, scenario=CODE
)
PAYMENT_CAPTURED: Final = _kind("payment.captured", **BOOKED, payment=UUID_TEXT, order=UUID_TEXT, provider=CODE)
PAYMENT_QUARANTINED: Final = _kind(
    "payment.quarantined", payment=UUID_TEXT, order=UUID_TEXT, provider=CODE, reason=CODE
)
SUSPENSE_BOOKED: Final = _kind("suspense.booked", **BOOKED, payment=UUID_TEXT, provider=CODE)
ORDER_REFUNDED: Final = _kind("order.refunded", **BOOKED, refund=UUID_TEXT, order=UUID_TEXT, full={"type": "boolean"})
LICENCE_ISSUED: Final = _kind(
    "licence.issued",
    licence=UUID_TEXT,
    order=UUID_TEXT,
    product=UUID_TEXT,
    quota=COUNT,
    valid_from=MOMENT,
    valid_until=MOMENT,
)
LICENCE_FACTS: Final = {
    event: _kind(f"licence.{fact}", licence=UUID_TEXT)
    for event, fact in (("expire", "expired"), ("suspend", "suspended"), ("resume", "resumed"), ("revoke", "revoked"))
}
SUBSCRIPTION_STARTED: Final = _kind(
    "subscription.started", subscription=UUID_TEXT, product=UUID_TEXT, plan=UUID_TEXT, order=UUID_TEXT
)
SUBSCRIPTION_ENDED: Final = _kind("subscription.ended", subscription=UUID_TEXT, state=CODE, reason=CODE)
SETTLEMENT_CLOSED: Final = _kind(
    "settlement.closed",
    **BOOKED,
    settlement=UUID_TEXT,
    month=CODE,
    run=COUNT,
    orders=COUNT,
    parties={"type": "array", "items": UUID_TEXT},
)

BOOKED_KINDS: Final = tuple(
    kind.name for kind in (PAYMENT_CAPTURED, SUSPENSE_BOOKED, ORDER_REFUNDED, SETTLEMENT_CLOSED)
)
