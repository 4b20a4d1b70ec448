"""Certificates: what the registry tells the ledger of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from registry.certification import CertificateEvent, CertificateKind
from registry.kinds.words import ARTICLE, CODE, COUNT, DAY, DIGEST, UUID, WORD, kind

KEY: Final = {"type": "string", "pattern": "^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$"}
KIND: Final = {"enum": [one.value for one in CertificateKind]}
MAYBE_NUMBER: Final = {"type": ["string", "null"], "pattern": "^[0-9A-Z]{15,20}$"}

CERTIFICATE_ISSUED_V1: Final = kind(
    "certificate.issued",
    certificate=UUID,
    number=CODE,
    registration=UUID,
    registration_code=CODE,
    credential_sha256=DIGEST,
    public_key=KEY,
    valid_until=DAY,
    article=ARTICLE,
)
CERTIFICATE_ISSUED: Final = kind(
    "certificate.issued",
    2,
    certificate=UUID,
    number=CODE,
    kind=KIND,
    version=COUNT,
    procedure=UUID,
    code=CODE,
    credential_sha256=DIGEST,
    public_key=KEY,
    status_index=COUNT,
    predecessor=MAYBE_NUMBER,
    valid_until=DAY,
    article=ARTICLE,
)
_CHANGE: Final[Mapping[str, Mapping[str, Any]]] = {
    "certificate": UUID,
    "number": CODE,
    "state": WORD,
    "article": ARTICLE,
}
CERTIFICATE_SUSPENDED: Final = kind("certificate.suspended", **_CHANGE)
CERTIFICATE_RESUMED: Final = kind("certificate.resumed", **_CHANGE)
CERTIFICATE_SUPERSEDED: Final = kind("certificate.superseded", **_CHANGE)
CERTIFICATE_CANCELLED: Final = kind("certificate.cancelled", **_CHANGE)
CERTIFICATE_REVOKED: Final = kind("certificate.revoked", **_CHANGE)
CERTIFICATE_LAPSED: Final = kind("certificate.lapsed", **_CHANGE)
CHANGES: Final = MappingProxyType(
    {
        CertificateEvent.SUSPEND: CERTIFICATE_SUSPENDED,
        CertificateEvent.RESUME: CERTIFICATE_RESUMED,
        CertificateEvent.SUPERSEDE: CERTIFICATE_SUPERSEDED,
        CertificateEvent.CANCEL: CERTIFICATE_CANCELLED,
        CertificateEvent.REVOKE: CERTIFICATE_REVOKED,
        CertificateEvent.LAPSE: CERTIFICATE_LAPSED,
    }
)
STATUS_LIST_PUBLISHED: Final = kind(
    "status_list.published", purpose=WORD, number=COUNT, version=COUNT, credential_sha256=DIGEST, set=COUNT
)
ASSET_REQUESTED: Final = kind("asset.requested", registration=UUID, article=ARTICLE)
ASSET_VALUED: Final = kind("asset.valued", product=UUID, valued_on=DAY, method=WORD)
