"""Registrations, notices and objections: what the registry tells the ledger of them."""

from collections.abc import Mapping
from typing import Any, Final

from registry.kinds.words import ARTICLE, CODE, DAY, DIGEST, FLAG, LIMIT, MOMENT, UUID, WORD, kind

REGISTRATION_SUBMITTED: Final = kind(
    "registration.submitted",
    registration=UUID,
    number=CODE,
    subject_kind=WORD,
    subject=UUID,
    data_code=CODE,
    office=UUID,
    materials_sha256=DIGEST,
    evidence_sha256=DIGEST,
    acceptance_due=LIMIT,
    overdue=FLAG,
    article=ARTICLE,
)
ACT: Final[Mapping[str, Mapping[str, Any]]] = {"registration": UUID, "article": ARTICLE, "overdue": FLAG}
REGISTRATION_RETURNED: Final = kind("registration.returned", **ACT)
REGISTRATION_ACCEPTED: Final = kind("registration.accepted", **ACT, review_due=LIMIT)
REGISTRATION_REFUSED: Final = kind("registration.refused", **ACT)
REGISTRATION_REVIEWED: Final = kind("registration.reviewed", **ACT)
REGISTRATION_NOTICED: Final = kind("registration.noticed", registration=UUID, article=ARTICLE, notice=LIMIT)
OBJECTION_RAISED: Final = kind(
    "objection.raised", registration=UUID, objection=UUID, evidence_sha256=DIGEST, article=ARTICLE
)
OBJECTION_DECIDED: Final = kind("objection.decided", registration=UUID, objection=UUID, upheld=FLAG, article=ARTICLE)
REGISTRATION_TERMINATED: Final = kind("registration.terminated", registration=UUID, article=ARTICLE)
REGISTRATION_CODED: Final = kind(
    "registration.coded",
    registration=UUID,
    registration_code=CODE,
    subject_kind=WORD,
    subject=UUID,
    data_code=CODE,
    notice_ended_at=MOMENT,
    valid_from=DAY,
    valid_until=DAY,
    article=ARTICLE,
    validity_article=ARTICLE,
)
