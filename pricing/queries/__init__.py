"""What pricing tells: prices in force, what something costs, decisions, surveys, and how each figure came about."""

from pricing.queries.access import visible_derivation, visible_quote, visible_survey
from pricing.queries.articles import Touched, touched_by
from pricing.queries.calculation import NoFee, Priced, UnitUnclear, price
from pricing.queries.decisions import decision, decisions, effective_decision, fee_decisions, simulate, survey, surveys
from pricing.queries.derivations import derivation, derivation_tree
from pricing.queries.found import NoSuch
from pricing.queries.prices import ceiling, ceiling_reports, ceilings, fee_at, fee_history, fees, public_fees
from pricing.queries.quotes import application, applications, case_library, quote
from pricing.queries.reviews import income_by_month, income_by_product, reviews

__all__ = [
    "NoFee",
    "NoSuch",
    "Priced",
    "Touched",
    "UnitUnclear",
    "application",
    "applications",
    "case_library",
    "ceiling",
    "ceiling_reports",
    "ceilings",
    "decision",
    "decisions",
    "derivation",
    "derivation_tree",
    "effective_decision",
    "fee_at",
    "fee_decisions",
    "fee_history",
    "fees",
    "income_by_month",
    "income_by_product",
    "price",
    "public_fees",
    "quote",
    "reviews",
    "simulate",
    "survey",
    "surveys",
    "touched_by",
    "visible_derivation",
    "visible_quote",
    "visible_survey",
]
