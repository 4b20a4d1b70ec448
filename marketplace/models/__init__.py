"""Tables of the marketplace."""

from marketplace.models.books import Account, JournalEntry, JournalLine, Settlement, SettlementLine
from marketplace.models.licences import Licence, LicenceUse
from marketplace.models.listings import Listing
from marketplace.models.orders import Order, Payment, PaymentNotice, Refund
from marketplace.models.subscriptions import Subscription

__all__ = [
    "Account",
    "JournalEntry",
    "JournalLine",
    "Licence",
    "LicenceUse",
    "Listing",
    "Order",
    "Payment",
    "PaymentNotice",
    "Refund",
    "Settlement",
    "SettlementLine",
    "Subscription",
]
