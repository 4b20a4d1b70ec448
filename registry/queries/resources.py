"""Resources and products as views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import overload
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.actors import Actor
from registry.catalogue import DataSubject
from registry.grade import Assessment, Harm, Object
from registry.models import DataProduct, DataResource, Registration
from registry.queries.found import hidden, row
from registry.types import CatalogueView, FieldView, ProductView, ResourceView, Role
from registry.workflow import State

DECLARED = "declared"
OFFICIALS = frozenset(
    {Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER, Role.IMPLEMENTING_AGENCY, Role.DATA_AUTHORITY, Role.REGULATOR}
)
RESOURCES = DataResource.objects.select_related("holder").prefetch_related("fields", "registrations")
PRODUCTS = DataProduct.objects.select_related("operator", "agreement").prefetch_related("resources", "registrations")


@dataclass(frozen=True, slots=True)
class DutyList:
    """A resource's 权责清单 and the optional catalogue fields."""

    owner_id: UUID
    manager_id: UUID
    user_ids: tuple[UUID, ...]
    shared_from_id: UUID | None
    security_officer: str
    region: str
    time_from: date | None
    time_until: date | None
    size: Decimal | None
    size_unit: str
    records: int | None
    source_note: str
    sharing_condition: str
    open_condition: str
    channel: str
    others: str
    version: int
    imported: bool


def resource(resource_id: UUID) -> ResourceView:
    """Return a resource; raise NoSuch."""
    return resource_view(row(RESOURCES.all(), resource_id))


def resources(*, holder_id: UUID | None = None, registered: bool | None = None) -> Sequence[ResourceView]:
    """Return the declared resources, newest first: of one holder, or only the coded or the uncoded, if asked.

    The sequence reads from the database what is taken of it: a page costs a page.
    """
    rows: QuerySet[DataResource] = RESOURCES.order_by("-pk")
    if holder_id:
        rows = rows.filter(holder__public_id=holder_id)
    if registered is not None:
        standing = Q(pk__in=Registration.objects.filter(state=State.CODED, resource__isnull=False).values("resource"))
        rows = rows.filter(standing if registered else ~standing)
    return _Views(rows)


class _Views(Sequence[ResourceView]):
    """Rows as views, read when taken."""

    def __init__(self, rows: QuerySet[DataResource]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return self._rows.count()

    def __iter__(self) -> Iterator[ResourceView]:
        return (resource_view(item) for item in self._rows.iterator(chunk_size=500))

    @overload
    def __getitem__(self, place: int) -> ResourceView: ...
    @overload
    def __getitem__(self, place: slice) -> list[ResourceView]: ...
    def __getitem__(self, place: int | slice) -> ResourceView | list[ResourceView]:
        if isinstance(place, int):
            found = list(self._rows) if place < 0 else list(self._rows[place : place + 1])
            return resource_view(found[place if place < 0 else 0])
        if place.step in (None, 1) and (place.start or 0) >= 0 and (place.stop is None or place.stop >= 0):
            return [resource_view(item) for item in self._rows[place.start : place.stop]]
        return [resource_view(item) for item in list(self._rows)[place]]


def product(product_id: UUID) -> ProductView:
    """Return a product; raise NoSuch."""
    return product_view(row(PRODUCTS.all(), product_id))


def products(*, operator_id: UUID | None = None) -> tuple[ProductView, ...]:
    """Return the declared products, newest first, of one operator if named."""
    rows: QuerySet[DataProduct] = PRODUCTS.order_by("-pk")
    if operator_id:
        rows = rows.filter(operator__public_id=operator_id)
    return tuple(product_view(item) for item in rows)


def visible_resource(resource_id: UUID, *, actor: Actor) -> ResourceView:
    """Return a resource that is registered, the actor's own, or any to an official; raise NoSuch otherwise."""
    view = resource(resource_id)
    if view.registration_code or _may_see(actor, view.holder_id):
        return view
    raise hidden(DataResource.objects.all(), resource_id)


def catalogue_fields(resource_id: UUID) -> CatalogueView:
    """Return the rest of a resource's catalogue fields; raise NoSuch."""
    item = row(RESOURCES.all(), resource_id)
    latest = max(item.registrations.all(), key=lambda one: one.pk, default=None)
    return CatalogueView(
        sharing=item.sharing,
        openness=item.openness,
        coverage=item.coverage,
        contact_office=item.contact_office,
        contact_phone=item.contact_phone,
        declared_at=item.declared_at,
        assessments=tuple(Assessment(Object(one["object"]), Harm(one["harm"])) for one in item.assessments),
        registration_id=latest.public_id if latest else None,
    )


def resource_by_code(code: str) -> ResourceView | None:
    """Return the resource with this data code, or None."""
    item = RESOURCES.filter(code=code.strip().upper()).first()
    return resource_view(item) if item else None


def duty_list(resource_id: UUID) -> DutyList:
    """Return who owns, manages, uses and secures a resource (权责清单), and its optional fields; raise NoSuch."""
    item = row(RESOURCES.select_related("owner", "manager", "shared_from").prefetch_related("users"), resource_id)
    return DutyList(
        owner_id=(item.owner or item.holder).public_id,
        manager_id=(item.manager or item.holder).public_id,
        user_ids=tuple(one.public_id for one in item.users.all()),
        shared_from_id=item.shared_from.public_id if item.shared_from else None,
        security_officer=item.security_officer,
        region=item.region,
        time_from=item.time_from,
        time_until=item.time_until,
        size=item.size,
        size_unit=item.size_unit,
        records=item.records,
        source_note=item.source_note,
        sharing_condition=item.sharing_condition,
        open_condition=item.open_condition,
        channel=item.channel,
        others=item.others,
        version=item.version,
        imported=item.imported_in_id is not None,
    )


def product_registration_id(product_id: UUID) -> UUID | None:
    """Return the id of a product's latest registration, or None; raise NoSuch."""
    latest = max(row(PRODUCTS.all(), product_id).registrations.all(), key=lambda one: one.pk, default=None)
    return latest.public_id if latest else None


def visible_product(product_id: UUID, *, actor: Actor) -> ProductView:
    """Return a product that is registered, the actor's own, or any to an official; raise NoSuch otherwise."""
    view = product(product_id)
    if view.registration_code or _may_see(actor, view.operator_id):
        return view
    raise hidden(DataProduct.objects.all(), product_id)


def _may_see(actor: Actor, owner: UUID) -> bool:
    return actor.organisation_id == owner or not actor.roles.isdisjoint(OFFICIALS)


def coded(registrations: QuerySet[Registration] | list[Registration]) -> Registration | None:
    """Return the coded registration among those of one resource or product, or None."""
    return next((one for one in registrations if one.state == State.CODED), None)


def grade_text(level: str, grade: int | None) -> str:
    """Return level and grade as one word: ``core``, ``important`` or ``general-1`` to ``general-4``."""
    return level if grade is None else f"{level}-{grade}"


def resource_view(item: DataResource) -> ResourceView:
    """Return the view of a resource's row."""
    registration = coded(list(item.registrations.all()))
    fields = tuple(
        FieldView(
            name=field.name,
            type=field.type,
            description_zh=field.description_zh,
            description_en=field.description_en,
            sensitivity=field.sensitivity,
        )
        for field in item.fields.all()
    )
    return ResourceView(
        id=item.public_id,
        code=item.code,
        name_zh=item.name_zh,
        name_en=item.name_en,
        holder_id=item.holder.public_id,
        abstract_zh=item.abstract_zh,
        abstract_en=item.abstract_en,
        industry=item.industry,
        format=item.format,
        data_source=item.data_source,
        personal_information=item.personal_information,
        status=item.status,
        grade=grade_text(item.level, item.grade),
        library=item.library,
        update_frequency=item.update_frequency,
        fields=fields,
        registration_code=registration.code if registration else None,
        declared_entry_id=item.entry,
        coded_entry_id=registration.coded_entry if registration else None,
    )


def product_view(item: DataProduct) -> ProductView:
    """Return the view of a product's row."""
    found = sorted(item.registrations.all(), key=lambda one: one.pk)
    registration = coded(found)
    return ProductView(
        id=item.public_id,
        code=item.code,
        name_zh=item.name_zh,
        name_en=item.name_en,
        operator_id=item.operator.public_id,
        agreement_id=item.agreement.public_id,
        resource_ids=tuple(one.public_id for one in item.resources.all()),
        product_type=item.product_type,
        description_zh=item.description_zh,
        description_en=item.description_en,
        registration_code=registration.code if registration else None,
        public_data=item.data_subject == DataSubject.PUBLIC,
        state=found[-1].state if found else DECLARED,
        industry=item.industry,
        update_frequency=item.update_frequency,
        delivery_method=item.delivery_method,
        limitations=item.limitations,
        personal_information=item.personal_information,
        grade=grade_text(item.level, item.grade),
        declared_entry_id=item.entry,
        coded_entry_id=registration.coded_entry if registration else None,
        valid_until=registration.valid_until if registration else None,
    )
