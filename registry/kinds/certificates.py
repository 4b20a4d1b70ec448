"""Certificates: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import ARTICLE, CODE, DAY, DIGEST, UUID, kind

CERTIFICATE_ISSUED: Final = kind(
    "certificate.issued",
    certificate=UUID,
    number=CODE,
    registration=UUID,
    registration_code=CODE,
    credential_sha256=DIGEST,
    public_key={"type": "string", "pattern": "^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$"},
    valid_until=DAY,
    article=ARTICLE,
)
