"""What stands beside a resource or product: rights, quality, deposited files, versions and drafts as views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models import QuerySet

from kernel.actors import Actor
from registry import quality
from registry.differences import Change, differences
from registry.models import Deposit, Draft, PartyRight, QualityReport, Version
from registry.queries.found import hidden, row
from registry.types import Role

AUDITORS = frozenset(
    {Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER, Role.DATA_AUTHORITY, Role.IMPLEMENTING_AGENCY, Role.REGULATOR}
)


@dataclass(frozen=True, slots=True)
class RightView:
    """One party's right over a resource or product."""

    id: UUID
    organisation_id: UUID
    right: str
    ground: str
    scope: str
    valid_from: date
    valid_until: date | None
    ended_at: datetime | None
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class QualityView:
    """A quality report: the six figures, their mean, which are below the threshold, and who says so."""

    id: UUID
    basis: str
    figures: Mapping[quality.Figure, Decimal | None]
    score: Decimal | None
    unmet: tuple[quality.Figure, ...]
    reported_at: datetime
    source_id: UUID | None
    details: Mapping[str, Any]
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DepositView:
    """A deposited file."""

    id: UUID
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    deposited_at: datetime
    keep_until: date
    entry_id: UUID
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version and how it differs from the one before it."""

    number: int
    written_at: datetime
    reason: str
    content: Mapping[str, Any]
    changes: tuple[Change, ...]
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft of a declaration."""

    id: UUID
    kind: str
    title: str
    content: Mapping[str, Any]
    saved_at: datetime


def deposit_store() -> FileSystemStorage:
    """Return where deposited files lie, each under its SHA-256."""
    return FileSystemStorage(location=settings.DATA_DIR / "registry" / "deposits")


def rights_of(*, subject_kind: str, subject_id: UUID) -> tuple[RightView, ...]:
    """Return the rights recorded over a resource or product, in order, ended ones among them."""
    rows = PartyRight.objects.filter(**{f"{subject_kind}__public_id": subject_id}).select_related("organisation")
    return tuple(
        RightView(
            id=one.public_id,
            organisation_id=one.organisation.public_id,
            right=one.right,
            ground=one.ground,
            scope=one.scope,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            ended_at=one.ended_at,
            entry_id=one.entry,
        )
        for one in rows
    )


def quality_reports(*, resource_id: UUID) -> tuple[QualityView, ...]:
    """Return a resource's quality reports, newest first."""
    rows = QualityReport.objects.filter(resource__public_id=resource_id).order_by("-pk")
    return tuple(_quality(one) for one in rows)


def _quality(one: QualityReport) -> QualityView:
    figures = {name: getattr(one, name) for name in quality.Figure}
    return QualityView(
        id=one.public_id,
        basis=one.basis,
        figures=figures,
        score=quality.score(figures),
        unmet=quality.unmet(figures),
        reported_at=one.reported_at,
        source_id=one.source_id,
        details=one.details,
        entry_id=one.entry,
    )


def deposits(*, subject_kind: str, subject_id: UUID) -> tuple[DepositView, ...]:
    """Return the files deposited about a thing, in order."""
    rows = Deposit.objects.filter(subject_kind=subject_kind, subject_id=subject_id).select_related("owner")
    return tuple(_deposit(one) for one in rows)


def _deposit(one: Deposit) -> DepositView:
    return DepositView(
        id=one.public_id,
        kind=one.kind,
        name=one.name,
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256,
        deposited_at=one.deposited_at,
        keep_until=one.keep_until,
        entry_id=one.entry,
        owner_id=one.owner.public_id,
    )


def visible_deposit(deposit_id: UUID, *, actor: Actor) -> tuple[DepositView, bytes]:
    """Return a file with its bytes to its owner's people and to officials; raise NoSuch to anyone else."""
    item = row(Deposit.objects.select_related("owner"), deposit_id)
    if actor.organisation_id != item.owner.public_id and actor.roles.isdisjoint(AUDITORS):
        raise hidden(Deposit.objects.all(), deposit_id)
    with deposit_store().open(item.sha256) as file:
        return _deposit(item), bytes(file.read())


def versions(*, subject_kind: str, subject_id: UUID) -> tuple[VersionView, ...]:
    """Return the versions of a resource or product, newest first, each with its differences from the one before."""
    rows: QuerySet[Version] = Version.objects.filter(**{f"{subject_kind}__public_id": subject_id}).order_by("number")
    found: list[VersionView] = []
    for one in rows:
        changes = differences(found[-1].content, one.content) if found else ()
        found.append(
            VersionView(
                number=one.number,
                written_at=one.written_at,
                reason=one.reason,
                content=one.content,
                changes=changes,
                entry_id=one.entry,
            )
        )
    return tuple(reversed(found))


def declaration_drafts(*, organisation_id: UUID) -> tuple[DraftView, ...]:
    """Return an organisation's drafts, the last saved first."""
    rows = Draft.objects.filter(organisation__public_id=organisation_id)
    return tuple(_draft(one) for one in rows)


def declaration_draft(draft_id: UUID, *, actor: Actor) -> DraftView:
    """Return a draft of the actor's organisation; raise NoSuch."""
    rows = Draft.objects.filter(organisation__public_id=actor.organisation_id or UUID(int=0))
    return _draft(row(rows, draft_id))


def _draft(one: Draft) -> DraftView:
    return DraftView(id=one.public_id, kind=one.kind, title=one.title, content=one.content, saved_at=one.saved_at)
