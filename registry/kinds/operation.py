"""Authorised operation: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import ARTICLE, COUNT, DAY, DIGEST, FLAG, MARK, MOMENT, NUMBER, SHARE, UUID, UUIDS, WORD, kind

PLAN_ADOPTED: Final = kind(
    "plan.adopted", plan=UUID, agency=UUID, resources=UUIDS, items_sha256=DIGEST, decided_on=DAY, article=ARTICLE
)
OPERATOR_SELECTED: Final = kind(
    "operator.selected",
    selection=UUID,
    plan=UUID,
    operator=UUID,
    method=WORD,
    bids=COUNT,
    bids_sha256=DIGEST,
    article=ARTICLE,
)
AGREEMENT_CONCLUDED: Final = kind(
    "agreement.concluded",
    agreement=UUID,
    number=NUMBER,
    agency=UUID,
    operator=UUID,
    resources=UUIDS,
    valid_from=DAY,
    valid_until=DAY,
    longer_than_usual=FLAG,
    items_sha256=DIGEST,
    revenue_shares={"type": "object", "propertyNames": UUID, "additionalProperties": SHARE, "minProperties": 1},
    article=ARTICLE,
)
AGREEMENT_FILED: Final = kind("agreement.filed", agreement=UUID, filing_number=NUMBER, article=ARTICLE)
OPERATION_STARTED: Final = kind("operation.started", agreement=UUID, started_on=DAY, article=ARTICLE)
PLAN_DRAFTED: Final = kind(
    "plan.drafted", plan=UUID, agency=UUID, resources=UUIDS, items_sha256=DIGEST, article=ARTICLE
)
PLAN_ASSESSED: Final = kind("plan.assessed", plan=UUID, findings_sha256=DIGEST, article=ARTICLE)
PLAN_APPROVED: Final = kind("plan.approved", plan=UUID, approved_on=DAY, approval_sha256=DIGEST, article=ARTICLE)
PLAN_FILED: Final = kind("plan.filed", plan=UUID, filing_number=NUMBER, article=ARTICLE)
PLAN_ABANDONED: Final = kind("plan.abandoned", plan=UUID, article=ARTICLE)
CONSENT_ANSWERED: Final = kind(
    "consent.answered", consent=UUID, plan=UUID, resource=UUID, provider=UUID, granted=FLAG, article=ARTICLE
)
AFFILIATION_RECORDED: Final = kind(
    "affiliation.recorded", affiliation=UUID, organisation=UUID, affiliate=UUID, relation=WORD, article=ARTICLE
)
AFFILIATION_ENDED: Final = kind("affiliation.ended", affiliation=UUID, article=ARTICLE)
AGREEMENT_SUSPENDED: Final = kind("agreement.suspended", agreement=UUID, ground_sha256=DIGEST, article=ARTICLE)
AGREEMENT_RESUMED: Final = kind("agreement.resumed", agreement=UUID, ground_sha256=DIGEST, article=ARTICLE)
AGREEMENT_EXITED: Final = kind("agreement.exited", agreement=UUID, ground_sha256=DIGEST, article=ARTICLE)
AGREEMENT_ENDED: Final = kind("agreement.ended", agreement=UUID, ground_sha256=DIGEST, article=ARTICLE)
AGREEMENT_EXPIRED: Final = kind("agreement.expired", agreement=UUID, ground_sha256=DIGEST, article=ARTICLE)
EVALUATION_ISSUED: Final = kind(
    "evaluation.issued",
    evaluation=UUID,
    agreement=UUID,
    year=COUNT,
    score=MARK,
    passed=FLAG,
    marks_sha256=DIGEST,
    appeal_until=MOMENT,
    article=ARTICLE,
)
EVALUATION_APPEALED: Final = kind("evaluation.appealed", evaluation=UUID, appeal_sha256=DIGEST, article=ARTICLE)
EVALUATION_CONFIRMED: Final = kind(
    "evaluation.confirmed", evaluation=UUID, score=MARK, passed=FLAG, marks_sha256=DIGEST, article=ARTICLE
)
DISCLOSURE_MADE: Final = kind(
    "disclosure.made",
    disclosure=UUID,
    agreement=UUID,
    party=UUID,
    duty=WORD,
    year=COUNT,
    due_on=DAY,
    overdue=FLAG,
    content_sha256=DIGEST,
    article=ARTICLE,
)
