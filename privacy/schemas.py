"""Bodies and answers of privacy's HTTP API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict


class ProfileOut(Schema):
    """A pinned set of encryption parameters: the only ones accepted, and how long a ciphertext may be."""

    name: str = Field(examples=["bfv4096-t20"])
    scheme: str = Field(examples=["BFV"])
    degree: int = Field(examples=[4096])
    plain_modulus: int = Field(examples=[1032193])
    primes: list[str] = Field(examples=[["68719403009", "68719230977", "137438822401"]])
    seal_wire_version: str = Field(examples=["4.3"])
    request_parms_id: str
    reply_parms_id: str
    cells_per_ciphertext: int = Field(examples=[4095])
    longest_ciphertext: int = Field(description="Bytes")


class BudgetOut(Schema):
    """A privacy budget in rho (zero-concentrated differential privacy), as decimal text."""

    limit: str = Field(examples=["0.5"])
    spent: str = Field(examples=["0.12"])
    left: str = Field(examples=["0.38"])
    percent: int


class TableOut(Schema):
    """A protected table as the public may know it; the content hash is keyed by the holder."""

    name: str = Field(examples=["randhie"])
    number: int
    rows: int = Field(examples=[20190])
    content_hash: str
    dictionary: dict[str, Any]
    columns: list[dict[str, Any]]
    connected_at: datetime
    budget: BudgetOut | None


class SourceOut(Schema):
    """A holder's connected source."""

    id: UUID
    holder_id: UUID
    code: str = Field(examples=["health"])
    public_key: str = Field(description="Ed25519, hexadecimal: verifies the holder's signed answers")
    connected_at: datetime
    entry_id: UUID
    tables: list[TableOut]


class PolicyOut(Schema):
    """A query policy."""

    id: UUID
    product_id: UUID
    table: str
    version: int
    digest: str
    document: dict[str, Any]
    active: bool
    activated_at: datetime
    entry_id: UUID


class ReleaseOut(Schema):
    """A protected table's release, without its cells: they are read under a licence."""

    id: UUID
    product_id: UUID
    number: int
    state: str = Field(examples=["released"])
    rho: str = Field(examples=["0.1"])
    dimensions: list[str]
    measures: list[str]
    cells: int = Field(description="Cells of the full public domain, released or not")
    entry_id: UUID | None
    released_at: datetime | None


class AnnouncementIn(Schema):
    """What ``python -m privacy.domain.connect`` prints on the holder's machine."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"holder": "health", "public_key": "9f" * 32, "tables": [], "signature": "3c" * 64}
        }
    )

    holder: str = Field(max_length=64, examples=["health"])
    public_key: str
    tables: list[dict[str, Any]]
    signature: str


class MeasureIn(Schema):
    """Which resource's quality to count, on which of the holder's tables."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"resource_id": "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10", "table": "randhie"}}
    )

    resource_id: UUID
    table: str = Field(max_length=64)


class PolicyIn(Schema):
    """A policy to put in force over one of the holder's tables."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"table": "randhie", "document": {"table": "randhie", "k": 10}}}
    )

    table: str = Field(max_length=64, examples=["randhie"])
    document: dict[str, Any]


class PrivacyId(Schema):
    """The id of what was made."""

    id: UUID
