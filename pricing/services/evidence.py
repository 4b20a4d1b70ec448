"""Evidence for a cost survey: the file is stored under its digest, and the ledger keeps the digest."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger import services as ledger
from pricing import articles, evidence, kinds
from pricing.models import CostSurvey, Evidence
from pricing.queries.evidence import evidence_store, evidence_view
from pricing.queries.found import row
from pricing.services.surveys import WrongSurveyState
from pricing.types import EvidenceView
from registry.types import Role

MOST_FILES = 100


@dataclass(eq=False, kw_only=True)
class EvidenceHeld(Conflict):
    """The same file twice for one survey, or too many files."""

    code: ClassVar[str] = "pricing.evidence_held"
    zh: ClassVar[str] = "凭证“{name}”已随本次成本调查提交（SHA-256 {sha256}），或已达 {most} 份上限。"
    en: ClassVar[str] = "{name} is held for this survey already (SHA-256 {sha256}), or it has {most} files."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    name: str
    sha256: str
    most: int


@transaction.atomic
def add_evidence(*, survey_id: UUID, name: str, content: bytes, actor: Actor, now: datetime) -> EvidenceView:
    """Keep a file as evidence for a survey that is not decided yet (the operator).

    Raises RoleRequired, OtherOrganisation, WrongSurveyState, EvidenceRefused, EvidenceHeld (65号 三(一), 五).
    """
    actor.require(Role.OPERATOR)
    survey = row(CostSurvey.objects.select_for_update(), survey_id)
    actor.require_organisation(survey.operator_id)
    if survey.state not in ("submitted", "applied"):
        raise WrongSurveyState(state=survey.state, needed="submitted / applied")
    file = evidence.check(name, content)
    held = Evidence.objects.filter(survey=survey)
    if held.filter(sha256=file.sha256).exists() or held.count() >= MOST_FILES:
        raise EvidenceHeld(name=file.name, sha256=file.sha256, most=MOST_FILES)
    item = Evidence(
        survey=survey,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        added_at=now,
    )
    item.entry_id = _tell(item, actor=actor, now=now)
    item.save()
    survey.last_entry_id = item.entry_id
    survey.save(update_fields=["last_entry_id"])
    store = evidence_store()
    if not store.exists(file.sha256):
        store.save(file.sha256, ContentFile(content))
    return evidence_view(item)


def _tell(item: Evidence, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.EVIDENCE_ADDED,
        subject=f"survey:{item.survey.public_id}",
        payload={
            "survey": str(item.survey.public_id),
            "evidence": str(item.public_id),
            "sha256": item.sha256,
            "size": item.size,
            "article": str(articles.ACCOUNTS),
        },
        refs=[item.survey.last_entry_id],
        confidential={"name": item.name},
        actor=actor,
        now=now,
    )
