"""What may be done about prices. Every service writes its fact to the ledger in the same transaction."""

from pricing.services.acting import require_party
from pricing.services.articles import ChangeDoesNotFit, enter_article
from pricing.services.ceilings import DecisionNotEffective, set_ceilings
from pricing.services.citation import CitationUnreadable
from pricing.services.decisions import (
    AssessmentMissing,
    CycleTooLong,
    ExcessUnderstated,
    PeriodsOverlap,
    SameAuthority,
    concur_permitted_revenue,
    decide_permitted_revenue,
    withdraw_permitted_revenue,
)
from pricing.services.derivations import Tampered, verify_derivation
from pricing.services.duties import ContactIncomplete, ReportFiled, file_report, remind_of_report, state_contact
from pricing.services.evidence import EvidenceHeld, add_evidence
from pricing.services.fees import (
    GuidedPriceApplies,
    GuidedPriceDoesNotApply,
    NoCeiling,
    set_fee,
    set_market_price,
    set_trial_fee,
)
from pricing.services.income import IncomeRecorded, NothingToReview, record_income, review_year
from pricing.services.parameters import ParameterOverlaps, enter_parameter
from pricing.services.plans import OfferUnclear, PlanEnded, end_plan, set_plan, set_promotion
from pricing.services.quotes import TotalTooLarge, quote
from pricing.services.scenarios import NotDeclarable, confirm_scenario, declare_scenario, refuse_scenario
from pricing.services.sharing import NotTheProductsResources, share_fixed, share_revenue, value_product
from pricing.services.surveys import (
    LineOfOtherProduct,
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
    "ChangeDoesNotFit",
    "CitationUnreadable",
    "ContactIncomplete",
    "CycleTooLong",
    "DecisionNotEffective",
    "EvidenceHeld",
    "ExcessUnderstated",
    "GuidedPriceApplies",
    "GuidedPriceDoesNotApply",
    "IncomeRecorded",
    "LineOfOtherProduct",
    "NoCeiling",
    "NotDeclarable",
    "NotTheProductsResources",
    "NothingToReview",
    "OfferUnclear",
    "ParameterOverlaps",
    "PeriodsOverlap",
    "PlanEnded",
    "ReasonMissing",
    "ReportFiled",
    "SameAuthority",
    "SurveyAlreadyDecided",
    "Tampered",
    "TotalTooLarge",
    "WrongSurveyState",
    "WrongSurveyYear",
    "add_evidence",
    "adjust_cost_line",
    "apply_for_pricing",
    "concur_permitted_revenue",
    "confirm_scenario",
    "decide_permitted_revenue",
    "declare_scenario",
    "end_plan",
    "enter_article",
    "enter_parameter",
    "file_report",
    "quote",
    "record_income",
    "refuse_scenario",
    "remind_of_report",
    "require_party",
    "review_year",
    "set_ceilings",
    "set_fee",
    "set_market_price",
    "set_plan",
    "set_promotion",
    "set_trial_fee",
    "share_fixed",
    "share_revenue",
    "state_contact",
    "submit_cost_survey",
    "value_product",
    "verify_derivation",
    "withdraw_permitted_revenue",
]
