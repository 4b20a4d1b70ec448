"""Bodies and answers of catalogue, dossiers, lists and imports over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonValue

from registry.catalogue import Channel, UpdateFrequency
from registry.lists import SystemState
from registry.quality import Figure
from registry.rights import Ground, Right
from registry.types import DemandDraft, RightClaim, SystemDraft

SAMPLE_ID = "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10"
Mark = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]


def _example(**values: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class PartyRightIn(Schema):
    """One of the three rights of a party."""

    model_config = _example(
        organisation_id=SAMPLE_ID, right="use", ground="agreed", scope="用于统计汇总", valid_from="2025-07-01"
    )
    organisation_id: UUID
    right: Right
    ground: Ground
    scope: Annotated[str, Field(min_length=1, max_length=500)]
    valid_from: date
    valid_until: date | None = None
    others_consent: bool = False

    def claim(self) -> RightClaim:
        """Return the claim this body makes."""
        return RightClaim(**self.model_dump())


class QualityIn(Schema):
    """Quality as the holder states it: shares between 0 and 1."""

    model_config = _example(figures={"completeness": "0.99", "timeliness": "1"})
    figures: dict[Figure, Share]


class SystemIn(Schema):
    """An information system."""

    model_config = _example(
        name_zh="卫生健康统计直报系统",
        purpose="采集统计数据",
        protection_level=3,
        network="government_network",
        state="running",
        contact_office="信息中心",
        contact_phone="0591-00000000",
    )
    name_zh: Annotated[str, Field(min_length=1, max_length=128)]
    purpose: Annotated[str, Field(min_length=1, max_length=500)]
    protection_level: Annotated[int, Field(ge=1, le=5)]
    network: Channel
    state: SystemState
    contact_office: Annotated[str, Field(min_length=1, max_length=40)]
    contact_phone: Annotated[str, Field(min_length=1, max_length=20)]
    name_en: Annotated[str, Field(max_length=200)] = ""
    built_on: date | None = None
    resource_ids: Annotated[list[UUID], Field(max_length=1000)] = []

    def draft(self) -> SystemDraft:
        """Return the draft this body holds."""
        return SystemDraft(**self.model_dump(exclude={"resource_ids"}), resource_ids=tuple(self.resource_ids))


class DemandIn(Schema):
    """A data demand."""

    model_config = _example(
        name_zh="企业纳税信用等级", purpose="审批核验", legal_basis="政务数据共享条例", update_frequency="monthly"
    )
    name_zh: Annotated[str, Field(min_length=1, max_length=128)]
    purpose: Annotated[str, Field(min_length=1, max_length=500)]
    legal_basis: Annotated[str, Field(min_length=1, max_length=300)]
    update_frequency: UpdateFrequency
    name_en: Annotated[str, Field(max_length=200)] = ""
    wanted_from_id: UUID | None = None
    wanted_fields: Annotated[str, Field(max_length=1000)] = ""
    wanted_by: date | None = None

    def draft(self) -> DemandDraft:
        """Return the draft this body holds."""
        return DemandDraft(**self.model_dump())


class DemandAnswerIn(Schema):
    """The answer to a demand: a resource, or the reason why there is none."""

    model_config = _example(resource_id=None, answer="该数据涉及国家秘密，不予提供。")
    resource_id: UUID | None = None
    answer: Annotated[str, Field(max_length=500)] = ""


class DraftIn(Schema):
    """A declaration begun: whatever is known of it so far."""

    model_config = _example(kind="resource", title="住院费用", content={"form": {"name_zh": "住院费用"}, "fields": []})
    kind: Annotated[str, Field(pattern="^(resource|product)$")]
    title: Annotated[str, Field(max_length=128)] = ""
    content: dict[str, Any]


class AmendmentReason(Schema):
    """The number of the version that an amendment made."""

    id: UUID
    version: int


class ImportOut(Schema):
    """An import and its faults."""

    id: UUID
    kind: str
    name: str
    sha256: str
    rows: int
    fault_count: int
    faults: list[dict[str, Any]]
    state: str
    rows_root: str
    entry_id: UUID | None


class PartyRightOut(Schema):
    """A right."""

    id: UUID
    organisation_id: UUID
    right: str
    ground: str
    scope: str
    valid_from: date
    valid_until: date | None
    ended_at: datetime | None
    entry_id: UUID


class QualityOut(Schema):
    """A quality report."""

    id: UUID
    basis: str
    figures: dict[str, Decimal | None]
    score: Decimal | None
    unmet: list[str]
    reported_at: datetime
    source_id: UUID | None
    entry_id: UUID


class DepositOut(Schema):
    """A deposited file."""

    id: UUID
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    deposited_at: datetime
    keep_until: date
    entry_id: UUID


class VersionOut(Schema):
    """A version with its differences from the one before."""

    number: int
    written_at: datetime
    reason: str
    content: dict[str, Any]
    changes: list[dict[str, Any]]
    entry_id: UUID


class CardOut(Schema):
    """A resource as a list shows it."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    abstract_zh: str
    abstract_en: str
    holder_id: UUID
    holder_zh: str
    holder_en: str
    industry: str
    library: str
    openness: str
    sharing: str
    update_frequency: str
    level: str
    grade: int | None
    status: str
    coverage: str
    declared_at: datetime


class ResourceFacetOut(Schema):
    """One value of a facet and how many have it."""

    value: str
    name_zh: str
    name_en: str
    count: int


class ResourcesFoundOut(Schema):
    """A page of resources, how many there are in all, the facets, and the key the next page begins after."""

    total: int
    cards: list[CardOut]
    facets: dict[str, list[ResourceFacetOut]]
    following: str


class CatalogueQuestion(Schema):
    """What is asked of the catalogue: words, one value of each facet, and the key the page begins after."""

    text: Annotated[str, Field(max_length=200)] = ""
    holder: Annotated[str, Field(max_length=36)] = ""
    industry: Annotated[str, Field(max_length=16)] = ""
    library: Annotated[str, Field(max_length=16)] = ""
    openness: Annotated[str, Field(max_length=16)] = ""
    after: Annotated[str, Field(pattern="^[0-9]{0,18}$")] = ""


class SystemOut(Schema):
    """An information system."""

    id: UUID
    department_id: UUID
    name_zh: str
    name_en: str
    purpose: str
    protection_level: int
    network: str
    state: str
    built_on: date | None
    resource_ids: list[UUID]
    entry_id: UUID


class DemandOut(Schema):
    """A data demand."""

    id: UUID
    department_id: UUID
    name_zh: str
    name_en: str
    purpose: str
    legal_basis: str
    wanted_from_id: UUID | None
    wanted_fields: str
    update_frequency: str
    wanted_by: date | None
    state: str
    resource_id: UUID | None
    answer: str
    entry_id: UUID
