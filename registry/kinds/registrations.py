"""Registrations, notices, objections and an office's own rules: what the registry tells the ledger of them."""

from collections.abc import Mapping
from typing import Any, Final

from registry.kinds.words import ARTICLE, CODE, COUNT, DAY, DIGEST, FLAG, LIMIT, MOMENT, UUID, WORD, kind

MAYBE_UUID: Final = {"type": ["string", "null"], "pattern": UUID["pattern"]}
MAYBE_DIGEST: Final = {"type": ["string", "null"], "pattern": DIGEST["pattern"]}

REVIEW_SIGNED: Final = kind(
    "review.signed", registration=UUID, organisation=UUID, materials_sha256=DIGEST, article=ARTICLE
)
REGISTRATION_SUBMITTED: Final = kind(
    "registration.submitted",
    2,
    registration=UUID,
    type=WORD,
    base=MAYBE_UUID,
    number=CODE,
    subject_kind=WORD,
    subject=UUID,
    data_code=CODE,
    office=UUID,
    materials_sha256=DIGEST,
    evidence_sha256=MAYBE_DIGEST,
    acceptance_due=LIMIT,
    overdue=FLAG,
    article=ARTICLE,
)
CASE_OPENED: Final = kind(
    "registration.case_opened",
    registration=UUID,
    type=WORD,
    base=UUID,
    number=CODE,
    office=UUID,
    ground=WORD,
    materials_sha256=DIGEST,
    review_due=LIMIT,
    article=ARTICLE,
)
ACT: Final[Mapping[str, Mapping[str, Any]]] = {"registration": UUID, "article": ARTICLE, "overdue": FLAG}
REGISTRATION_RETURNED: Final = kind("registration.returned", **ACT)
REGISTRATION_ACCEPTED: Final = kind("registration.accepted", **ACT, review_due=LIMIT)
REGISTRATION_REFUSED: Final = kind("registration.refused", **ACT)
REGISTRATION_REVIEWED: Final = kind("registration.reviewed", **ACT)
REGISTRATION_DELAYED: Final = kind("registration.delayed", registration=UUID, due=MOMENT, article=ARTICLE)
REGISTRATION_NOTICED: Final = kind("registration.noticed", registration=UUID, article=ARTICLE, notice=LIMIT)
REGISTRATION_WITHDRAWN: Final = kind("registration.withdrawn", registration=UUID, article=ARTICLE)
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
CORRECTION_CONSENTED: Final = kind("correction.consented", registration=UUID, base=UUID, article=ARTICLE)
_UPON: Final[Mapping[str, Mapping[str, Any]]] = {
    "registration": UUID,
    "procedure": UUID,
    "article": ARTICLE,
    "overdue": FLAG,
}
REGISTRATION_CHANGED: Final = kind("registration.changed", **_UPON, changes_sha256=DIGEST)
REGISTRATION_CORRECTED: Final = kind("registration.corrected", **_UPON, changes_sha256=DIGEST, proof=WORD)
REGISTRATION_RENEWED: Final = kind("registration.renewed", **_UPON, valid_from=DAY, valid_until=DAY)
REGISTRATION_CANCELLED: Final = kind("registration.cancelled", **_UPON, ground=WORD)
REGISTRATION_REVOKED: Final = kind("registration.revoked", **_UPON, ground=WORD)
REGISTRATION_LAPSED: Final = kind("registration.lapsed", registration=UUID, expired_on=DAY, article=ARTICLE)
REGISTRATION_ASSIGNED: Final = kind("registration.assigned", registration=UUID, article=ARTICLE)
POLICY_DECIDED: Final = kind(
    "office.policy_decided", office=UUID, setting=WORD, value=WORD, in_force_from=DAY, article=ARTICLE
)
LIMIT_OVERRIDDEN: Final = kind(
    "office.limit_overridden",
    office=UUID,
    jurisdiction=CODE,
    step=WORD,
    value=COUNT,
    in_force_from=DAY,
    article=ARTICLE,
)
