"""Resources and products: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import ARTICLE, CODE, COUNT, DAY, DIGEST, FLAG, SHARE, UUID, UUIDS, WORD, kind

RESOURCE_DECLARED: Final = kind(
    "resource.declared",
    resource=UUID,
    data_code=CODE,
    holder=UUID,
    level=WORD,
    grade={"type": ["integer", "null"], "minimum": 1, "maximum": 4},
    personal_information=FLAG,
    description_sha256=DIGEST,
)
PRODUCT_DECLARED: Final = kind(
    "product.declared",
    product=UUID,
    data_code=CODE,
    operator=UUID,
    agreement=UUID,
    resources=UUIDS,
    product_type=CODE,
    description_sha256=DIGEST,
)
RESOURCE_AMENDED: Final = kind(
    "resource.amended",
    resource=UUID,
    version=COUNT,
    level=WORD,
    grade={"type": ["integer", "null"], "minimum": 1, "maximum": 4},
    personal_information=FLAG,
    description_sha256=DIGEST,
)
PRODUCT_AMENDED: Final = kind("product.amended", product=UUID, version=COUNT, description_sha256=DIGEST)
_THING: Final = {"subject_kind": WORD, "subject": UUID}
RIGHT_RECORDED: Final = kind(
    "right.recorded",
    **_THING,
    holding=UUID,
    organisation=UUID,
    right=WORD,
    ground=WORD,
    valid_from=DAY,
    valid_until={"anyOf": [DAY, {"type": "null"}]},
    article=ARTICLE,
)
RIGHT_ENDED: Final = kind("right.ended", holding=UUID, article=ARTICLE)
QUALITY_REPORTED: Final = kind(
    "quality.reported",
    report=UUID,
    resource=UUID,
    basis=WORD,
    figures={"type": "object", "propertyNames": WORD, "additionalProperties": SHARE, "minProperties": 1},
    details_sha256=DIGEST,
    standard={"type": "string", "pattern": "^GB/T [0-9]{4,6}-[0-9]{4}$"},
)
FILE_DEPOSITED: Final = kind(
    "file.deposited", **_THING, deposit=UUID, kind=WORD, sha256=DIGEST, size=COUNT, keep_until=DAY, article=ARTICLE
)
ROWS_IMPORTED: Final = kind(
    "rows.imported", batch=UUID, organisation=UUID, kind=WORD, rows=COUNT, rows_root=DIGEST, file_sha256=DIGEST
)
SYSTEM_LISTED: Final = kind("system.listed", system=UUID, department=UUID, description_sha256=DIGEST)
DEMAND_LISTED: Final = kind("demand.listed", demand=UUID, department=UUID, description_sha256=DIGEST)
DEMAND_ANSWERED: Final = kind("demand.answered", demand=UUID, state=WORD, answer_sha256=DIGEST)
