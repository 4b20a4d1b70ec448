"""Opening plans, access and reports: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import ARTICLE, CODE, DAY, DIGEST, FLAG, UUID, WORD, kind

OPENING_PLANNED: Final = kind(
    "opening.planned",
    opening=UUID,
    resource=UUID,
    data_code=CODE,
    planned_on=DAY,
    conditional=FLAG,
    terms_sha256=DIGEST,
)
OPENING_OPENED: Final = kind("opening.opened", opening=UUID, resource=UUID, opened_on=DAY)
OPENING_WITHDRAWN: Final = kind("opening.withdrawn", opening=UUID, resource=UUID)
ACCESS_REQUESTED: Final = kind("access.requested", request=UUID, opening=UUID, applicant=UUID)
ACCESS_DECIDED: Final = kind("access.decided", request=UUID, opening=UUID, granted=FLAG)
REPORT_RECEIVED: Final = kind("report.received", report=UUID, number=CODE, subject_kind=WORD, subject=UUID)
REPORT_ANSWERED: Final = kind(
    "report.answered", report=UUID, number=CODE, measure=WORD, answer_sha256=DIGEST, article=ARTICLE
)
