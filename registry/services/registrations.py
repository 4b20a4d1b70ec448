"""Applying, accepting, returning, refusing and reviewing registrations (发改数据规〔2025〕26号 Art 8 to 11)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from kernel.machine import Transition
from ledger import services as ledger
from ledger.types import EntryKind, JsonValue
from registry.digests import digest
from registry.identifiers import application_number
from registry.kinds import registrations as kinds
from registry.limits import Step, first_registration, local_day
from registry.models import DataProduct, DataResource, Membership, Organisation, Registration
from registry.models.registrations import ENDED
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.queries.registrations import subject, subject_kind
from registry.services.clockwork import close_limit, limit_payload, start_limit
from registry.services.resources import require_in_force, require_registered
from registry.services.serials import next_serial
from registry.types import Materials, Role, SubjectKind
from registry.workflow import REGISTRATION, S26, Event, State

LONGEST_REASON = 1000


@dataclass(eq=False, kw_only=True)
class SameHands(NotPermitted):
    """Nobody passes what they submitted or accepted themselves."""

    code = "registry.same_hands"
    zh = "经办分离：您已{earlier_zh}该登记，不能再{now_zh}。"
    en = "Separation of duties: you {earlier_en} this registration, so you may not {now_en} it."
    earlier_zh: str
    earlier_en: str
    now_zh: str
    now_en: str


@dataclass(eq=False, kw_only=True)
class MaterialsIncomplete(InvalidInput):
    """A first registration without one of its materials, or an evidence hash that is none."""

    code = "registry.materials_incomplete"
    zh = "首次登记材料不完整：缺少 {missing}。"
    en = "The materials of the first registration are incomplete: {missing}."
    law = f"{S26} 第九条第一项"
    missing: str


@dataclass(eq=False, kw_only=True)
class AlreadyRegistered(Conflict):
    """A resource or product has one registration at a time."""

    code = "registry.already_registered"
    zh = "该数据资源或产品已有登记（编号 {number}，状态 {state}），不能重复申请。"
    en = "It has a registration already (number {number}, {state}); it cannot be applied for twice."
    law = f"{S26} 第九条"
    number: str
    state: str


@dataclass(eq=False, kw_only=True)
class NotAnOffice(InvalidInput):
    """An application to an organisation that registers nothing."""

    code = "registry.not_an_office"
    zh = "“{name}”不是登记机构。"
    en = "{name} is no registry office."
    law = f"{S26} 第六条"
    name: str


@dataclass(eq=False, kw_only=True)
class ReasonMissing(InvalidInput):
    """A decision against someone needs its reason, in at most 1000 characters."""

    code = "registry.reason_missing"
    zh = "须说明理由（不超过 1000 字）。"
    en = "Give the reason, in at most 1000 characters."
    law = f"{S26} 第十条"


@transaction.atomic
def apply(
    *, subject_kind: str, subject_id: UUID, office_id: UUID, materials: Materials, actor: Actor, now: datetime
) -> UUID:
    """Apply to an office for the first registration of the actor's own resource or product; return its id.

    Starts the 3 working days for acceptance (Art 10) and records whether the application itself came late (Art 9(1)).
    Raises RoleRequired, OtherOrganisation, MaterialsIncomplete, NoSuch, NotAnOffice, AlreadyRegistered, and for a
    product AgreementNotInForce and ResourcesNotRegistered.
    """
    is_product = subject_kind == SubjectKind.PRODUCT
    actor.require(Role.OPERATOR if is_product else Role.HOLDER_AGENT)
    office = _office(office_id)
    _require_materials(materials)
    about, owner = _own_product(subject_id, actor, now) if is_product else _own_resource(subject_id, actor)
    _require_unregistered(about)
    serial = next_serial(series=f"application:{local_day(now):%Y%m%d}")
    item = Registration(
        public_id=uuid4(),
        number=application_number(local_day(now), serial),
        product=about if isinstance(about, DataProduct) else None,
        resource=about if isinstance(about, DataResource) else None,
        registrant=owner,
        office=office,
        state=REGISTRATION.initial,
        materials={},
        evidence_sha256=materials.evidence_sha256,
    )
    item.save(force_insert=True)
    _submit(item, materials, refs=_grounds(about), actor=actor, now=now)
    return item.public_id


@transaction.atomic
def resubmit(*, registration_id: UUID, materials: Materials, actor: Actor, now: datetime) -> None:
    """Hand in a returned application anew; the acceptance limit starts afresh (Art 10).

    Raises NoSuch, OtherOrganisation, MaterialsIncomplete, WrongState.
    """
    item = locked(registration_id=registration_id)
    actor.require(Role.OPERATOR if item.product_id else Role.HOLDER_AGENT)
    actor.require_organisation(item.registrant.public_id)
    _require_materials(materials)
    _submit(item, materials, refs=[item.last_entry] if item.last_entry else [], actor=actor, now=now)


@transaction.atomic
def accept(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Accept an application and start the 20 working days of formal review (Art 10 and 11).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="受理", now_en="accept", accepter=False)
    step = REGISTRATION.fire(item.state, Event.ACCEPT)
    overdue = close_limit(item=item, step=Step.ACCEPTANCE, now=now)
    due = start_limit(item=item, step=Step.REVIEW, calendar=calendar(), now=now)
    item.accepted_by_id, item.accepted_at, item.reason = actor.user_id, now, ""
    payload: dict[str, JsonValue] = {"overdue": overdue, "review_due": limit_payload(found=due)}
    advance(item=item, step=step, kind=kinds.REGISTRATION_ACCEPTED, payload=payload, actor=actor, now=now)


@transaction.atomic
def return_for_completion(*, registration_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Return an application once, naming everything that is missing (Art 10).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, WrongState.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="退回", now_en="return", accepter=False)
    item.reason = required_reason(reason=reason)
    step = REGISTRATION.fire(item.state, Event.RETURN)
    overdue = close_limit(item=item, step=Step.ACCEPTANCE, now=now)
    advance(
        item=item,
        step=step,
        kind=kinds.REGISTRATION_RETURNED,
        payload={"overdue": overdue},
        actor=actor,
        now=now,
    )


@transaction.atomic
def refuse(*, registration_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse an application before acceptance (clerk) or in review (reviewer), with its reason (Art 10 and 11).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, WrongState.
    """
    item = locked(registration_id=registration_id)
    in_review = item.state == State.ACCEPTED
    require_office(item=item, role=Role.REGISTRY_REVIEWER if in_review else Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="驳回", now_en="refuse", accepter=in_review)
    item.reason = required_reason(reason=reason)
    step = REGISTRATION.fire(item.state, Event.REFUSE)
    overdue = close_limit(item=item, step=Step.REVIEW if in_review else Step.ACCEPTANCE, now=now)
    item.ended_at = now
    advance(
        item=item,
        step=step,
        kind=kinds.REGISTRATION_REFUSED,
        payload={"overdue": overdue},
        actor=actor,
        now=now,
    )


@transaction.atomic
def pass_review(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Pass the formal review; whoever submitted or accepted may not (Art 11).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="审核", now_en="review", accepter=True)
    step = REGISTRATION.fire(item.state, Event.PASS_REVIEW)
    overdue = close_limit(item=item, step=Step.REVIEW, now=now)
    item.reviewed_by_id, item.reviewed_at = actor.user_id, now
    advance(
        item=item,
        step=step,
        kind=kinds.REGISTRATION_REVIEWED,
        payload={"overdue": overdue},
        actor=actor,
        now=now,
    )


def locked(*, registration_id: UUID) -> Registration:
    """Return a registration's row, locked until the transaction ends; raise NoSuch."""
    rows = Registration.objects.select_for_update(of=("self",))
    return row(rows.select_related("office", "registrant", "resource", "product__agreement"), registration_id)


def require_office(*, item: Registration, role: Role, actor: Actor) -> None:
    """Refuse an actor without ``role`` in the registration's own office; raise RoleRequired, OtherOrganisation."""
    actor.require(role)
    actor.require_organisation(item.office.public_id)


def refuse_same_hands(*, item: Registration, actor: Actor, now_zh: str, now_en: str, accepter: bool) -> None:
    """Refuse the submitter, and the accepter too if ``accepter``; raise SameHands."""
    if actor.user_id == item.submitted_by_id:
        raise SameHands(earlier_zh="提交", earlier_en="submitted", now_zh=now_zh, now_en=now_en)
    if accepter and actor.user_id == item.accepted_by_id:
        raise SameHands(earlier_zh="受理", earlier_en="accepted", now_zh=now_zh, now_en=now_en)


def required_reason(*, reason: str) -> str:
    """Return ``reason`` without outer blanks; raise ReasonMissing when it is empty or too long."""
    text = reason.strip()
    if not 0 < len(text) <= LONGEST_REASON:
        raise ReasonMissing
    return text


def advance(
    *,
    item: Registration,
    step: Transition,
    kind: EntryKind,
    payload: Mapping[str, JsonValue],
    actor: Actor,
    now: datetime,
) -> UUID:
    """Move a registration along ``step``, record the act after its latest entry, save, and return the new entry."""
    confidential = {"reason": item.reason} if item.reason else None
    item.state = step.target
    item.last_entry = ledger.append(
        kind=kind,
        subject=f"registration:{item.public_id}",
        payload={"registration": str(item.public_id), "article": step.article, **payload},
        refs=[item.last_entry] if item.last_entry else [],
        confidential=confidential,
        actor=actor,
        now=now,
    )
    if step.target == State.CODED:
        item.coded_entry = item.last_entry
    item.save()
    return item.last_entry


def _submit(item: Registration, materials: Materials, *, refs: list[UUID], actor: Actor, now: datetime) -> None:
    step = REGISTRATION.fire(item.state, Event.SUBMIT)
    known = calendar()
    late = materials.operated_on is not None and now > first_registration(materials.operated_on, calendar=known).ends_at
    plain = {key: str(value) for key, value in asdict(materials).items() if value is not None}
    due = start_limit(item=item, step=Step.ACCEPTANCE, calendar=known, now=now)
    item.state, item.reason = step.target, ""
    item.materials, item.evidence_sha256 = plain, materials.evidence_sha256
    item.submitted_by_id, item.submitted_at = actor.user_id, now
    item.last_entry = ledger.append(
        kind=kinds.REGISTRATION_SUBMITTED,
        subject=f"registration:{item.public_id}",
        payload={
            "registration": str(item.public_id),
            "number": item.number,
            "subject_kind": subject_kind(item),
            "subject": str(subject(item).public_id),
            "data_code": subject(item).code,
            "office": str(item.office.public_id),
            "materials_sha256": digest(plain),
            "evidence_sha256": materials.evidence_sha256,
            "acceptance_due": limit_payload(found=due),
            "overdue": late,
            "article": step.article,
        },
        refs=refs,
        actor=actor,
        now=now,
    )
    item.save()


def _grounds(about: DataResource | DataProduct) -> list[UUID]:
    if isinstance(about, DataResource):
        return [about.entry]
    agreed = about.agreement
    filed = [agreed.filed_entry] if agreed.filed_entry else []
    return [about.entry, agreed.entry, *filed, *require_registered(list(about.resources.all()))]


def _own_resource(resource_id: UUID, actor: Actor) -> tuple[DataResource, Organisation]:
    item = row(DataResource.objects.select_for_update(of=("self",)).select_related("holder"), resource_id)
    actor.require_organisation(item.holder.public_id)
    return item, item.holder


def _own_product(product_id: UUID, actor: Actor, now: datetime) -> tuple[DataProduct, Organisation]:
    rows = DataProduct.objects.select_for_update(of=("self",)).select_related("operator", "agreement")
    item = row(rows, product_id)
    actor.require_organisation(item.operator.public_id)
    require_in_force(item.agreement, now=now)
    require_registered(list(item.resources.all()))
    return item, item.operator


def _require_unregistered(about: DataResource | DataProduct) -> None:
    live = about.registrations.exclude(state__in=ENDED).first()
    if live is not None:
        raise AlreadyRegistered(number=live.number, state=live.state)


def _office(office_id: UUID) -> Organisation:
    office = row(Organisation.objects.all(), office_id)
    if not Membership.objects.filter(organisation=office, role=Role.REGISTRY_CLERK).exists():
        raise NotAnOffice(name=office.name_zh)
    return office


def _require_materials(materials: Materials) -> None:
    texts = {key: value for key, value in asdict(materials).items() if key not in {"operated_on", "evidence_sha256"}}
    missing = [key for key, value in texts.items() if not value.strip()]
    if not re.fullmatch(r"[0-9a-f]{64}", materials.evidence_sha256):
        missing.append("evidence_sha256")
    if missing:
        raise MaterialsIncomplete(missing=", ".join(missing))
