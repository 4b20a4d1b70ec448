"""Property rights: what the registry tells the ledger of their registration."""

from collections.abc import Mapping
from typing import Any, Final

from registry.kinds.words import ARTICLE, CODE, COUNT, DAY, DIGEST, FLAG, MOMENT, UUID, WORD, kind
from registry.rights import Right

RIGHTS: Final = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "holder": UUID,
            "right": {"enum": [one.value for one in Right]},
            "ground": WORD,
        },
        "required": ["ground", "holder", "right"],
        "additionalProperties": False,
    },
}
_ACT: Final[Mapping[str, Mapping[str, Any]]] = {"right": UUID, "article": ARTICLE}

RIGHT_SUBMITTED: Final = kind(
    "right.submitted",
    **_ACT,
    number=CODE,
    type=WORD,
    subject_kind=WORD,
    subject=UUID,
    data_code=CODE,
    office=UUID,
    rights=RIGHTS,
    form_sha256=DIGEST,
    evidence_sha256=DIGEST,
    acceptance_due_at=MOMENT,
)
RIGHT_RETURNED: Final = kind("right.returned", **_ACT, overdue=FLAG)
RIGHT_ACCEPTED: Final = kind("right.accepted", **_ACT, by_silence=FLAG, review_due_at=MOMENT)
RIGHT_REFUSED: Final = kind("right.refused", **_ACT, overdue=FLAG)
RIGHT_SUPPLEMENT_ASKED: Final = kind("right.supplement_asked", **_ACT)
RIGHT_SUPPLEMENTED: Final = kind("right.supplemented", **_ACT, paused_days=COUNT, review_due_at=MOMENT)
RIGHT_EXTENDED: Final = kind("right.extended", **_ACT, days=COUNT, review_due_at=MOMENT)
RIGHT_REVIEWED: Final = kind("right.reviewed", **_ACT, overdue=FLAG)
RIGHT_NOTICED: Final = kind("right.noticed", **_ACT, ends_at=MOMENT)
RIGHT_OBJECTED: Final = kind(
    "right.objected", **_ACT, objection=UUID, later=FLAG, evidence_sha256=DIGEST, due_at=MOMENT
)
RIGHT_OBJECTION_ANSWERED: Final = kind("right.objection_answered", **_ACT, objection=UUID, agreed=FLAG)
RIGHT_OBJECTION_DECIDED: Final = kind("right.objection_decided", **_ACT, objection=UUID, upheld=FLAG)
RIGHT_TERMINATED: Final = kind("right.terminated", **_ACT)
RIGHT_REGISTERED: Final = kind(
    "right.registered",
    **_ACT,
    code=CODE,
    type=WORD,
    data_code=CODE,
    rights=RIGHTS,
    evidence_sha256=DIGEST,
    valid_from=DAY,
    valid_until=DAY,
)
RIGHT_SUPERSEDED: Final = kind("right.superseded", **_ACT, by=UUID)
RIGHT_CANCELLED: Final = kind("right.cancelled", **_ACT)
RIGHT_LAPSED: Final = kind("right.lapsed", **_ACT)
