"""Drafts, letters, confirmation sheets, and what holders are told of the use of their resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from kernel.actors import Actor
from registry.models import ConfirmationSheet, Letter, Registration, UseReport
from registry.procedures import Applicant, Kind, statements_of
from registry.queries.files import materials_digest, missing, papers, present, subject, unsigned
from registry.queries.found import hidden, row
from registry.queries.registrations import subject_kind
from registry.types import ConfirmationView, DraftView, JointParty, LetterView, Papers, Role, UseView
from registry.workflow import State

FILES = Registration.objects.select_related(
    "resource", "product", "registrant", "office", "base__resource", "base__product"
)
MOST = 500


def draft(registration_id: UUID, *, actor: Actor) -> DraftView:
    """Return an application under preparation to those who prepare or sign it; raise NoSuch for every other."""
    item = row(FILES.filter(state__in=[State.DRAFT, State.RETURNED]), registration_id)
    joint = {one.organisation.public_id for one in item.co_registrants.select_related("organisation")}
    interested = item.applicant == Applicant.INTERESTED
    own = actor.user_id is not None and actor.user_id in {item.prepared_by_id, item.submitted_by_id}
    if own or (not interested and actor.organisation_id in {item.registrant.public_id, *joint}):
        return draft_view(item)
    raise hidden(Registration.objects.all(), registration_id)


def drafts(*, actor: Actor) -> tuple[DraftView, ...]:
    """Return what the actor's organisation prepares, and the actor as an interested party, newest first."""
    if actor.user_id is None:
        return ()
    rows = FILES.filter(state__in=[State.DRAFT, State.RETURNED]).order_by("-pk")
    mine = rows.filter(applicant=Applicant.INTERESTED, prepared_by_id=actor.user_id)
    if actor.organisation_id is None:
        return tuple(draft_view(one) for one in mine[:MOST])
    ours = rows.filter(applicant=Applicant.REGISTRANT, registrant__public_id=actor.organisation_id)
    joint = rows.filter(co_registrants__organisation__public_id=actor.organisation_id)
    return tuple(draft_view(one) for one in (ours | mine | joint).distinct()[:MOST])


def draft_view(item: Registration) -> DraftView:
    """Return the view of an application under preparation."""
    about = subject(item)
    said = materials_digest(item)
    signed = item.signatures.filter(materials_sha256=said).order_by("-signed_at").first()
    joint = item.co_registrants.select_related("organisation")
    return DraftView(
        id=item.public_id,
        kind=item.kind,
        base_id=item.base.public_id if item.base else None,
        state=item.state,
        subject_kind=subject_kind(item),
        subject_id=about.public_id,
        name_zh=about.name_zh,
        name_en=about.name_en,
        office_id=item.office.public_id,
        office_zh=item.office.name_zh,
        office_en=item.office.name_en,
        applicant=item.applicant,
        needed=statements_of(Kind(item.kind), Applicant(item.applicant)),
        papers=papers(item),
        parties=tuple(
            JointParty(organisation_id=one.organisation.public_id, agreement_sha256=one.agreement_sha256)
            for one in joint
        ),
        missing=missing(item),
        unsigned=tuple(one.public_id for one in unsigned(item)),
        signed_at=signed.signed_at if signed else None,
        reason=item.reason,
        prepared_at=item.prepared_at,
    )


def letters(*, actor: Actor, unread: bool = False) -> tuple[LetterView, ...]:
    """Return the actor's inbox, newest first."""
    if actor.user_id is None:
        return ()
    rows = Letter.objects.filter(recipient_id=actor.user_id).select_related(
        "registration__resource",
        "registration__product",
        "registration__base__resource",
        "registration__base__product",
    )
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return tuple(letter_view(one) for one in rows[:MOST])


def letter_view(item: Letter) -> LetterView:
    """Return the view of a letter."""
    about = subject(item.registration)
    return LetterView(
        id=item.public_id,
        registration_id=item.registration.public_id,
        number=item.registration.number or "",
        name_zh=about.name_zh,
        name_en=about.name_en,
        kind=item.kind,
        step=item.step,
        due_at=item.due_at,
        article=item.article,
        text=item.text,
        written_at=item.written_at,
        read_at=item.read_at,
    )


def addressed(letter_id: UUID) -> tuple[LetterView, str]:
    """Return a letter and its recipient's e-mail address, empty where none is known; raise NoSuch."""
    item = row(Letter.objects.select_related("recipient", "registration__base"), letter_id)
    return letter_view(item), item.recipient.email


def confirmation(registration_id: UUID, *, actor: Actor) -> ConfirmationView:
    """Return a registration's confirmation sheet to its registrant, applicant, office and overseers; raise NoSuch."""
    rows = ConfirmationSheet.objects.select_related("registration__registrant", "registration__office")
    item = rows.filter(registration__public_id=registration_id).first()
    if item is None:
        raise hidden(Registration.objects.all(), registration_id)
    file = item.registration
    own = actor.organisation_id in {file.registrant.public_id, file.office.public_id}
    mine = actor.user_id is not None and actor.user_id == file.submitted_by_id
    if not (own or mine or Role.REGULATOR in actor.roles):
        raise hidden(Registration.objects.all(), registration_id)
    return ConfirmationView(
        number=item.number,
        registration_id=registration_id,
        facts=item.facts,
        facts_sha256=item.facts_sha256,
        made_at=item.made_at,
    )


def confirmation_numbers(subject_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the number of the latest confirmation sheet (登记确认单) of each resource or product that has one."""
    ids = list(subject_ids)
    about = Q(registration__resource__public_id__in=ids) | Q(registration__product__public_id__in=ids)
    names = ("registration__resource__public_id", "registration__product__public_id", "number")
    rows = ConfirmationSheet.objects.filter(about).order_by("pk").values_list(*names)
    return {resource or product: number for resource, product, number in rows}


def uses(*, holder_id: UUID) -> tuple[UseView, ...]:
    """Return what products made of a holder's resources, or operated by it, brought month by month, newest first."""
    rows = UseReport.objects.filter(product__resources__holder__public_id=holder_id)
    own = UseReport.objects.filter(product__operator__public_id=holder_id)
    found = (rows | own).distinct().select_related("product").prefetch_related("product__resources__holder")
    return tuple(
        UseView(
            product_id=one.product.public_id,
            name_zh=one.product.name_zh,
            name_en=one.product.name_en,
            month=one.month,
            uses=one.uses,
            income=one.income,
            resources=tuple(
                resource.name_zh for resource in one.product.resources.all() if resource.holder.public_id == holder_id
            ),
        )
        for one in found[:MOST]
    )


def visible_procedures(registration_id: UUID, *, actor: Actor) -> tuple[UUID, ...]:
    """Return the later procedures upon a registration that this actor may see, oldest first; raise NoSuch."""
    item = row(Registration.objects.all(), registration_id)
    rows = item.procedures.exclude(state=State.DRAFT).select_related("registrant", "office").order_by("pk")
    inside = (
        actor.organisation_id in {item.registrant.public_id, item.office.public_id} or Role.REGULATOR in actor.roles
    )
    return tuple(
        one.public_id
        for one in rows
        if inside
        or one.noticed_at is not None
        or one.state == State.COMPLETED
        or (actor.user_id is not None and actor.user_id == one.submitted_by_id)
    )


def papers_of(registration_id: UUID, *, actor: Actor) -> Papers:
    """Return what an application says to its registrant, applicant, office and overseers; raise NoSuch."""
    item = row(FILES.exclude(state=State.DRAFT), registration_id)
    own = actor.organisation_id in {item.registrant.public_id, item.office.public_id}
    mine = actor.user_id is not None and actor.user_id == item.submitted_by_id
    if own or mine or Role.REGULATOR in actor.roles:
        return papers(item)
    raise hidden(Registration.objects.all(), registration_id)


def present_values(registration_id: UUID, *, names: Iterable[str]) -> Mapping[str, object]:
    """Return the present values of what a change would touch; raise NoSuch."""
    return present(subject(row(FILES.all(), registration_id)), names)
