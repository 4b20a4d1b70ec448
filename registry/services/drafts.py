"""Preparing an application: drafting, revising, discarding (发改数据规〔2025〕26号 Art 8 and 9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, NotPermitted
from registry.amendments import checked, difference
from registry.models import CoRegistrant, DataProduct, DataResource, Organisation, Registration, ReviewSignature
from registry.models.registrations import CLOSED, ENDED
from registry.procedures import PROCEDURES, Applicant, Kind, statements_of
from registry.queries.files import present, subject
from registry.queries.found import hidden, row
from registry.services.casework import locked
from registry.services.offices import competent_for
from registry.types import JointParty, Papers, Role
from registry.workflow import REGISTRATION, S26, Event, State

LONGEST_STATEMENT = 2048
PREPARED = (State.DRAFT, State.RETURNED)


@dataclass(eq=False, kw_only=True)
class AlreadyRegistered(Conflict):
    """A resource or product has one registration at a time, and a record one procedure of a type."""

    code = "registry.already_registered"
    zh = "该数据资源或产品已有登记（编号 {number}，状态 {state}），不能重复申请。"
    en = "It has a registration already (number {number}, {state}); it cannot be applied for twice."
    law = f"{S26} 第九条"
    number: str
    state: str


@dataclass(eq=False, kw_only=True)
class NotYourApplication(NotPermitted):
    """A type of registration that somebody else applies for."""

    code = "registry.not_your_application"
    zh = "{type_zh}只能由{who_zh}申请。"
    en = "{type_en} is applied for by {who_en} only."
    law = f"{S26} 第九条"
    type_zh: str
    type_en: str
    who_zh: str
    who_en: str


@dataclass(eq=False, kw_only=True)
class LoginNeeded(NotPermitted):
    """An application or objection by nobody in particular."""

    code = "registry.login_needed"
    zh = "须实名提出，请先登录。"
    en = "This is done under one's real name; log in first."
    law = f"{S26} 第九条、第十二条"


@dataclass(eq=False, kw_only=True)
class NotRegistered(Conflict):
    """A later type upon a registration that does not stand."""

    code = "registry.not_registered"
    zh = "该登记（状态 {state}）不处于已登记状态，不能办理{type_zh}。"
    en = "This registration is {state}, not registered: no {type_en}."
    law = f"{S26} 第九条"
    state: str
    type_zh: str
    type_en: str


@dataclass(eq=False, kw_only=True)
class NotPrepared(Conflict):
    """A revision or signature of an application that is already on its way."""

    code = "registry.not_prepared"
    zh = "申请处于“{state}”状态，不能再修改或签署。"
    en = "The application is {state}: it can no longer be revised or signed."
    law = f"{S26} 第十条"
    state: str


@transaction.atomic
def prepare(
    *,
    subject_kind: str,
    subject_id: UUID,
    papers: Papers,
    actor: Actor,
    now: datetime,
    office_id: UUID | None = None,
    parties: Iterable[JointParty] = (),
) -> UUID:
    """Draft the first registration of the actor's own resource or product; return its id.

    Without an office it goes to the competent one. Nothing is recorded in the ledger before submission. Raises
    RoleRequired, OtherOrganisation, NoSuch, NotAnOffice, WrongOffice, AlreadyRegistered, InvalidInput.
    """
    actor.require(Role.OPERATOR if subject_kind == "product" else Role.HOLDER_AGENT)
    about, owner = _own_product(subject_id, actor) if subject_kind == "product" else _own_resource(subject_id, actor)
    live = about.registrations.exclude(state__in=ENDED).first()
    if live is not None:
        raise AlreadyRegistered(number=live.number or "—", state=live.state)
    item = Registration(
        public_id=uuid4(),
        kind=Kind.FIRST,
        product=about if isinstance(about, DataProduct) else None,
        resource=about if isinstance(about, DataResource) else None,
        registrant=owner,
        office=competent_for(about, office_id, now=now),
        state=REGISTRATION.initial,
    )
    _keep(item, papers, parties, actor, now)
    return item.public_id


@transaction.atomic
def prepare_next(
    *,
    kind: str,
    base_id: UUID,
    papers: Papers,
    actor: Actor,
    now: datetime,
    parties: Iterable[JointParty] = (),
) -> UUID:
    """Draft a change, correction, renewal or cancellation upon a coded registration; return its id.

    A correction may come from anyone with an interest in it, under their real name (Art 9(3)). Raises NoSuch,
    NotYourApplication, LoginNeeded, RoleRequired, OtherOrganisation, NotRegistered, AlreadyRegistered, NotAmendable.
    """
    base = locked(registration_id=base_id)
    wanted = _type(kind)
    applicant = _applicant(base, wanted, actor)
    _require_standing(base, wanted)
    item = Registration(
        public_id=uuid4(),
        kind=wanted,
        base=base,
        applicant=applicant,
        applied_for=_own_organisation(actor) if applicant == Applicant.INTERESTED else None,
        registrant=base.registrant,
        office=base.office,
        state=REGISTRATION.initial,
    )
    _keep(item, papers, parties, actor, now)
    return item.public_id


@transaction.atomic
def revise(
    *, registration_id: UUID, papers: Papers, actor: Actor, now: datetime, parties: Iterable[JointParty] | None = None
) -> None:
    """Write a draft or a returned application anew; a signature over the earlier text is one of the earlier text.

    Raises NoSuch, LoginNeeded, RoleRequired, OtherOrganisation, NotPrepared, NotAmendable.
    """
    item = locked(registration_id=registration_id)
    require_applicant(item=item, actor=actor)
    require_prepared(item)
    _keep(item, papers, _parties(item) if parties is None else parties, actor, now)


@transaction.atomic
def discard(*, registration_id: UUID, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - every service takes now
    """Throw a draft away: it was never handed in, so nothing is kept. Raises NoSuch, OtherOrganisation, WrongState."""
    item = locked(registration_id=registration_id)
    require_applicant(item=item, actor=actor)
    REGISTRATION.fire(item.state, Event.SUBMIT)
    if item.state != State.DRAFT:
        raise NotPrepared(state=item.state)
    ReviewSignature.objects.filter(registration=item).delete()
    item.delete()


def require_applicant(*, item: Registration, actor: Actor) -> None:
    """Refuse everyone but the applicant's own side; raise LoginNeeded, RoleRequired, OtherOrganisation.

    To anyone else's eyes an interested party's application does not exist: that raises NoSuch.
    """
    if actor.kind != "person" or actor.user_id is None:
        raise LoginNeeded
    if item.applicant == Applicant.INTERESTED:
        if actor.user_id not in {item.prepared_by_id, item.submitted_by_id}:
            raise hidden(Registration.objects.all(), item.public_id)
        return
    actor.require(Role.OPERATOR if isinstance(subject(item), DataProduct) else Role.HOLDER_AGENT)
    actor.require_organisation(item.registrant.public_id)


def _keep(item: Registration, papers: Papers, parties: Iterable[JointParty], actor: Actor, now: datetime) -> None:
    joint = list(parties)
    write_papers(item=item, papers=papers)
    item.prepared_by_id, item.prepared_at = actor.user_id, now
    item.save()
    item.co_registrants.all().delete()
    for party in joint:
        organisation = row(Organisation.objects.all(), party.organisation_id)
        CoRegistrant.objects.create(
            registration=item, organisation=organisation, agreement_sha256=party.agreement_sha256
        )


def write_papers(*, item: Registration, papers: Papers) -> None:
    """Write what an application says into its row, as far as its type knows it; raise NotAmendable, NothingChanges."""
    kind = Kind(item.kind)
    allowed = statements_of(kind, Applicant(item.applicant))
    texts = {key: text[:LONGEST_STATEMENT] for key, text in papers.statements.items() if key in allowed}
    begun = {"operated_on": papers.operated_on.isoformat()} if papers.operated_on else {}
    item.materials = texts | begun
    item.evidence_sha256 = papers.evidence_sha256 if re.fullmatch(r"[0-9a-f]{64}", papers.evidence_sha256) else ""
    item.changes = _changes(item, papers) if kind in {Kind.CHANGE, Kind.CORRECTION} else {}
    item.ground = papers.ground if papers.ground in PROCEDURES[kind].grounds else ""
    item.years = papers.years if kind == Kind.RENEWAL else None


def _changes(item: Registration, papers: Papers) -> dict[str, object]:
    if not papers.changes:
        return {}
    about = subject(item)
    wanted = checked(papers.changes, product=isinstance(about, DataProduct))
    return dict(difference(present(about, wanted), wanted))


def _parties(item: Registration) -> list[JointParty]:
    rows = item.co_registrants.select_related("organisation")
    return [
        JointParty(organisation_id=one.organisation.public_id, agreement_sha256=one.agreement_sha256) for one in rows
    ]


def require_prepared(item: Registration, /) -> None:
    """Refuse what is no draft and not returned; raise NotPrepared."""
    if item.state not in PREPARED:
        raise NotPrepared(state=item.state)


def _type(kind: str) -> Kind:
    if kind in {Kind.CHANGE, Kind.CORRECTION, Kind.RENEWAL, Kind.CANCELLATION}:
        return Kind(kind)
    raise NotYourApplication(type_zh="该类型", type_en="This type", who_zh="登记机构", who_en="the registry office")


def _applicant(base: Registration, kind: Kind, actor: Actor) -> Applicant:
    if actor.kind != "person" or actor.user_id is None:
        raise LoginNeeded
    if actor.organisation_id == base.registrant.public_id:
        actor.require(Role.OPERATOR if base.product_id else Role.HOLDER_AGENT)
        return Applicant.REGISTRANT
    procedure = PROCEDURES[kind]
    if Applicant.INTERESTED in procedure.applicants:
        return Applicant.INTERESTED
    raise NotYourApplication(
        type_zh=procedure.words.zh, type_en=procedure.words.en, who_zh="登记主体", who_en="the registrant"
    )


def _require_standing(base: Registration, kind: Kind) -> None:
    words = PROCEDURES[kind].words
    if base.kind != Kind.FIRST or base.state != State.CODED:
        raise NotRegistered(state=base.state, type_zh=words.zh, type_en=words.en)
    if kind == Kind.CORRECTION:
        return
    live = base.procedures.filter(kind=kind).exclude(state__in=CLOSED).first()
    if live is not None:
        raise AlreadyRegistered(number=live.number or "—", state=live.state)


def _own_organisation(actor: Actor) -> Organisation | None:
    return Organisation.objects.filter(public_id=actor.organisation_id).first() if actor.organisation_id else None


def _own_resource(resource_id: UUID, actor: Actor) -> tuple[DataResource, Organisation]:
    item = row(DataResource.objects.select_for_update(of=("self",)).select_related("holder"), resource_id)
    actor.require_organisation(item.holder.public_id)
    return item, item.holder


def _own_product(product_id: UUID, actor: Actor) -> tuple[DataProduct, Organisation]:
    rows = DataProduct.objects.select_for_update(of=("self",)).select_related("operator", "agreement__agency")
    item = row(rows, product_id)
    actor.require_organisation(item.operator.public_id)
    return item, item.operator
