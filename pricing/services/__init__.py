"""What may be done about prices. Every service writes its fact to the ledger in the same transaction."""

from pricing.services.ceilings import DecisionNotEffective, set_ceilings
from pricing.services.decisions import (
    AssessmentMissing,
    CycleTooLong,
    PeriodsOverlap,
    SameAuthority,
    concur_permitted_revenue,
    decide_permitted_revenue,
    withdraw_permitted_revenue,
)
from pricing.services.derivations import Tampered, verify_derivation
from pricing.services.fees import (
    GuidedPriceApplies,
    GuidedPriceDoesNotApply,
    NoCeiling,
    set_fee,
    set_market_price,
    set_trial_fee,
)
from pricing.services.income import IncomeRecorded, NothingToReview, record_income, review_year
from pricing.services.quotes import TotalTooLarge, quote
from pricing.services.scenarios import NotDeclarable, confirm_scenario, declare_scenario, refuse_scenario
from pricing.services.surveys import (
    ReasonMissing,
    SurveyAlreadyDecided,
    WrongSurveyState,
    WrongSurveyYear,
    adjust_cost_line,
    apply_for_pricing,
    submit_cost_survey,
)

__all__ = [
    "AssessmentMissing",
    "CycleTooLong",
    "DecisionNotEffective",
    "GuidedPriceApplies",
    "GuidedPriceDoesNotApply",
    "IncomeRecorded",
    "NoCeiling",
    "NotDeclarable",
    "NothingToReview",
    "PeriodsOverlap",
    "ReasonMissing",
    "SameAuthority",
    "SurveyAlreadyDecided",
    "Tampered",
    "TotalTooLarge",
    "WrongSurveyState",
    "WrongSurveyYear",
    "adjust_cost_line",
    "apply_for_pricing",
    "concur_permitted_revenue",
    "confirm_scenario",
    "decide_permitted_revenue",
    "declare_scenario",
    "quote",
    "record_income",
    "refuse_scenario",
    "review_year",
    "set_ceilings",
    "set_fee",
    "set_market_price",
    "set_trial_fee",
    "submit_cost_survey",
    "verify_derivation",
    "withdraw_permitted_revenue",
]
