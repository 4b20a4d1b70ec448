"""What the registry tells the ledger: each kind of fact and exactly what its payload holds.

Payloads carry ids, codes, hashes, days, deadlines and articles. Names and reasons go in as commitments; personal data
never goes in.
"""

from collections.abc import Mapping
from typing import Any, Final

from ledger.types import EntryKind

_UUID: Final = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_UUIDS: Final = {"type": "array", "items": _UUID, "uniqueItems": True}
_DAY: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_MOMENT: Final = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})$"}
_DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_CODE: Final = {"type": "string", "minLength": 1, "maxLength": 70, "pattern": "^[0-9A-Za-z•._-]+$"}
_WORD: Final = {"type": "string", "pattern": "^[a-z_]{1,40}$"}
_ARTICLE: Final = {"type": "string", "minLength": 1, "maxLength": 120}
_FLAG: Final = {"type": "boolean"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_SHARE: Final = {"type": "string", "pattern": "^(0|1)(\\.[0-9]{1,6})?$"}
_LIMIT: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"starts_at": _MOMENT, "ends_at": _MOMENT, "working_days": _COUNT, "provisional": _FLAG},
    "required": ["starts_at", "ends_at", "working_days", "provisional"],
    "additionalProperties": False,
}


_kind: Final = EntryKind.strict


ORGANISATION_REGISTERED: Final = _kind("organisation.registered", organisation=_UUID, uscc=_CODE, kind=_WORD)
ROLE_GRANTED: Final = _kind("role.granted", organisation=_UUID, role=_WORD)
CALENDAR_ENTERED: Final = _kind("calendar.entered", year=_COUNT, calendar_sha256=_DIGEST)

RESOURCE_DECLARED: Final = _kind(
    "resource.declared",
    resource=_UUID,
    data_code=_CODE,
    holder=_UUID,
    level=_WORD,
    grade={"type": ["integer", "null"], "minimum": 1, "maximum": 4},
    personal_information=_FLAG,
    description_sha256=_DIGEST,
)
PRODUCT_DECLARED: Final = _kind(
    "product.declared",
    product=_UUID,
    data_code=_CODE,
    operator=_UUID,
    agreement=_UUID,
    resources=_UUIDS,
    product_type=_CODE,
    description_sha256=_DIGEST,
)

REGISTRATION_SUBMITTED: Final = _kind(
    "registration.submitted",
    registration=_UUID,
    number=_CODE,
    subject_kind=_WORD,
    subject=_UUID,
    data_code=_CODE,
    office=_UUID,
    materials_sha256=_DIGEST,
    evidence_sha256=_DIGEST,
    acceptance_due=_LIMIT,
    overdue=_FLAG,
    article=_ARTICLE,
)
_ACT: Final[Mapping[str, Mapping[str, Any]]] = {"registration": _UUID, "article": _ARTICLE, "overdue": _FLAG}
REGISTRATION_RETURNED: Final = _kind("registration.returned", **_ACT)
REGISTRATION_ACCEPTED: Final = _kind("registration.accepted", **_ACT, review_due=_LIMIT)
REGISTRATION_REFUSED: Final = _kind("registration.refused", **_ACT)
REGISTRATION_REVIEWED: Final = _kind("registration.reviewed", **_ACT)
REGISTRATION_NOTICED: Final = _kind("registration.noticed", registration=_UUID, article=_ARTICLE, notice=_LIMIT)
OBJECTION_RAISED: Final = _kind(
    "objection.raised", registration=_UUID, objection=_UUID, evidence_sha256=_DIGEST, article=_ARTICLE
)
OBJECTION_DECIDED: Final = _kind(
    "objection.decided", registration=_UUID, objection=_UUID, upheld=_FLAG, article=_ARTICLE
)
REGISTRATION_TERMINATED: Final = _kind("registration.terminated", registration=_UUID, article=_ARTICLE)
REGISTRATION_CODED: Final = _kind(
    "registration.coded",
    registration=_UUID,
    registration_code=_CODE,
    subject_kind=_WORD,
    subject=_UUID,
    data_code=_CODE,
    notice_ended_at=_MOMENT,
    valid_from=_DAY,
    valid_until=_DAY,
    article=_ARTICLE,
    validity_article=_ARTICLE,
)

PLAN_ADOPTED: Final = _kind(
    "plan.adopted", plan=_UUID, agency=_UUID, resources=_UUIDS, items_sha256=_DIGEST, decided_on=_DAY, article=_ARTICLE
)
OPERATOR_SELECTED: Final = _kind(
    "operator.selected",
    selection=_UUID,
    plan=_UUID,
    operator=_UUID,
    method=_WORD,
    bids=_COUNT,
    bids_sha256=_DIGEST,
    article=_ARTICLE,
)
AGREEMENT_CONCLUDED: Final = _kind(
    "agreement.concluded",
    agreement=_UUID,
    number=_ARTICLE,
    agency=_UUID,
    operator=_UUID,
    resources=_UUIDS,
    valid_from=_DAY,
    valid_until=_DAY,
    longer_than_usual=_FLAG,
    items_sha256=_DIGEST,
    revenue_shares={"type": "object", "propertyNames": _UUID, "additionalProperties": _SHARE, "minProperties": 1},
    article=_ARTICLE,
)
AGREEMENT_FILED: Final = _kind("agreement.filed", agreement=_UUID, filing_number=_ARTICLE, article=_ARTICLE)
OPERATION_STARTED: Final = _kind("operation.started", agreement=_UUID, started_on=_DAY, article=_ARTICLE)

CERTIFICATE_ISSUED: Final = _kind(
    "certificate.issued",
    certificate=_UUID,
    number=_CODE,
    registration=_UUID,
    registration_code=_CODE,
    credential_sha256=_DIGEST,
    public_key={"type": "string", "pattern": "^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$"},
    valid_until=_DAY,
    article=_ARTICLE,
)

KINDS: Final = tuple(value for value in tuple(globals().values()) if isinstance(value, EntryKind))
