"""Certificates in the registry's HTTP API."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field


class CertificateOut(Schema):
    """A certificate; ``credential`` is the exact text that was signed, ``valid_until`` the first day after its term."""

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


class StandingOut(Schema):
    """One change of what a certificate is worth."""

    event: str
    state: str
    article: str
    reason: str
    happened_at: datetime
    entry_id: UUID


class VerdictOut(Schema):
    """What a credential is worth: whether its proofs hold, and what has become of the certificate."""

    valid: bool
    outcome: str
    reason: str
    public_key: str
    number: str | None
    article: str
    since: datetime | None
    checked_at: datetime


class CertificateReasonIn(Schema):
    """Why the office suspends a certificate or lets it stand again; everybody can read it."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "登记内容正在核实"}})

    reason: Annotated[str, Field(min_length=1, max_length=1000)]
