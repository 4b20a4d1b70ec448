"""What other apps may hold of pricing: frozen views, joined by uuid."""

from pricing.fees import FeeKind
from pricing.survey import CostLine, Use
from pricing.tariff import Tariff, Tier
from pricing.types.procedure import (
    ApplicationView,
    CeilingRequest,
    CeilingView,
    CostLineView,
    DecisionView,
    DerivationView,
    FeeView,
    IncomeLine,
    QuoteView,
    RevenueTerms,
    ReviewView,
    SurveyView,
)
from pricing.types.surroundings import (
    ArticleView,
    CeilingReport,
    ContactView,
    DistributionView,
    DutyView,
    EvidenceView,
    ParameterView,
    PlanView,
    PromotionView,
    Report,
    Table,
    ValuationView,
)
from pricing.units import ChargingForm, Scenario

__all__ = [
    "ApplicationView",
    "ArticleView",
    "CeilingReport",
    "CeilingRequest",
    "CeilingView",
    "ChargingForm",
    "ContactView",
    "CostLine",
    "CostLineView",
    "DecisionView",
    "DerivationView",
    "DistributionView",
    "DutyView",
    "EvidenceView",
    "FeeKind",
    "FeeView",
    "IncomeLine",
    "ParameterView",
    "PlanView",
    "PromotionView",
    "QuoteView",
    "Report",
    "RevenueTerms",
    "ReviewView",
    "Scenario",
    "SurveyView",
    "Table",
    "Tariff",
    "Tier",
    "Use",
    "ValuationView",
]
