"""Applying for, accepting, returning, refusing and reviewing data property rights (SPR Art 14 to 23)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from ledger.body import moment
from ledger.types import JsonValue
from registry.catalogue import INDUSTRY, UPDATE_FREQUENCY
from registry.certification import SPR
from registry.digests import digest
from registry.kinds import property_rights as kinds
from registry.limits import local_day
from registry.models import (
    DataProduct,
    DataResource,
    Membership,
    Organisation,
    PropertyRight,
    Registration,
)
from registry.models.property_rights import ENDED
from registry.property_rights import (
    LONGEST_NAME,
    LONGEST_OVERVIEW,
    PROPERTY_RIGHT,
    Area,
    DataForm,
    Origin,
    RightEvent,
    RightState,
    RightStep,
    RightType,
    SourceKind,
    admit,
    require_renewal_window,
    validity,
    working_days,
)
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.rights import Ground, Right, require_available
from registry.services.casework import required_reason
from registry.services.offices import NotAnOffice
from registry.services.property_rights_files import (
    advance_right,
    begin_review,
    end_right,
    locked_right,
    refuse_own_hands,
    require_right_office,
    shown,
)
from registry.services.serials import next_serial
from registry.types import OrganisationKind, RightDraft, Role, SubjectKind
from registry.workflow import State

PUBLIC_BODIES: Final = frozenset({OrganisationKind.GOVERNMENT, OrganisationKind.INSTITUTION})
WIDEST: Final = 300
WIDTHS: Final = {"name_zh": LONGEST_NAME, "overview_zh": LONGEST_OVERVIEW, "overview_en": LONGEST_OVERVIEW}
CHOICES: Final[Mapping[str, Collection[str]]] = {
    "industry": INDUSTRY,
    "source": set(SourceKind),
    "area": set(Area),
    "update_frequency": set(UPDATE_FREQUENCY),
    "form": set(DataForm),
}


@dataclass(eq=False, kw_only=True)
class RightFormWrong(InvalidInput):
    """A form with a field that is missing, too long or not among the choices of Annex 1."""

    code = "registry.right_form_wrong"
    zh = "数据产权登记申请表有误：{fields}。"
    en = "The form for property rights is not right: {fields}."
    law = f"{SPR} 附件1"
    fields: str


@dataclass(eq=False, kw_only=True)
class FirstRightMissing(Conflict):
    """A later type without a first registration at the same office to act upon (Art 32)."""

    code = "registry.right_first_missing"
    zh = "转让、变更、续期、注销登记须以本登记机构有效的初次登记为基础；未找到 {base_code}。"
    en = "Only a right registered at this office and still standing can be acted upon; {base_code} is none."
    law = f"{SPR} 第三十二条"
    base_code: str


@dataclass(eq=False, kw_only=True)
class RightPending(Conflict):
    """A second application while one is open, or a first one where the right stands already."""

    code = "registry.right_pending"
    zh = "该数据已有数据产权登记（编号 {number}，状态 {state}）。"
    en = "Property rights in this data are registered or applied for already (number {number}, {state})."
    law = f"{SPR} 第三十二条"
    number: str
    state: str


@transaction.atomic
def apply_for_right(*, draft: RightDraft, actor: Actor, now: datetime) -> UUID:
    """Apply for the registration of property rights in the actor's own product or resource; return its id.

    Starts the three working days for acceptance (Art 17). Raises RoleRequired, OtherOrganisation, NoSuch,
    RightFormWrong, RightNotAvailable, NotAdmitted, FirstRightMissing, RightPending, OutsideWindow, TermTooLong, NoRate.
    """
    is_product = draft.subject_kind == SubjectKind.PRODUCT
    actor.require(Role.OPERATOR if is_product else Role.HOLDER_AGENT)
    about, owner = _own(draft, is_product)
    actor.require_organisation(owner.public_id)
    office = _office(draft.office_id)
    _require_form(draft)
    origin, registered = _origin(about, owner)
    admit(origin, registered=registered)
    base = _base(draft, office, now)
    _require_free(about, base)
    item = PropertyRight(
        public_id=uuid4(),
        number=f"CQ{local_day(now):%Y%m%d}{next_serial(series=f'right:{local_day(now):%Y%m%d}'):04d}",
        type=draft.type,
        base=base,
        product=about if isinstance(about, DataProduct) else None,
        resource=about if isinstance(about, DataResource) else None,
        applicant=owner,
        office=office,
        state=RightState.DRAFT,
        form={},
        acceptance_due_at=now,
        submitted_at=now,
        submitted_by_id=actor.user_id or 0,
        unpublished_reason=draft.unpublished_reason.strip(),
    )
    _submit(item, draft, refs=_grounds(about, base), actor=actor, now=now)
    return item.public_id


@transaction.atomic
def resubmit_right(*, right_id: UUID, draft: RightDraft, actor: Actor, now: datetime) -> None:
    """Hand in a returned application anew; the acceptance limit starts afresh (Art 17).

    Raises NoSuch, OtherOrganisation, RightFormWrong, RightNotAvailable, WrongState.
    """
    item = locked_right(right_id=right_id)
    actor.require_organisation(item.applicant.public_id)
    _require_form(draft)
    _submit(item, draft, refs=[item.last_entry], actor=actor, now=now)


@transaction.atomic
def accept_right(*, right_id: UUID, actor: Actor, now: datetime) -> None:
    """Accept an application; ten working days of review begin (Art 17 and 28).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_own_hands(item=item, actor=actor, zh="受理", en="accept", accepter=False)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.ACCEPT)
    item.accepted_by_id = actor.user_id
    begin_review(item=item, now=now)
    payload: dict[str, JsonValue] = {"by_silence": False, "review_due_at": shown(at=item.review_due_at)}
    advance_right(item=item, step=step, kind=kinds.RIGHT_ACCEPTED, payload=payload, actor=actor, now=now)


@transaction.atomic
def return_right(*, right_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Return an application once, naming everything that is missing (Art 17).

    Raises NoSuch, RoleRequired, OtherOrganisation, ReasonMissing, WrongState.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    item.reason = required_reason(reason=reason)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.RETURN)
    payload: dict[str, JsonValue] = {"overdue": now > item.acceptance_due_at}
    advance_right(item=item, step=step, kind=kinds.RIGHT_RETURNED, payload=payload, actor=actor, now=now)


@transaction.atomic
def refuse_right(*, right_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse an application (clerk before acceptance, reviewer after it), with its ground of Art 22.

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, WrongState.
    """
    item = locked_right(right_id=right_id)
    in_review = item.state == RightState.ACCEPTED
    role = Role.REGISTRY_REVIEWER if in_review else Role.REGISTRY_CLERK
    require_right_office(item=item, role=role, actor=actor)
    refuse_own_hands(item=item, actor=actor, zh="驳回", en="refuse", accepter=in_review)
    item.reason, item.ended_at = required_reason(reason=reason), now
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.REFUSE)
    due = item.review_due_at if in_review else item.acceptance_due_at
    payload: dict[str, JsonValue] = {"overdue": due is not None and now > due}
    advance_right(item=item, step=step, kind=kinds.RIGHT_REFUSED, payload=payload, actor=actor, now=now)


@transaction.atomic
def pass_right(*, right_id: UUID, remarks: str, actor: Actor, now: datetime) -> None:
    """Pass the review, with the remarks of Art 23 if any; a cancellation takes effect with it (Art 32).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    refuse_own_hands(item=item, actor=actor, zh="审查", en="review", accepter=True)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.PASS_REVIEW)
    item.reviewed_by_id, item.remarks = actor.user_id, remarks.strip()[:1000]
    payload: dict[str, JsonValue] = {"overdue": item.review_due_at is not None and now > item.review_due_at}
    advance_right(item=item, step=step, kind=kinds.RIGHT_REVIEWED, payload=payload, actor=actor, now=now)
    if item.type == RightType.CANCELLATION:
        base = locked_right(right_id=item.base.public_id) if item.base else item
        end_right(item=base, event=RightEvent.CANCEL, kind=kinds.RIGHT_CANCELLED, actor=actor, now=now)
        end_right(item=item, event=RightEvent.CANCEL, kind=kinds.RIGHT_CANCELLED, actor=actor, now=now)


def rights_told(*, item: PropertyRight) -> list[JsonValue]:
    """Return a file's claims as an entry tells them: ids and codes, no name, no bounds."""
    claims: list[dict[str, str]] = item.form["claims"]
    return [{"holder": one["holder"], "right": one["right"], "ground": one["ground"]} for one in claims]


def _submit(item: PropertyRight, draft: RightDraft, *, refs: list[UUID], actor: Actor, now: datetime) -> None:
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.SUBMIT)
    validity(local_day(now), years=draft.years, jurisdiction=item.office.region or "CN")
    days = working_days(RightStep.ACCEPTANCE, start=now, jurisdiction=item.office.region or "CN")
    form = {**asdict(draft.form), "years": draft.years, "claims": _claims(draft)}
    about = item.product or item.resource
    if about is None:
        raise LookupError("a right in nothing")
    item.state, item.reason = step.target, ""
    item.form, item.form_sha256, item.evidence_sha256 = form, digest(form), draft.evidence_sha256
    item.submitted_by_id, item.submitted_at = actor.user_id or 0, now
    item.acceptance_due_at = calendar().planned(now, days).at
    item.last_entry = ledger.append(
        kind=kinds.RIGHT_SUBMITTED,
        subject=f"right:{item.public_id}",
        payload={
            "right": str(item.public_id),
            "article": step.article,
            "number": item.number,
            "type": item.type,
            "subject_kind": draft.subject_kind,
            "subject": str(about.public_id),
            "data_code": about.code,
            "office": str(item.office.public_id),
            "rights": rights_told(item=item),
            "form_sha256": item.form_sha256,
            "evidence_sha256": item.evidence_sha256,
            "acceptance_due_at": moment(item.acceptance_due_at),
        },
        refs=refs,
        actor=actor,
        now=now,
    )
    item.save()


def _claims(draft: RightDraft) -> list[dict[str, str]]:
    for one in draft.claims:
        row(Organisation.objects.all(), one.holder_id)
        require_available(Right(one.right), Ground(one.ground), others_consent=one.consented)
    return [
        {"holder": str(one.holder_id), "right": one.right, "ground": one.ground, "bounds": one.bounds.strip()}
        for one in draft.claims
    ]


def _require_form(draft: RightDraft) -> None:
    form = asdict(draft.form)
    wrong = [name for name, text in form.items() if not text.strip() or len(text) > WIDTHS.get(name, WIDEST)]
    wrong += [name for name, choices in CHOICES.items() if form[name] not in choices]
    parties = [(one.holder_id, one.right) for one in draft.claims]
    if not parties or len(set(parties)) != len(parties) or any(len(one.bounds) > WIDEST for one in draft.claims):
        wrong.append("claims")
    if any(one.right not in set(Right) or one.ground not in set(Ground) for one in draft.claims):
        wrong.append("claims")
    if draft.type not in set(RightType):
        wrong.append("type")
    if not re.fullmatch(r"[0-9a-f]{64}", draft.evidence_sha256):
        wrong.append("evidence_sha256")
    if wrong:
        raise RightFormWrong(fields=", ".join(dict.fromkeys(wrong)))


def _own(draft: RightDraft, is_product: bool) -> tuple[DataProduct | DataResource, Organisation]:  # noqa: FBT001 - private
    if is_product:
        products = DataProduct.objects.select_for_update(of=("self",)).select_related("operator")
        product = row(products, draft.subject_id)
        return product, product.operator
    resources = DataResource.objects.select_for_update(of=("self",)).select_related("holder")
    resource = row(resources, draft.subject_id)
    return resource, resource.holder


def _origin(about: DataProduct | DataResource, owner: Organisation) -> tuple[Origin, bool]:
    if isinstance(about, DataProduct):
        return Origin.AUTHORISED_PRODUCT, _coded(about) is not None
    if owner.kind in PUBLIC_BODIES:
        return Origin.PUBLIC_DUTY, False
    return (Origin.UTILITY if owner.kind == OrganisationKind.UTILITY else Origin.OTHER), False


def _coded(about: DataProduct) -> Registration | None:
    return Registration.objects.filter(product=about, state=State.CODED).first()


def _base(draft: RightDraft, office: Organisation, now: datetime) -> PropertyRight | None:
    if draft.type == RightType.FIRST:
        return None
    standing = PropertyRight.objects.select_for_update().filter(state=RightState.REGISTERED, office=office)
    base = standing.filter(code=draft.base_code.strip().upper() or None).first()
    if base is None or draft.subject_id not in _subjects(base) or base.valid_until is None:
        raise FirstRightMissing(base_code=draft.base_code[:20] or "—")
    if draft.type == RightType.RENEWAL:
        require_renewal_window(base.valid_until, on=local_day(now))
    return base


def _subjects(item: PropertyRight) -> set[UUID]:
    return {about.public_id for about in (item.product, item.resource) if about is not None}


def _require_free(about: DataProduct | DataResource, base: PropertyRight | None) -> None:
    same = {"product": about} if isinstance(about, DataProduct) else {"resource": about}
    live = PropertyRight.objects.filter(**same).exclude(state__in=ENDED)
    other = live.exclude(pk=base.pk).first() if base else live.first()
    if other is not None:
        raise RightPending(number=other.number, state=other.state)


def _grounds(about: DataProduct | DataResource, base: PropertyRight | None) -> list[UUID]:
    coded = _coded(about) if isinstance(about, DataProduct) else None
    entries = [about.entry, coded.coded_entry if coded else None, base.last_entry if base else None]
    return [one for one in entries if one is not None]


def _office(office_id: UUID) -> Organisation:
    office = row(Organisation.objects.all(), office_id)
    if not Membership.objects.filter(organisation=office, role=Role.REGISTRY_CLERK).exists():
        raise NotAnOffice(name=office.name_zh)
    return office
