"""Resources and products: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import CODE, DIGEST, FLAG, UUID, UUIDS, WORD, kind

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
