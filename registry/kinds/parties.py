"""Parties, roles, keys and calendars: what the registry tells the ledger of them."""

from typing import Final

from registry.kinds.words import ARTICLE, CODE, COUNT, DIGEST, UUID, WORD, kind

SCOPES: Final = {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+:(read|write)$"}, "uniqueItems": True}
ORGANISATION_REGISTERED: Final = kind("organisation.registered", organisation=UUID, uscc=CODE, kind=WORD)
ORGANISATION_VERIFIED: Final = kind(
    "organisation.verified", organisation=UUID, application=UUID, method=CODE, evidence_sha256=DIGEST, article=ARTICLE
)
ORGANISATION_REFUSED: Final = kind("organisation.refused", application=UUID, reason_sha256=DIGEST, article=ARTICLE)
ORGANISATION_DEACTIVATED: Final = kind(
    "organisation.deactivated", organisation=UUID, roles_ended=COUNT, keys_ended=COUNT, article=ARTICLE
)
ROLE_GRANTED: Final = kind("role.granted", organisation=UUID, role=WORD)
ROLE_REVOKED: Final = kind("role.revoked", organisation=UUID, role=WORD)
KEY_ISSUED: Final = kind("key.issued", organisation=UUID, key=UUID, scopes=SCOPES)
KEY_REVOKED: Final = kind("key.revoked", organisation=UUID, key=UUID)
CALENDAR_ENTERED: Final = kind("calendar.entered", year=COUNT, calendar_sha256=DIGEST)
