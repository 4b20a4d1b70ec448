"""What pricing tells: prices in force, what something costs, decisions, surveys, and how each figure came about."""

from pricing.queries.access import visible_derivation, visible_product, visible_quote, visible_report, visible_survey
from pricing.queries.appraisal import valuation_report
from pricing.queries.articles import Touched, article_history, article_list, article_view, touched_by
from pricing.queries.calculation import NoFee, Priced, UnitUnclear, fee_and_ceiling, moment_of, price
from pricing.queries.decisions import (
    YieldDiffers,
    decision,
    decisions,
    effective_decision,
    fee_decisions,
    known_excess,
    simulate,
    simulate_add_ons,
    survey,
    surveys,
)
from pricing.queries.derivations import derivation, derivation_tree
from pricing.queries.disclosures import disclosure
from pricing.queries.duties import contact, duties, filed_report, is_reviewed, report_day, to_review
from pricing.queries.evidence import survey_evidence, visible_evidence
from pricing.queries.found import NoSuch
from pricing.queries.parameters import bond_yield, parameter_list, rate_in_force, region_of
from pricing.queries.parameters import table as parameter_table
from pricing.queries.plans import plan, plans, promotions
from pricing.queries.prices import ceiling, ceiling_reports, ceilings, fee_at, fee_history, fees, public_fees
from pricing.queries.quotes import application, applications, case_library, quote
from pricing.queries.reports import as_rows, yearly_report
from pricing.queries.reviews import (
    income_by_month,
    income_by_product,
    income_of_operator,
    last_year_with_income,
    reviews,
)
from pricing.queries.sharing import distribution, distributions, valuation, valuations

__all__ = [
    "NoFee",
    "NoSuch",
    "Priced",
    "Touched",
    "UnitUnclear",
    "YieldDiffers",
    "application",
    "applications",
    "article_history",
    "article_list",
    "article_view",
    "as_rows",
    "bond_yield",
    "case_library",
    "ceiling",
    "ceiling_reports",
    "ceilings",
    "contact",
    "decision",
    "decisions",
    "derivation",
    "derivation_tree",
    "disclosure",
    "distribution",
    "distributions",
    "duties",
    "effective_decision",
    "fee_and_ceiling",
    "fee_at",
    "fee_decisions",
    "fee_history",
    "fees",
    "filed_report",
    "income_by_month",
    "income_by_product",
    "income_of_operator",
    "is_reviewed",
    "known_excess",
    "last_year_with_income",
    "moment_of",
    "parameter_list",
    "parameter_table",
    "plan",
    "plans",
    "price",
    "promotions",
    "public_fees",
    "quote",
    "rate_in_force",
    "region_of",
    "report_day",
    "reviews",
    "simulate",
    "simulate_add_ons",
    "survey",
    "survey_evidence",
    "surveys",
    "to_review",
    "touched_by",
    "valuation",
    "valuation_report",
    "valuations",
    "visible_derivation",
    "visible_evidence",
    "visible_product",
    "visible_quote",
    "visible_report",
    "visible_survey",
    "yearly_report",
]
