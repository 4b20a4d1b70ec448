"""What pricing tells the ledger: each kind of fact and exactly what its payload holds.

Ceilings and fees are public by law (明码标价), so they stand in the payload as decimal text. What a buyer was quoted
and what an operator spent and earned go in as commitments; personal data never goes in.
"""

from collections.abc import Mapping
from typing import Any, Final

from ledger import words
from ledger.types import EntryKind
from pricing.units import UNIT_NAMES

_UUID: Final = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_DAY: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_WORD: Final = {"type": "string", "pattern": "^[a-z_]{1,40}$"}
_ARTICLE: Final = words.ARTICLE
_DECIMAL: Final = {"type": "string", "pattern": r"^[0-9]{1,20}(\.[0-9]{1,10})?$"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_FLAG: Final = {"type": "boolean"}
_UNIT: Final = {"type": "string", "enum": sorted(UNIT_NAMES)}
_TIERS: Final[Mapping[str, Any]] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"above": _DECIMAL, "unit_price": _DECIMAL},
        "required": ["above", "unit_price"],
        "additionalProperties": False,
    },
}
_PRICED: Final[Mapping[str, Mapping[str, Any]]] = {
    "product": _UUID,
    "form": _WORD,
    "unit": _UNIT,
    "tiers": _TIERS,
    "article": _ARTICLE,
}


_kind: Final = EntryKind.strict


FEE_TRIAL_SET: Final = _kind("fee.trial_set", fee=_UUID, **_PRICED)
FEE_SET: Final = _kind("fee.set", fee=_UUID, ceiling=_UUID, **_PRICED)
FEE_ENDED: Final = _kind("fee.ended", fee=_UUID, product=_UUID, ceiling=_UUID, article=_ARTICLE)
MARKET_PRICE_SET: Final = _kind("market_price.set", fee=_UUID, **_PRICED)

SURVEY_SUBMITTED: Final = _kind(
    "survey.submitted",
    survey=_UUID,
    agreement=_UUID,
    operator=_UUID,
    year=_COUNT,
    edition=_COUNT,
    lines=_COUNT,
    lines_sha256=_DIGEST,
    article=_ARTICLE,
)
SURVEY_ADJUSTED: Final = _kind("survey.adjusted", survey=_UUID, line=_COUNT, lines_sha256=_DIGEST, article=_ARTICLE)
PRICING_APPLIED: Final = _kind("pricing.applied", survey=_UUID, agreement=_UUID, article=_ARTICLE)
REVENUE_DECIDED: Final = _kind(
    "revenue.decided",
    decision=_UUID,
    survey=_UUID,
    agreement=_UUID,
    permitted_revenue=_DECIMAL,
    profit_rate=_DECIMAL,
    derivation_sha256=_DIGEST,
    article=_ARTICLE,
)
REVENUE_CONCURRED: Final = _kind(
    "revenue.concurred",
    decision=_UUID,
    agreement=_UUID,
    valid_from=_DAY,
    valid_until=_DAY,
    article=_ARTICLE,
)
REVENUE_WITHDRAWN: Final = _kind("revenue.withdrawn", decision=_UUID, agreement=_UUID, article=_ARTICLE)
CEILING_SET: Final = _kind(
    "ceiling.set",
    ceilings=_UUID,
    decision=_UUID,
    agreement=_UUID,
    lines={
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {"ceiling": _UUID, **{k: v for k, v in _PRICED.items() if k != "article"}},
            "required": ["ceiling", "form", "product", "tiers", "unit"],
            "additionalProperties": False,
        },
    },
    derivation_sha256=_DIGEST,
    report_sha256=_DIGEST,
    article=_ARTICLE,
)
SCENARIO_DECLARED: Final = _kind(
    "scenario.declared", scenario=_UUID, product=_UUID, buyer=_UUID, use=_WORD, article=_ARTICLE
)
SCENARIO_CONFIRMED: Final = _kind(
    "scenario.confirmed", scenario=_UUID, product=_UUID, use=_WORD, reduction=_DECIMAL, article=_ARTICLE
)
SCENARIO_REFUSED: Final = _kind("scenario.refused", scenario=_UUID, product=_UUID, article=_ARTICLE)
QUOTE_MADE: Final = _kind(
    "quote.made",
    quote=_UUID,
    product=_UUID,
    form=_WORD,
    unit=_UNIT,
    use=_WORD,
    kind=_WORD,
    free=_FLAG,
    derivation_sha256=_DIGEST,
    article=_ARTICLE,
)
INCOME_RECORDED: Final = _kind("income.recorded", agreement=_UUID, month=_DAY, products=_COUNT, article=_ARTICLE)
REVIEW_MADE: Final = _kind(
    "review.made",
    review=_UUID,
    agreement=_UUID,
    year=_COUNT,
    adjuster=_WORD,
    deviation=_DECIMAL,
    derivation_sha256=_DIGEST,
    article=_ARTICLE,
)

PARAMETER_ENTERED: Final = _kind(
    "parameter.entered",
    parameter=_UUID,
    parameter_name={"type": "string", "pattern": "^[a-z_.]{1,60}$"},
    value=_DECIMAL,
    jurisdiction={"type": "string", "pattern": "^(CN|[0-9]{6})$"},
    valid_from=_DAY,
    article=_ARTICLE,
)
EVIDENCE_ADDED: Final = _kind(
    "survey.evidence_added", survey=_UUID, evidence=_UUID, sha256=_DIGEST, size=_COUNT, article=_ARTICLE
)
REPORT_FILED: Final = _kind(
    "report.filed", report=_UUID, agreement=_UUID, year=_COUNT, document_sha256=_DIGEST, article=_ARTICLE
)
PLAN_SET: Final = _kind(
    "plan.set",
    plan=_UUID,
    product=_UUID,
    kind=_WORD,
    form=_WORD,
    unit=_UNIT,
    quantity=_DECIMAL,
    price=_DECIMAL,
    article=_ARTICLE,
)
PLAN_ENDED: Final = _kind("plan.ended", plan=_UUID, product=_UUID, article=_ARTICLE)
PROMOTION_SET: Final = _kind(
    "promotion.set",
    promotion=_UUID,
    product=_UUID,
    percent=_DECIMAL,
    valid_from=_DAY,
    valid_until=_DAY,
    article=_ARTICLE,
)
REVENUE_SHARED: Final = _kind(
    "revenue.shared", distribution=_UUID, agreement=_UUID, product=_UUID, derivation_sha256=_DIGEST, article=_ARTICLE
)
PRODUCT_VALUED: Final = _kind(
    "product.valued", valuation=_UUID, product=_UUID, derivation_sha256=_DIGEST, article=_ARTICLE
)

ARTICLE_ENTERED: Final = _kind(
    "article.entered", row=_UUID, change=_WORD, clause=_ARTICLE, valid_from=_DAY, article=_ARTICLE
)

KINDS: Final = tuple(value for value in tuple(globals().values()) if isinstance(value, EntryKind))
