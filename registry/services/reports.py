"""Reports that personal information shows in a resource or product: sealed in, answered in public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput
from ledger import services as ledger
from registry.digests import digest
from registry.kinds import outreach as kinds
from registry.limits import local_day
from registry.models import DataProduct, DataResource, InformationReport, Organisation
from registry.outreach import REPORT, Measure, require_impersonal
from registry.queries.found import row
from registry.queries.outreach import offices_of_report
from registry.services.serials import next_serial
from registry.types import Role, SubjectKind

LONGEST_TEXT = 2000
LONGEST_CONTACT = 200
LONGEST_PLACE = 200


@dataclass(eq=False, kw_only=True)
class ReportIncomplete(InvalidInput):
    """A report without a place or a description, or with too much of either."""

    code = "registry.report_incomplete"
    zh = "请填写个人信息出现的位置（不超过 200 字）和说明（不超过 2000 字）。"
    en = "Say where the personal information shows (200 characters) and describe it (2000 characters)."


@dataclass(eq=False, kw_only=True)
class AnswerIncomplete(InvalidInput):
    """An answer without a measure or a text."""

    code = "registry.answer_incomplete"
    zh = "请选择处理措施并填写公开答复（不超过 1000 字）。"
    en = "Choose what was done and write the public answer (1000 characters)."


@transaction.atomic
def report_personal_information(
    *, subject_kind: str, subject_id: UUID, place: str, text: str, contact: str, actor: Actor, now: datetime
) -> str:
    """Report personal information found in a resource or product, also without an account; return the report's number.

    Text and contact are encrypted at rest and shown only to the holder and the office; the number finds the public
    answer. Raises NoSuch, ReportIncomplete.
    """
    where, said, reach = place.strip(), text.strip(), contact.strip()
    short = len(said) <= LONGEST_TEXT and len(where) <= LONGEST_PLACE and len(reach) <= LONGEST_CONTACT
    if not where or not said or not short:
        raise ReportIncomplete
    require_impersonal(where)
    is_product = subject_kind == SubjectKind.PRODUCT
    about: DataProduct | DataResource = (
        row(DataProduct.objects.all(), subject_id) if is_product else row(DataResource.objects.all(), subject_id)
    )
    day = local_day(now)
    item = InformationReport(
        public_id=uuid4(),
        number=f"GX{day:%Y%m%d}{next_serial(series=f'report:{day:%Y%m%d}'):04d}",
        product=about if isinstance(about, DataProduct) else None,
        resource=about if isinstance(about, DataResource) else None,
        place=where,
        text=said,
        contact=reach,
        reported_at=now,
    )
    item.entry = ledger.append(
        kind=kinds.REPORT_RECEIVED,
        subject=f"report:{item.public_id}",
        payload={
            "report": str(item.public_id),
            "number": item.number,
            "subject_kind": SubjectKind.PRODUCT.value if is_product else SubjectKind.RESOURCE.value,
            "subject": str(about.public_id),
        },
        refs=[about.entry],
        actor=actor,
        now=now,
    )
    item.save(force_insert=True)
    return item.number


@transaction.atomic
def answer_report(
    *, report_id: UUID, measure: str, answer_zh: str, answer_en: str, actor: Actor, now: datetime
) -> None:
    """Answer a report in public, saying what was done (its holder or operator, or the office that registered it).

    Raises NoSuch, RoleRequired, OtherOrganisation, AnswerIncomplete, PersonalDataInPublicText, WrongState.
    """
    rows = InformationReport.objects.select_for_update(of=("self",))
    item = row(rows.select_related("resource__holder", "product__operator"), report_id)
    require_answerer(item=item, actor=actor)
    zh, en = answer_zh.strip(), answer_en.strip()
    if measure not in set(Measure) or not 0 < len(zh) <= 1000 or len(en) > 1000:
        raise AnswerIncomplete
    require_impersonal(zh, en)
    step = REPORT.fire(item.state, "answer")
    item.state, item.measure, item.answer_zh, item.answer_en = step.target, measure, zh, en
    item.answered_by_id, item.answered_at = actor.user_id, now
    item.entry = ledger.append(
        kind=kinds.REPORT_ANSWERED,
        subject=f"report:{item.public_id}",
        payload={
            "report": str(item.public_id),
            "number": item.number,
            "measure": measure,
            "answer_sha256": digest([zh, en]),
            "article": step.article,
        },
        refs=[item.entry],
        actor=actor,
        now=now,
    )
    item.save()


def require_answerer(*, item: InformationReport, actor: Actor) -> None:
    """Refuse all but the owner's agents and the registering office's staff; raise RoleRequired, OtherOrganisation."""
    actor.require(Role.HOLDER_AGENT, Role.OPERATOR, Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER)
    owner: Organisation | None = item.product.operator if item.product else None
    owner = item.resource.holder if item.resource else owner
    if actor.organisation_id in offices_of_report(item):
        return
    actor.require_organisation(owner.public_id if owner else UUID(int=0))
