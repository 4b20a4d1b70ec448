"""What is put beside a resource or product: rights of parties, quality figures, deposited files, drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from ledger.types import JsonValue
from registry import deposit, kinds, quality, rights
from registry.digests import digest
from registry.limits import local_day
from registry.models import (
    Agreement,
    DataProduct,
    DataResource,
    Deposit,
    Draft,
    Organisation,
    PartyRight,
    Plan,
    QualityReport,
)
from registry.queries.deposits import deposit_store
from registry.queries.found import row
from registry.services.parties import require_word
from registry.services.resources import own_organisation
from registry.types import RightClaim, Role

MOST_DEPOSITS: Final = 200
LARGEST_DRAFT: Final = 200_000
LONGEST_SCOPE: Final = 500
DECLARANT: Final = MappingProxyType({"resource": Role.HOLDER_AGENT, "product": Role.OPERATOR})
DECLARANTS: Final = tuple(DECLARANT.values())


@dataclass(eq=False, kw_only=True)
class RightHeld(Conflict):
    """A party holds a right over one thing once."""

    code = "registry.right_held"
    zh = "该单位对此数据已登记有相同的权利。"
    en = "This party holds this right over this thing already."
    law = rights.ARTICLE_21


@dataclass(eq=False, kw_only=True)
class RightScopeMissing(InvalidInput):
    """A right without a scope, with one too long, or for a term that is none."""

    code = "registry.right_scope"
    zh = "权利须写明范围（不超过 {longest} 个字符），且止期须晚于起期。"
    en = "A right has a scope (at most {longest} characters), and its end comes after its beginning."
    law = rights.ARTICLE_21
    longest: int


@dataclass(eq=False, kw_only=True)
class DepositHeld(Conflict):
    """The same file twice for one purpose, or too many files."""

    code = "registry.deposit_held"
    zh = "文件“{name}”已存证（SHA-256 {sha256}），或已达 {most} 份上限。"
    en = "{name} is deposited already (SHA-256 {sha256}), or there are {most} files."
    law = deposit.KEEP_ARTICLE
    name: str
    sha256: str
    most: int


@dataclass(eq=False, kw_only=True)
class DraftTooLarge(InvalidInput):
    """A draft larger than any declaration can be."""

    code = "registry.draft_too_large"
    zh = "草稿超过 {largest} 个字符。"
    en = "The draft has more than {largest} characters."
    largest: int


@transaction.atomic
def record_right(*, subject_kind: str, subject_id: UUID, claim: RightClaim, actor: Actor, now: datetime) -> UUID:
    """Record one of the three rights of a party over the actor's own resource or product, and return its id (Art 21).

    Raises RoleRequired, NoSuch, OtherOrganisation, UnknownWord, RightNotAvailable, RightScopeMissing, RightHeld.
    """
    require_word(field="subject_kind", value=subject_kind, allowed=DECLARANT)
    actor.require(DECLARANT[subject_kind])
    thing = _own_thing(subject_kind, subject_id, actor)
    require_word(field="right", value=claim.right, allowed=rights.Right)
    require_word(field="ground", value=claim.ground, allowed=rights.Ground)
    rights.require_available(
        rights.Right(claim.right), rights.Ground(claim.ground), others_consent=claim.others_consent
    )
    ends_early = claim.valid_until is not None and claim.valid_until <= claim.valid_from
    if not 0 < len(claim.scope.strip()) <= LONGEST_SCOPE or ends_early:
        raise RightScopeMissing(longest=LONGEST_SCOPE)
    party = row(Organisation.objects.all(), claim.organisation_id)
    held = thing.rights.filter(organisation=party, right=claim.right, ended_at__isnull=True)
    if held.exists():
        raise RightHeld
    item = PartyRight(
        public_id=uuid4(),
        resource=thing if isinstance(thing, DataResource) else None,
        product=thing if isinstance(thing, DataProduct) else None,
        organisation=party,
        right=claim.right,
        scope=claim.scope.strip(),
        ground=claim.ground,
        valid_from=claim.valid_from,
        valid_until=claim.valid_until,
        recorded_at=now,
    )
    item.entry = _record_right(item, subject_kind, subject_id, thing.entry, actor=actor, now=now)
    item.save(force_insert=True)
    return item.public_id


@transaction.atomic
def end_right(*, right_id: UUID, actor: Actor, now: datetime) -> None:
    """End a recorded right of the actor's own resource or product; raise NoSuch, OtherOrganisation, RightHeld."""
    rows = PartyRight.objects.select_for_update(of=("self",)).select_related("resource__holder", "product__operator")
    item = row(rows, right_id)
    owner = item.resource.holder if item.resource else item.product.operator  # type: ignore[union-attr]  # one of the two, by constraint
    actor.require(DECLARANT["resource" if item.resource else "product"])
    actor.require_organisation(owner.public_id)
    if item.ended_at is not None:
        raise RightHeld
    ledger.append(
        kind=kinds.resources.RIGHT_ENDED,
        subject=f"right:{item.public_id}",
        payload={"holding": str(item.public_id), "article": rights.ARTICLE_21},
        refs=[item.entry],
        actor=actor,
        now=now,
    )
    item.ended_at = now
    item.save(update_fields=["ended_at"])


@transaction.atomic
def record_quality(
    *,
    resource_id: UUID,
    figures: Mapping[str, Decimal | None],
    basis: str,
    actor: Actor,
    now: datetime,
    source_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> UUID:
    """Record a quality report of six shares and return its id (GB/T 36344).

    Measured figures come from the platform's own count in the holder's domain (``source_id``), the others are the
    holder's statement. Raises RoleRequired, NoSuch, OtherOrganisation, UnknownWord, FigureImpossible.
    """
    require_word(field="basis", value=basis, allowed=quality.Basis)
    item = row(DataResource.objects.select_related("holder"), resource_id)
    if basis == quality.Basis.MEASURED:
        actor.require("system")
    else:
        actor.require(Role.HOLDER_AGENT)
        actor.require_organisation(item.holder.public_id)
    found = quality.checked(figures)
    report = QualityReport(
        public_id=uuid4(),
        resource=item,
        basis=basis,
        source_id=source_id,
        details=dict(details or {}),
        reported_at=now,
        **{str(name): value for name, value in found.items()},
    )
    report.entry = _record_report(report, item, actor=actor, now=now)
    report.save(force_insert=True)
    return report.public_id


@transaction.atomic
def deposit_file(
    *, subject_kind: str, subject_id: UUID, kind: str, name: str, content: bytes, actor: Actor, now: datetime
) -> UUID:
    """Keep a file about the actor's own resource, product, plan or agreement under its hash; return its id (Art 7).

    Raises NoSuch, OtherOrganisation, UnknownWord, FileRefused, DepositHeld. The bytes are kept for 20 years.
    """
    refs = [_own_thing(subject_kind, subject_id, actor).entry]
    require_word(field="kind", value=kind, allowed=deposit.DepositKind)
    file = deposit.taken(name, content)
    held = Deposit.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    if held.filter(kind=kind, sha256=file.sha256).exists() or held.count() >= MOST_DEPOSITS:
        raise DepositHeld(name=file.name, sha256=file.sha256, most=MOST_DEPOSITS)
    item = Deposit(
        public_id=uuid4(),
        subject_kind=subject_kind,
        subject_id=subject_id,
        owner=own_organisation(actor=actor),
        kind=kind,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        deposited_at=now,
        keep_until=deposit.keep_until(local_day(now)),
    )
    item.entry = _record_deposit(item, refs, actor=actor, now=now)
    item.save(force_insert=True)
    store = deposit_store()
    if not store.exists(file.sha256):
        store.save(file.sha256, ContentFile(content))
    return item.public_id


@transaction.atomic
def save_draft(
    *, draft_id: UUID | None, kind: str, title: str, content: Mapping[str, Any], actor: Actor, now: datetime
) -> UUID:
    """Keep what was filled in of a declaration so far, as a new draft or over an older one; return its id.

    Raises RoleRequired, UnknownWord, DraftTooLarge, NoSuch, OtherOrganisation.
    """
    actor.require(*DECLARANTS)
    require_word(field="kind", value=kind, allowed=("resource", "product"))
    if len(str(content)) > LARGEST_DRAFT:
        raise DraftTooLarge(largest=LARGEST_DRAFT)
    if draft_id is None:
        item = Draft(public_id=uuid4(), organisation=own_organisation(actor=actor), kind=kind)
    else:
        item = row(Draft.objects.select_for_update(of=("self",)).select_related("organisation"), draft_id)
        actor.require_organisation(item.organisation.public_id)
    item.title, item.content, item.saved_at = title[:128], dict(content), now
    item.save()
    return item.public_id


@transaction.atomic
def discard_draft(*, draft_id: UUID, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - a service's signature
    """Throw a draft of the actor's organisation away; raise NoSuch or OtherOrganisation."""
    item = row(Draft.objects.select_related("organisation"), draft_id)
    actor.require_organisation(item.organisation.public_id)
    item.delete()


def _own_thing(subject_kind: str, subject_id: UUID, actor: Actor) -> Any:
    """Return a resource, product, plan or agreement of the actor's; raise UnknownWord, NoSuch, OtherOrganisation."""
    require_word(field="subject_kind", value=subject_kind, allowed=("resource", "product", "plan", "agreement"))
    if subject_kind == "resource":
        resource = row(DataResource.objects.select_related("holder"), subject_id)
        actor.require_organisation(resource.holder.public_id)
        return resource
    if subject_kind == "product":
        product = row(DataProduct.objects.select_related("operator"), subject_id)
        actor.require_organisation(product.operator.public_id)
        return product
    if subject_kind == "plan":
        plan = row(Plan.objects.select_related("agency"), subject_id)
        actor.require_organisation(plan.agency.public_id)
        return plan
    agreed = row(Agreement.objects.select_related("agency", "operator"), subject_id)
    if actor.organisation_id != agreed.operator.public_id:
        actor.require_organisation(agreed.agency.public_id)
    return agreed


def _record_right(
    item: PartyRight, subject_kind: str, subject_id: UUID, ref: UUID, *, actor: Actor, now: datetime
) -> UUID:
    payload: dict[str, JsonValue] = {
        "subject_kind": subject_kind,
        "subject": str(subject_id),
        "holding": str(item.public_id),
        "organisation": str(item.organisation.public_id),
        "right": item.right,
        "ground": item.ground,
        "valid_from": item.valid_from.isoformat(),
        "valid_until": item.valid_until.isoformat() if item.valid_until else None,
        "article": rights.ARTICLE_21,
    }
    return ledger.append(
        kind=kinds.resources.RIGHT_RECORDED,
        subject=f"{subject_kind}:{subject_id}",
        payload=payload,
        refs=[ref],
        confidential={"scope": item.scope},
        actor=actor,
        now=now,
    )


def _record_report(report: QualityReport, item: DataResource, *, actor: Actor, now: datetime) -> UUID:
    told = {name: getattr(report, name) for name in quality.Figure}
    return ledger.append(
        kind=kinds.resources.QUALITY_REPORTED,
        subject=f"resource:{item.public_id}",
        payload={
            "report": str(report.public_id),
            "resource": str(item.public_id),
            "basis": report.basis,
            "figures": {str(name): f"{value.normalize():f}" for name, value in told.items() if value is not None},
            "details_sha256": digest(report.details),
            "standard": quality.STANDARD,
        },
        refs=[item.entry],
        actor=actor,
        now=now,
    )


def _record_deposit(item: Deposit, refs: list[UUID], *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.resources.FILE_DEPOSITED,
        subject=f"{item.subject_kind}:{item.subject_id}",
        payload={
            "subject_kind": item.subject_kind,
            "subject": str(item.subject_id),
            "deposit": str(item.public_id),
            "kind": item.kind,
            "sha256": item.sha256,
            "size": item.size,
            "keep_until": item.keep_until.isoformat(),
            "article": deposit.KEEP_ARTICLE,
        },
        refs=refs,
        confidential={"name": item.name},
        actor=actor,
        now=now,
    )
