"""Opening resources to the public: dated plans with their conditions, access on request, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from ledger.types import EntryKind, JsonValue
from registry.catalogue import OpenType
from registry.digests import digest
from registry.kinds import outreach as kinds
from registry.limits import local_day
from registry.models import AccessRequest, DataResource, OpeningPlan, Organisation
from registry.outreach import ACCESS, OPENING, AccessState, OpeningState
from registry.queries.found import row
from registry.services.casework import SameHands, required_reason
from registry.types import OpeningDraft, Role


@dataclass(eq=False, kw_only=True)
class NotToBeOpened(Conflict):
    """An opening plan that contradicts the catalogue, or of a resource nobody registered."""

    code = "registry.not_to_be_opened"
    zh = "该数据资源目录登记的开放类型为“{openness}”，登记状态为“{status}”，不能按此计划开放。"
    en = "The catalogue says {openness} for this resource, and its status is {status}: it cannot be opened like that."
    openness: str
    status: str


@dataclass(eq=False, kw_only=True)
class OpeningWrong(InvalidInput):
    """A plan in the past, or with conditions that are not said."""

    code = "registry.opening_wrong"
    zh = "开放计划有误：{fields}。计划日期不得早于今日；有条件开放须说明条件。"
    en = "The opening plan is not right: {fields}. Plan a day to come, and say the conditions if there are any."
    fields: str


@dataclass(eq=False, kw_only=True)
class OpeningExists(Conflict):
    """A second plan for a resource that has one."""

    code = "registry.opening_exists"
    zh = "该数据资源已有开放计划（{planned_on}）。"
    en = "This resource has an opening plan already ({planned_on})."
    planned_on: date


@dataclass(eq=False, kw_only=True)
class AccessNotNeeded(Conflict):
    """A request for what is not open, or open to everybody."""

    code = "registry.access_not_needed"
    zh = "该数据资源{why_zh}，无需或不能申请。"
    en = "This resource {why_en}: access is not asked for."
    why_zh: str
    why_en: str


@transaction.atomic
def plan_opening(*, resource_id: UUID, draft: OpeningDraft, actor: Actor, now: datetime) -> UUID:
    """Plan the day on which the actor's own registered resource is opened; return the plan's id.

    Raises RoleRequired, NoSuch, OtherOrganisation, NotToBeOpened, OpeningWrong, OpeningExists.
    """
    actor.require(Role.HOLDER_AGENT)
    resource = row(DataResource.objects.select_for_update(of=("self",)).select_related("holder"), resource_id)
    actor.require_organisation(resource.holder.public_id)
    _require_sound(draft, now)
    wanted = OpenType.CONDITIONAL if draft.conditional else OpenType.UNCONDITIONAL
    if resource.openness != wanted or not resource.registrations.filter(state="coded").exists():
        raise NotToBeOpened(openness=resource.openness, status=resource.status)
    known = resource.openings.exclude(state=OpeningState.WITHDRAWN).first()
    if known is not None:
        raise OpeningExists(planned_on=known.planned_on)
    item = OpeningPlan(
        public_id=uuid4(),
        resource=resource,
        planned_on=draft.planned_on,
        conditional=draft.conditional,
        conditions_zh=draft.conditions_zh.strip(),
        conditions_en=draft.conditions_en.strip(),
        address=draft.address.strip(),
        planned_at=now,
    )
    item.entry = ledger.append(
        kind=kinds.OPENING_PLANNED,
        subject=f"opening:{item.public_id}",
        payload={
            "opening": str(item.public_id),
            "resource": str(resource.public_id),
            "data_code": resource.code,
            "planned_on": item.planned_on.isoformat(),
            "conditional": item.conditional,
            "terms_sha256": digest([item.conditions_zh, item.conditions_en, item.address]),
        },
        refs=[resource.entry],
        actor=actor,
        now=now,
    )
    item.save(force_insert=True)
    return item.public_id


@transaction.atomic
def open_resource(*, opening_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that a planned resource is open from today; raise NoSuch, RoleRequired, OtherOrganisation, WrongState."""
    item = _own(opening_id, actor)
    step = OPENING.fire(item.state, "open")
    item.state, item.opened_on = step.target, local_day(now)
    payload: dict[str, JsonValue] = {
        "opening": str(item.public_id),
        "resource": str(item.resource.public_id),
        "opened_on": item.opened_on.isoformat(),
    }
    _record(item, kinds.OPENING_OPENED, payload, actor, now)


@transaction.atomic
def withdraw_opening(*, opening_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw a plan, or close what was open, with a public reason.

    Raises NoSuch, RoleRequired, OtherOrganisation, ReasonMissing, WrongState.
    """
    item = _own(opening_id, actor)
    step = OPENING.fire(item.state, "withdraw")
    item.state, item.reason = step.target, required_reason(reason=reason)
    payload: dict[str, JsonValue] = {"opening": str(item.public_id), "resource": str(item.resource.public_id)}
    _record(item, kinds.OPENING_WITHDRAWN, payload, actor, now)


@transaction.atomic
def request_access(*, opening_id: UUID, purpose: str, actor: Actor, now: datetime) -> UUID:
    """Ask for a conditionally open resource on behalf of the actor's organisation; return the request's id.

    Raises NoSuch, RoleRequired, ReasonMissing, AccessNotNeeded.
    """
    item = row(OpeningPlan.objects.select_related("resource"), opening_id)
    text = required_reason(reason=purpose)
    if actor.organisation_id is None or actor.user_id is None:
        actor.require(Role.BUYER)
    _require_askable(item)
    applicant = row(Organisation.objects.all(), actor.organisation_id or UUID(int=0))
    if item.requests.filter(applicant=applicant, state=AccessState.PENDING).exists():
        raise AccessNotNeeded(why_zh="已有贵单位待处理的申请", why_en="has a request of yours waiting")
    request = AccessRequest(
        public_id=uuid4(),
        opening=item,
        applicant=applicant,
        requested_by_id=actor.user_id or 0,
        purpose=text,
        requested_at=now,
    )
    request.entry = ledger.append(
        kind=kinds.ACCESS_REQUESTED,
        subject=f"opening:{item.public_id}",
        payload={
            "request": str(request.public_id),
            "opening": str(item.public_id),
            "applicant": str(applicant.public_id),
        },
        refs=[item.entry],
        confidential={"purpose": text},
        actor=actor,
        now=now,
    )
    request.save(force_insert=True)
    return request.public_id


@transaction.atomic
def decide_access(
    *, request_id: UUID, granted: bool, until: date | None, reason: str, actor: Actor, now: datetime
) -> None:
    """Grant access until a day, or refuse it with a reason (the resource's holder).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, OpeningWrong, WrongState.
    """
    request = row(AccessRequest.objects.select_for_update(), request_id)
    item = _own(request.opening.public_id, actor)
    if actor.user_id == request.requested_by_id:
        raise SameHands(earlier_zh="提交", earlier_en="submitted", now_zh="审批", now_en="decide")
    step = ACCESS.fire(request.state, "grant" if granted else "refuse")
    if granted and (until is None or until <= local_day(now)):
        raise OpeningWrong(fields="until")
    request.state, request.decided_by_id, request.decided_at = step.target, actor.user_id, now
    request.until = until if granted else None
    request.reason = reason.strip()[:1000] if granted else required_reason(reason=reason)
    request.entry = ledger.append(
        kind=kinds.ACCESS_DECIDED,
        subject=f"opening:{item.public_id}",
        payload={"request": str(request.public_id), "opening": str(item.public_id), "granted": granted},
        refs=[request.entry],
        confidential={"reason": request.reason} if request.reason else None,
        actor=actor,
        now=now,
    )
    request.save()


def _require_sound(draft: OpeningDraft, now: datetime) -> None:
    wrong = []
    if draft.planned_on < local_day(now):
        wrong.append("planned_on")
    if draft.conditional and not (0 < len(draft.conditions_zh.strip()) <= 1000):
        wrong.append("conditions_zh")
    if len(draft.conditions_en) > 1000:
        wrong.append("conditions_en")
    if len(draft.address) > 300 or (draft.address and not draft.address.startswith("https://")):
        wrong.append("address")
    if wrong:
        raise OpeningWrong(fields=", ".join(wrong))


def _require_askable(item: OpeningPlan) -> None:
    if item.state != OpeningState.OPENED:
        raise AccessNotNeeded(why_zh="尚未开放", why_en="is not open")
    if not item.conditional:
        raise AccessNotNeeded(why_zh="无条件开放", why_en="is open to everybody")


def _own(opening_id: UUID, actor: Actor) -> OpeningPlan:
    actor.require(Role.HOLDER_AGENT)
    rows = OpeningPlan.objects.select_for_update(of=("self",)).select_related("resource__holder")
    item = row(rows, opening_id)
    actor.require_organisation(item.resource.holder.public_id)
    return item


def _record(item: OpeningPlan, kind: EntryKind, payload: dict[str, JsonValue], actor: Actor, now: datetime) -> None:
    item.entry = ledger.append(
        kind=kind,
        subject=f"opening:{item.public_id}",
        payload=payload,
        refs=[item.entry],
        confidential={"reason": item.reason} if item.reason else None,
        actor=actor,
        now=now,
    )
    item.save()
