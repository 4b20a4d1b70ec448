"""The three lists as views, by department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from registry.models import DataDemand, DataResource, InformationSystem, Organisation
from registry.queries.found import row


@dataclass(frozen=True, slots=True)
class SystemView:
    """An information system on a department's list."""

    id: UUID
    department_id: UUID
    department_zh: str
    department_en: str
    name_zh: str
    name_en: str
    purpose: str
    protection_level: int
    network: str
    state: str
    built_on: date | None
    contact_office: str
    contact_phone: str
    resource_ids: tuple[UUID, ...]
    listed_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DemandView:
    """A data demand on a department's list."""

    id: UUID
    department_id: UUID
    department_zh: str
    department_en: str
    name_zh: str
    name_en: str
    purpose: str
    legal_basis: str
    wanted_from_id: UUID | None
    wanted_from_zh: str
    wanted_from_en: str
    wanted_fields: str
    update_frequency: str
    wanted_by: date | None
    state: str
    resource_id: UUID | None
    answer: str
    answered_at: datetime | None
    listed_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DepartmentCount:
    """How much stands on each of a department's three lists."""

    department_id: UUID
    name_zh: str
    name_en: str
    systems: int
    resources: int
    demands: int


def system_rows(*, department_id: UUID | None = None) -> QuerySet[InformationSystem]:
    """Return the rows of the list of systems, of one department if named."""
    rows = InformationSystem.objects.select_related("department").prefetch_related("resources").order_by("pk")
    return rows.filter(department__public_id=department_id) if department_id else rows


def demand_rows(*, department_id: UUID | None = None) -> QuerySet[DataDemand]:
    """Return the rows of the list of demands, of one department if named."""
    rows = DataDemand.objects.select_related("department", "wanted_from", "resource").order_by("pk")
    return rows.filter(department__public_id=department_id) if department_id else rows


def systems(*, department_id: UUID | None = None, limit: int = 500) -> tuple[SystemView, ...]:
    """Return the information systems, of one department if named."""
    return tuple(system_view(one) for one in system_rows(department_id=department_id)[:limit])


def demands(*, department_id: UUID | None = None, limit: int = 500) -> tuple[DemandView, ...]:
    """Return the data demands, of one department if named."""
    return tuple(demand_view(one) for one in demand_rows(department_id=department_id)[:limit])


def system(system_id: UUID) -> SystemView:
    """Return an information system; raise NoSuch."""
    return system_view(row(system_rows(), system_id))


def demand(demand_id: UUID) -> DemandView:
    """Return a data demand; raise NoSuch."""
    return demand_view(row(demand_rows(), demand_id))


def department_counts() -> tuple[DepartmentCount, ...]:
    """Return every department with anything on its lists, in order of registration."""
    counted = [
        dict(model.objects.values_list(party).annotate(n=Count("pk")))
        for model, party in ((InformationSystem, "department"), (DataResource, "holder"), (DataDemand, "department"))
    ]
    keys = set().union(*counted)
    return tuple(
        DepartmentCount(one.public_id, one.name_zh, one.name_en, *(found.get(one.pk, 0) for found in counted))
        for one in Organisation.objects.filter(pk__in=keys).order_by("pk")
    )


def system_view(one: InformationSystem) -> SystemView:
    """Return the view of a system's row."""
    return SystemView(
        id=one.public_id,
        department_id=one.department.public_id,
        department_zh=one.department.name_zh,
        department_en=one.department.name_en,
        name_zh=one.name_zh,
        name_en=one.name_en,
        purpose=one.purpose,
        protection_level=one.protection_level,
        network=one.network,
        state=one.state,
        built_on=one.built_on,
        contact_office=one.contact_office,
        contact_phone=one.contact_phone,
        resource_ids=tuple(item.public_id for item in one.resources.all()),
        listed_at=one.listed_at,
        entry_id=one.entry,
    )


def demand_view(one: DataDemand) -> DemandView:
    """Return the view of a demand's row."""
    wanted = one.wanted_from
    return DemandView(
        id=one.public_id,
        department_id=one.department.public_id,
        department_zh=one.department.name_zh,
        department_en=one.department.name_en,
        name_zh=one.name_zh,
        name_en=one.name_en,
        purpose=one.purpose,
        legal_basis=one.legal_basis,
        wanted_from_id=wanted.public_id if wanted else None,
        wanted_from_zh=wanted.name_zh if wanted else "",
        wanted_from_en=wanted.name_en if wanted else "",
        wanted_fields=one.wanted_fields,
        update_frequency=one.update_frequency,
        wanted_by=one.wanted_by,
        state=one.state,
        resource_id=one.resource.public_id if one.resource else None,
        answer=one.answer,
        answered_at=one.answered_at,
        listed_at=one.listed_at,
        entry_id=one.entry,
    )
