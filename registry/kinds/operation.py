"""Authorised operation: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import ARTICLE, COUNT, DAY, DIGEST, FLAG, SHARE, UUID, UUIDS, WORD, kind

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
    number=ARTICLE,
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
AGREEMENT_FILED: Final = kind("agreement.filed", agreement=UUID, filing_number=ARTICLE, article=ARTICLE)
OPERATION_STARTED: Final = kind("operation.started", agreement=UUID, started_on=DAY, article=ARTICLE)
