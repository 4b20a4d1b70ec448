"""Bodies and answers about identities, members, keys and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from registry.types import ContactDraft, IdentityDraft, PersonDraft


def example(**values: Any) -> ConfigDict:
    """Return a schema's configuration with its example."""
    return ConfigDict(json_schema_extra={"example": values})


class IdentityIn(Schema):
    """An organisation's application for its identity."""

    model_config = example(
        uscc="91350100M000100Y43",
        name_zh="海峡数据服务有限公司",
        name_en="Strait Data Services Co., Ltd.",
        kind="enterprise",
        region="350100",
        level="city",
        legal_representative="陈某某",
        legal_representative_id="11010519491231002X",
        contact_name="林某某",
        contact_phone="059100000000",
        method="1",
        letter_sha256="",
    )

    uscc: str = Field(max_length=40)
    name_zh: str = Field(min_length=1, max_length=128)
    name_en: str = Field("", max_length=200)
    kind: str = Field(max_length=32)
    region: str = Field(pattern="^[0-9]{6}$")
    level: str = Field("", max_length=16)
    legal_representative: str = Field(min_length=1, max_length=64)
    legal_representative_id: str = Field(min_length=1, max_length=40)
    contact_name: str = Field(min_length=1, max_length=64)
    contact_phone: str = Field(min_length=1, max_length=40)
    method: str = Field(pattern="^[0-3]$")
    letter_sha256: str = Field("", pattern="^([0-9a-f]{64})?$")

    def draft(self) -> IdentityDraft:
        """Return what was stated."""
        return IdentityDraft(**self.dict())


class VerificationIn(Schema):
    """The verification of an application."""

    model_config = example(method="1", evidence="对公打款 0.37 元，流水号 20261121000123，已回填")

    method: str = Field(pattern="^[0-3]$")
    evidence: str = Field(min_length=1, max_length=400)


class PartyReasonIn(Schema):
    """The reason of a refusal or of an identity's end."""

    model_config = example(reason="授权书未加盖公章")

    reason: str = Field(min_length=1, max_length=400)


class IdentityOut(Schema):
    """An application, to its applicant and to the office."""

    id: UUID
    uscc: str
    name_zh: str
    name_en: str
    kind: str
    region: str
    level: str
    method: str
    state: str
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    organisation_id: UUID | None


class ContactPersonIn(Schema):
    """A contact person."""

    model_config = example(duty="数据安全负责人", name="黄某某", phone="059100000001", id_number="")

    duty: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=64)
    phone: str = Field(min_length=1, max_length=40)
    id_number: str = Field("", max_length=40)

    def draft(self) -> ContactDraft:
        """Return what was stated."""
        return ContactDraft(**self.dict())


class ContactPersonOut(Schema):
    """A contact person; the ID number is masked."""

    id: UUID
    duty: str
    name: str
    phone: str
    id_number: str


class OrganisationProfileOut(Schema):
    """An organisation's identity (NDI—TR—2025—03), to its own people and the office."""

    id: UUID
    uscc: str
    name_zh: str
    name_en: str
    kind: str
    region: str
    level: str
    identity_type: str
    verification_method: str
    status: str
    legal_representative: str
    legal_representative_id: str
    registered_at: datetime
    deactivated_at: datetime | None
    contacts: list[ContactPersonOut]


class HeldRoleOut(Schema):
    """One role of a member."""

    role: str
    method: str
    granted_at: datetime


class MemberOut(Schema):
    """A person who acts for an organisation."""

    user_id: int
    username: str
    display_name: str
    roles: list[HeldRoleOut]


class RoleIn(Schema):
    """A role to give to, or take from, a member."""

    model_config = example(organisation_id="00000000-0000-4000-8000-000000000001", user_id=1, role="buyer")

    organisation_id: UUID
    user_id: int = Field(ge=1, le=2**31 - 1)
    role: str = Field(max_length=32)


class InvitationIn(Schema):
    """An invitation."""

    model_config = example(organisation_id="00000000-0000-4000-8000-000000000001", roles=["buyer"], label="采购部")

    organisation_id: UUID
    roles: list[str] = Field(min_length=1, max_length=14)
    label: str = Field("", max_length=100)
    email: str = Field("", max_length=254, description="where the link is sent, if anywhere")


class InvitationMade(Schema):
    """An invitation with its token, shown this once."""

    id: UUID
    token: str


class InvitationOut(Schema):
    """An invitation that waits."""

    id: UUID
    label: str
    roles: list[str]
    invited_at: datetime
    expires_at: datetime


class AcceptIn(Schema):
    """The token of an invitation."""

    model_config = example(token="0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")  # noqa: S106 - an example

    token: str = Field(min_length=20, max_length=100)


class PersonIn(Schema):
    """What a person states of oneself."""

    model_config = example(real_name="陈某某", phone="059100000000", id_number="11010519491231002X")

    real_name: str = Field(min_length=1, max_length=64)
    phone: str = Field(min_length=1, max_length=40)
    id_number: str = Field(min_length=1, max_length=40)

    def draft(self) -> PersonDraft:
        """Return what was stated."""
        return PersonDraft(**self.dict())


class AccountOut(Schema):
    """Whom a request acts as."""

    user_id: int | None
    organisation_id: UUID | None
    roles: list[str]
    organisations: list[UUID]


class SwitchIn(Schema):
    """The organisation to act for in this session."""

    model_config = example(organisation_id="00000000-0000-4000-8000-000000000001")

    organisation_id: UUID


class SessionOut(Schema):
    """A session in which the caller is logged in."""

    id: int
    address: str
    program: str
    begun_at: datetime
    current: bool


class KeyIn(Schema):
    """A new API key."""

    model_config = example(label="采购系统", scopes=["marketplace:write", "ledger:read"], days=90)

    label: str = Field(min_length=1, max_length=64)
    scopes: list[str] = Field(min_length=1, max_length=10)
    days: int = Field(90, ge=1, le=365)


class KeyMade(Schema):
    """A key with its secret, shown this once."""

    id: UUID
    key: str


class KeyOut(Schema):
    """A key without its secret."""

    id: UUID
    label: str
    hint: str
    username: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: str
