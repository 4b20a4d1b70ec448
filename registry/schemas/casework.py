"""Bodies and answers of the registration procedures: drafts, later types, desks, rules, letters, confirmations."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonValue

from registry.amendments import Found
from registry.limits import Step
from registry.policy import Setting
from registry.types import JointParty, Papers

SAMPLE_ID = "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10"
Statement = Annotated[str, Field(max_length=2048)]


def _example(**values: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class PapersIn(Schema):
    """What an application says: statements by key and what its type needs besides; a draft may lack any of it."""

    model_config = _example(
        statements={"reason": "接口改造后字段增加。", "evidence": "变更后的数据字典已存证。"},
        evidence_sha256="9f" * 32,
        changes={"update_frequency": "monthly"},
    )
    statements: Annotated[dict[str, Statement], Field(max_length=20)] = {}
    evidence_sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    operated_on: date | None = None
    changes: Annotated[dict[str, Any], Field(max_length=20)] = {}
    ground: Annotated[str, Field(max_length=24)] = ""
    years: Annotated[int, Field(ge=1, le=100)] | None = None

    def papers(self) -> Papers:
        """Return the papers this body holds."""
        return Papers(**self.model_dump())


class JointPartyIn(Schema):
    """Another subject of a joint application: one who signs too, or one whose agreement's hash stands here."""

    model_config = _example(organisation_id=SAMPLE_ID, agreement_sha256="")
    organisation_id: UUID
    agreement_sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""

    def party(self) -> JointParty:
        """Return the party this body names."""
        return JointParty(**self.model_dump())


class RevisionIn(Schema):
    """An application written anew."""

    model_config = _example(papers={"statements": {"reason": "补正"}}, parties=[])
    papers: PapersIn
    parties: Annotated[list[JointPartyIn], Field(max_length=20)] = []


class FollowingIn(Schema):
    """A change, correction, renewal or cancellation upon a coded registration, drafted."""

    model_config = _example(
        kind="renewal", papers={"statements": {"reason": "继续提供服务", "situation": "无变化"}, "years": 3}
    )
    kind: Annotated[str, Field(pattern="^(change|correction|renewal|cancellation)$")]
    papers: PapersIn
    parties: Annotated[list[JointPartyIn], Field(max_length=20)] = []


class CaseIn(Schema):
    """A revocation, or a cancellation nobody is left to apply for, opened by the office."""

    model_config = _example(
        kind="revocation",
        papers={
            "statements": {"finding": "材料系伪造", "evidence": "核查笔录"},
            "ground": "false_materials",
        },
    )
    kind: Annotated[str, Field(pattern="^(revocation|cancellation)$")]
    papers: PapersIn


class ReviewIn(Schema):
    """The formal review; ``proven`` says, of a correction, that the evidence proves the error (Art 9(3))."""

    model_config = _example(proven=False)
    proven: bool = False


class CorrectionConsentIn(Schema):
    """The registrant's written consent to a correction."""

    model_config = _example(statement="同意按申请内容更正。")
    statement: Annotated[str, Field(min_length=1, max_length=1000)]


class AssignIn(Schema):
    """The colleague who is to do the work."""

    model_config = _example(user_id=12)
    user_id: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReadingIn(Schema):
    """An office's reading of an open question, from a day on, and where it stands."""

    model_config = _example(
        setting="objection_clock", value="pauses", in_force_from="2026-07-01", source="登记中心办公会议纪要〔2026〕3号"
    )
    setting: Setting
    value: Annotated[str, Field(min_length=1, max_length=24)]
    in_force_from: date
    source: Annotated[str, Field(min_length=1, max_length=200)]


class LimitIn(Schema):
    """A province's own limit, from a day on, with its document and article."""

    model_config = _example(
        step="review",
        value=15,
        document="闽数规〔2026〕2号",
        article="第九条",
        in_force_from="2026-07-01",
        source="省数据管理局官网",
    )
    step: Step
    value: Annotated[int, Field(ge=1, le=1000)]
    document: Annotated[str, Field(min_length=1, max_length=80)]
    article: Annotated[str, Field(min_length=1, max_length=30)]
    in_force_from: date
    source: Annotated[str, Field(min_length=1, max_length=200)]


class ColumnIn(Schema):
    """A column as the source shows it."""

    model_config = _example(name="mdvis", type="integer")
    name: Annotated[str, Field(min_length=1, max_length=128)]
    type: Annotated[str, Field(min_length=1, max_length=40)]


class DriftIn(Schema):
    """The columns a resource's source shows now."""

    model_config = _example(fields=[{"name": "mdvis", "type": "integer"}, {"name": "agegrp", "type": "text"}])
    fields: Annotated[list[ColumnIn], Field(max_length=500)]

    def found(self) -> list[Found]:
        """Return the columns found."""
        return [Found(one.name, one.type) for one in self.fields]


class DriftOut(Schema):
    """The change that was drafted, or none."""

    draft_id: UUID | None


class PapersOut(Schema):
    """What an application says so far."""

    statements: dict[str, str]
    evidence_sha256: str
    operated_on: date | None
    changes: dict[str, Any]
    ground: str
    years: int | None


class JointPartyOut(Schema):
    """Another subject of a joint application."""

    organisation_id: UUID
    agreement_sha256: str


class ApplicationDraftOut(Schema):
    """An application under preparation: what it lacks and who has yet to sign."""

    id: UUID
    kind: str
    base_id: UUID | None
    state: str
    subject_kind: str
    subject_id: UUID
    name_zh: str
    name_en: str
    office_id: UUID
    applicant: str
    needed: list[str]
    papers: PapersOut
    parties: list[JointPartyOut]
    missing: list[str]
    unsigned: list[UUID]
    signed_at: datetime | None
    reason: str


class WorkOut(Schema):
    """One row of a desk, with what its reader may do now."""

    id: UUID
    number: str
    kind: str
    subject_kind: str
    name_zh: str
    name_en: str
    registrant_zh: str
    registrant_en: str
    state: str
    assigned_to: int | None
    assignee: str
    due_at: datetime | None
    due_step: str
    article: str
    overdue: bool
    provisional: bool
    proposed: str
    acts: list[str]


class OverdueOut(Schema):
    """Something nobody did in time."""

    registration_id: UUID | None
    number: str
    name_zh: str
    name_en: str
    responsible_id: UUID
    responsible_zh: str
    responsible_en: str
    step: str
    due_at: datetime
    article: str


class LetterOut(Schema):
    """A message in an inbox."""

    id: UUID
    registration_id: UUID
    number: str
    name_zh: str
    name_en: str
    kind: str
    step: str
    due_at: datetime
    article: str
    written_at: datetime
    read_at: datetime | None


class RuleOut(Schema):
    """One reading or limit an office works by today."""

    name: str
    value: str
    unit: str
    article: str
    own: bool
    in_force_from: date | None


class ConfirmationOut(Schema):
    """A confirmation sheet (登记确认单)."""

    number: str
    registration_id: UUID
    facts: dict[str, str]
    facts_sha256: str
    made_at: datetime


class UseOut(Schema):
    """A month's use and income of a product made of a holder's resources."""

    product_id: UUID
    name_zh: str
    name_en: str
    month: date
    uses: int
    income: Decimal
    resources: list[str]
