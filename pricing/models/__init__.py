"""Tables of pricing."""

from pricing.models.costs import CostLine, CostSurvey, RevenueDecision
from pricing.models.derivations import Derivation
from pricing.models.prices import Ceiling, CeilingAct, Fee
from pricing.models.quotes import Application, Quote
from pricing.models.reviews import MonthlyIncome, Review

__all__ = [
    "Application",
    "Ceiling",
    "CeilingAct",
    "CostLine",
    "CostSurvey",
    "Derivation",
    "Fee",
    "MonthlyIncome",
    "Quote",
    "RevenueDecision",
    "Review",
]
