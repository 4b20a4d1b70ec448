"""What the marketplace tells."""

from marketplace.queries.found import NoSuchLicence, NoSuchOrder, NoSuchSettlement
from marketplace.queries.gate import Standing, standing
from marketplace.queries.orders import (
    licence,
    licences,
    open_references,
    order,
    orders,
    payments,
    refunds,
    uses,
    waiting_references,
    waiting_refunds,
)
from marketplace.queries.search import Found, Question, find, latest, listed, listing_of
from marketplace.queries.settlement import balances_off, books_against_chain, settlement, settlements

__all__ = [
    "Found",
    "NoSuchLicence",
    "NoSuchOrder",
    "NoSuchSettlement",
    "Question",
    "Standing",
    "balances_off",
    "books_against_chain",
    "find",
    "latest",
    "licence",
    "licences",
    "listed",
    "listing_of",
    "open_references",
    "order",
    "orders",
    "payments",
    "refunds",
    "settlement",
    "settlements",
    "standing",
    "uses",
    "waiting_references",
    "waiting_refunds",
]
