"""Cases the office opens itself: revocation (Art 20), and cancellation when nobody is left to apply (Art 9(4))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput
from ledger import services as ledger
from registry.identifiers import application_number
from registry.kinds import registrations as kinds
from registry.limits import local_day
from registry.models import CorrectionConsent, Registration
from registry.models.registrations import CLOSED
from registry.procedures import PROCEDURES, Applicant, Kind
from registry.queries.files import materials_digest
from registry.services.casework import locked, require_office, required_reason
from registry.services.drafts import AlreadyRegistered, LoginNeeded, NotRegistered, write_papers
from registry.services.letters import tell_applicant
from registry.services.registrations import start_review
from registry.services.reviews import require_complete
from registry.services.serials import next_serial
from registry.types import Papers, Role
from registry.workflow import REGISTRATION, S26, Event, State


@dataclass(eq=False, kw_only=True)
class NotTheOffices(InvalidInput):
    """A case of a type that only the registrant sets going."""

    code = "registry.not_the_offices"
    zh = "登记机构可以依职权办理的只有撤销，以及登记主体终止或法律规定情形的注销。"
    en = "An office opens by itself only revocation, and cancellation of one dissolved or provided by law."
    law = f"{S26} 第九条第四项、第二十条"


@dataclass(eq=False, kw_only=True)
class NothingToConsent(InvalidInput):
    """A consent to something that is no correction applied for by somebody else."""

    code = "registry.nothing_to_consent"
    zh = "该申请不是利害关系人提出、尚待决定的更正登记，无需书面同意。"
    en = "This is no correction that an interested party applied for and that awaits its decision."
    law = f"{S26} 第九条第三项"


@transaction.atomic
def open_case(*, kind: str, base_id: UUID, papers: Papers, actor: Actor, now: datetime) -> UUID:
    """Open a revocation, or a cancellation on the grounds nobody applies on, upon a coded registration; return its id.

    It is accepted from the start; another person verifies it. Raises NoSuch, RoleRequired, OtherOrganisation,
    NotTheOffices, NotRegistered, AlreadyRegistered, MaterialsIncomplete.
    """
    base = locked(registration_id=base_id)
    require_office(item=base, role=Role.REGISTRY_CLERK, actor=actor)
    wanted = _office_type(kind, papers.ground)
    _require_open(base, wanted)
    today = local_day(now)
    item = Registration(
        public_id=uuid4(),
        kind=wanted,
        base=base,
        applicant=Applicant.OFFICE,
        registrant=base.registrant,
        office=base.office,
        state=REGISTRATION.initial,
        number=application_number(today, next_serial(series=f"application:{today:%Y%m%d}")),
        rates_on=today,
    )
    write_papers(item=item, papers=papers)
    require_complete(item=item)
    step = REGISTRATION.fire(item.state, Event.OPEN_CASE)
    item.state = step.target
    item.accepted_by_id, item.accepted_at, item.submitted_at = actor.user_id, now, now
    item.prepared_by_id, item.prepared_at = actor.user_id, now
    item.save(force_insert=True)
    item.last_entry = _record(item, base, actor=actor, now=now)
    item.save(update_fields=["last_entry"])
    tell_applicant(item=item, kind="told", article=PROCEDURES[wanted].article, now=now)
    return item.public_id


@transaction.atomic
def consent_to_correction(*, registration_id: UUID, statement: str, actor: Actor, now: datetime) -> None:
    """Consent in writing, as the registrant, to a correction an interested party applied for (Art 9(3)).

    Raises NoSuch, RoleRequired, OtherOrganisation, LoginNeeded, NothingToConsent, ReasonMissing.
    """
    item = locked(registration_id=registration_id)
    if actor.user_id is None:
        raise LoginNeeded
    actor.require(Role.HOLDER_AGENT, Role.OPERATOR)
    actor.require_organisation(item.registrant.public_id)
    waiting = item.state in {State.SUBMITTED, State.ACCEPTED}
    given = CorrectionConsent.objects.filter(registration=item).exists()
    if item.kind != Kind.CORRECTION or item.applicant != Applicant.INTERESTED or not waiting or given or not item.base:
        raise NothingToConsent
    text = required_reason(reason=statement)
    item.last_entry = ledger.append(
        kind=kinds.CORRECTION_CONSENTED,
        subject=f"registration:{item.public_id}",
        payload={
            "registration": str(item.public_id),
            "base": str(item.base.public_id),
            "article": PROCEDURES[Kind.CORRECTION].article,
        },
        refs=[item.last_entry] if item.last_entry else [],
        confidential={"statement": text},
        actor=actor,
        now=now,
    )
    item.save(update_fields=["last_entry"])
    CorrectionConsent.objects.create(
        registration=item, given_by_id=actor.user_id, given_at=now, statement=text, entry=item.last_entry
    )


def _office_type(kind: str, ground: str) -> Kind:
    if kind == Kind.REVOCATION or (kind == Kind.CANCELLATION and ground in {"dissolved", "by_law", "lost"}):
        return Kind(kind)
    raise NotTheOffices


def _require_open(base: Registration, kind: Kind) -> None:
    words = PROCEDURES[kind].words
    if base.kind != Kind.FIRST or base.state != State.CODED:
        raise NotRegistered(state=base.state, type_zh=words.zh, type_en=words.en)
    live = base.procedures.filter(kind=kind).exclude(state__in=CLOSED).first()
    if live is not None:
        raise AlreadyRegistered(number=live.number or "—", state=live.state)


def _record(item: Registration, base: Registration, *, actor: Actor, now: datetime) -> UUID:
    due = start_review(item=item, now=now)
    return ledger.append(
        kind=kinds.CASE_OPENED,
        subject=f"registration:{item.public_id}",
        payload={
            "registration": str(item.public_id),
            "type": item.kind,
            "base": str(base.public_id),
            "number": item.number,
            "office": str(item.office.public_id),
            "ground": item.ground,
            "materials_sha256": materials_digest(item),
            "review_due": due,
            "article": PROCEDURES[Kind(item.kind)].article,
        },
        refs=[base.last_entry] if base.last_entry else [],
        actor=actor,
        now=now,
    )
