"""What the marketplace's API takes and gives."""

from marketplace.schemas.catalogue import FacetOut, FacetValueOut, FoundOut, ListingOut, ReasonIn, StatementsIn
from marketplace.schemas.licences import (
    CellOut,
    CubeOut,
    LicenceOut,
    LookupOut,
    PlanIn,
    QueryOut,
    RefusalOut,
    ResultOut,
)
from marketplace.schemas.money import MoneyOut
from marketplace.schemas.settlement import (
    ComparisonOut,
    DifferenceOut,
    JournalOut,
    LineOut,
    MonthIn,
    SettlementOut,
    ShareOut,
)
from marketplace.schemas.trade import OrderOut, PaymentOut, PurchaseIn, QuoteOut, RefundIn, RefundOut

__all__ = [
    "CellOut",
    "ComparisonOut",
    "CubeOut",
    "DifferenceOut",
    "FacetOut",
    "FacetValueOut",
    "FoundOut",
    "JournalOut",
    "LicenceOut",
    "LineOut",
    "ListingOut",
    "LookupOut",
    "MoneyOut",
    "MonthIn",
    "OrderOut",
    "PaymentOut",
    "PlanIn",
    "PurchaseIn",
    "QueryOut",
    "QuoteOut",
    "ReasonIn",
    "RefundIn",
    "RefundOut",
    "RefusalOut",
    "ResultOut",
    "SettlementOut",
    "ShareOut",
    "StatementsIn",
]
