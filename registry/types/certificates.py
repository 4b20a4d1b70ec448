"""Certificates as others see them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate and the credential that proves it.

    ``kind`` is registration, property_right or data_asset; ``state`` valid, expired, suspended, superseded, cancelled
    or revoked, since ``since`` by ``article``. ``valid_until`` is the first day it no longer holds.
    """

    id: UUID
    number: str
    kind: str
    version: int
    registration_id: UUID | None
    right_id: UUID | None
    registration_code: str
    holder_id: UUID
    office_id: UUID
    issued_at: datetime
    valid_until: date
    credential: str
    verification_method: str
    entry_id: UUID
    state: str
    since: datetime
    article: str
    predecessor: str | None
    successor: str | None
    countersigned: bool
    status_index: int | None


@dataclass(frozen=True, slots=True)
class StandingView:
    """One change of what a certificate is worth."""

    event: str
    state: str
    article: str
    reason: str
    happened_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """What a credential from elsewhere is worth, why, and the key that signed it (multibase, empty where none did)."""

    outcome: str
    reason: str
    public_key: str
    certificate: CertificateView | None
