"""Tables of pricing."""

from pricing.models.articles import ArticleRow
from pricing.models.costs import CostLine, CostSurvey, Evidence, RevenueDecision
from pricing.models.derivations import Derivation
from pricing.models.duties import Contact, Duty, FiledReport
from pricing.models.parameters import ParameterRow
from pricing.models.plans import Plan, Promotion
from pricing.models.prices import Ceiling, CeilingAct, Fee
from pricing.models.quotes import Application, Quote
from pricing.models.reviews import MonthlyIncome, Review
from pricing.models.sharing import Distribution, Valuation

__all__ = [
    "Application",
    "ArticleRow",
    "Ceiling",
    "CeilingAct",
    "Contact",
    "CostLine",
    "CostSurvey",
    "Derivation",
    "Distribution",
    "Duty",
    "Evidence",
    "Fee",
    "FiledReport",
    "MonthlyIncome",
    "ParameterRow",
    "Plan",
    "Promotion",
    "Quote",
    "RevenueDecision",
    "Review",
    "Valuation",
]
