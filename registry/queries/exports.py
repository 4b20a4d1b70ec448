"""Everything a user may see, row by row, as flat records: for CSV and JSON that begin before they are finished.

Resources and products go out under the names of the national dictionary (NDI—TR—2025—06 A.1 and A.2), with what the
register knows besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from kernel.actors import Actor
from kernel.errors import InvalidInput, plain
from registry.catalogue import ProviderType, ResourceStatus
from registry.models import Agreement, DataProduct, DataResource, Deposit, Registration
from registry.queries.lists import demand_rows, demand_view, system_rows, system_view
from registry.queries.resources import OFFICIALS, coded, grade_text
from registry.types import OrganisationKind
from registry.workflow import State

CHUNK: Final = 500
FILES: Final = MappingProxyType(
    {
        "commission": "commission",
        "dataSample": "sample",
        "complianceAndLegalStatement": "compliance",
        "dataSourceStatement": "lawful_source",
        "safeLevel": "security_level",
        "evaluationReport": "quality",
    }
)
Record = dict[str, Any]


class NothingToExport(InvalidInput):
    """A kind of export there is not."""

    code = "registry.nothing_to_export"
    zh = "没有这种导出；可导出：resources、products、registrations、agreements、systems、demands。"
    en = "There is no such export; there are resources, products, registrations, agreements, systems, demands."


def export(kind: str, *, actor: Actor) -> Iterator[Record]:
    """Yield what the actor may see of ``kind``, oldest first; raise NothingToExport at once."""
    maker = EXPORTS.get(kind)
    if maker is None:
        raise NothingToExport
    return maker(actor)


def resource_record(item: DataResource) -> Record:
    """Return a resource under the names of dictionary A.1, then what the register knows besides."""
    registration = coded(list(item.registrations.all()))
    columns = list(item.fields.all())
    return {
        "resourceName": item.name_zh,
        "resourceId": item.code,
        "industry": item.industry,
        "resourceOwner": (item.owner or item.holder).name_zh,
        "contacter": item.contact_office,
        "contactInformation": item.contact_phone,
        "resourceAbstract": item.abstract_zh,
        "resourceFormat": item.format,
        "itemName": "；".join(one.name for one in columns),
        "itemType": "；".join(one.type for one in columns),
        "dataSource": item.data_source,
        "personalInformation": int(item.personal_information),
        "resourceStatus": item.status,
        "others": item.others,
        "id": str(item.public_id),
        "name_en": item.name_en,
        "holder": item.holder.uscc,
        "manager": (item.manager or item.holder).uscc,
        "sharing": item.sharing,
        "openness": item.openness,
        "update_frequency": item.update_frequency,
        "library": item.library,
        "coverage": item.coverage,
        "region": item.region,
        "time_from": plain(item.time_from),
        "time_until": plain(item.time_until),
        "size": f"{item.size}{item.size_unit}" if item.size is not None else "",
        "records": item.records,
        "grade": grade_text(item.level, item.grade),
        "registration_code": registration.code if registration else "",
        "declared_at": plain(item.declared_at),
        "version": item.version,
    }


def product_record(item: DataProduct) -> Record:
    """Return a product under the names of dictionary A.2; files by the SHA-256 they are deposited under."""
    registration = coded(list(item.registrations.all()))
    deposited = Deposit.objects.filter(subject_kind="product", subject_id=item.public_id).values_list("kind", "sha256")
    files = dict(deposited)
    span = f"{item.time_from} 至 {item.time_until}" if item.time_from and item.time_until else ""
    operator = item.operator
    return {
        "productName": item.name_zh,
        "productId": item.code,
        "productType": item.product_type,
        "timeRange": span,
        "industry": item.industry,
        "productRegion": item.region,
        "personalInformation": int(item.personal_information),
        "description": item.description_zh,
        "deliveryMethod": item.delivery_method,
        "limitations": item.limitations,
        "authorize": int(item.authorised),
        "dataSubject": item.data_subject,
        "dataSize": f"{item.size}{item.size_unit}" if item.size is not None else "",
        "updateFrequency": item.update_frequency,
        "resourceId": "；".join(one.code for one in item.resources.all()),
        "others": item.others,
        "providerName": operator.name_zh,
        "providerType": ProviderType.OTHER if operator.kind == OrganisationKind.SOCIAL else ProviderType.LEGAL,
        "entityInformation": operator.kind,
        "identityId": operator.uscc,
        "providerDesc": item.provider_description,
        "operatorName": item.contact_name,
        "operatorTelephone": item.contact_phone,
        **{name: files.get(kind, "") for name, kind in FILES.items()},
        "id": str(item.public_id),
        "name_en": item.name_en,
        "agreement": item.agreement.number,
        "grade": grade_text(item.level, item.grade),
        "registration_code": registration.code if registration else "",
        "declared_at": plain(item.declared_at),
    }


def _official(actor: Actor) -> bool:
    return not actor.roles.isdisjoint(OFFICIALS)


def _resources(actor: Actor) -> Iterator[Record]:
    rows = DataResource.objects.select_related("holder", "owner", "manager").defer("search")
    rows = rows.prefetch_related("fields", "registrations").order_by("pk")
    if not _official(actor):
        rows = rows.filter(Q(status=ResourceStatus.REGISTERED) | Q(holder__public_id=actor.organisation_id))
    return (resource_record(one) for one in rows.iterator(chunk_size=CHUNK))


def _products(actor: Actor) -> Iterator[Record]:
    rows = DataProduct.objects.select_related("operator", "agreement")
    rows = rows.prefetch_related("resources", "registrations").order_by("pk")
    if not _official(actor):
        seen = Q(registrations__state=State.CODED) | Q(operator__public_id=actor.organisation_id)
        rows = rows.filter(seen).distinct()
    return (product_record(one) for one in rows.iterator(chunk_size=CHUNK))


def _registrations(actor: Actor) -> Iterator[Record]:
    rows = Registration.objects.select_related("registrant", "office", "resource", "product").order_by("pk")
    if not _official(actor):
        party = actor.organisation_id
        rows = rows.filter(Q(registrant__public_id=party) | Q(office__public_id=party) | Q(state=State.CODED))
    return (_registration(one) for one in rows.iterator(chunk_size=CHUNK))


def _registration(one: Registration) -> Record:
    about = one.resource or one.product
    return {
        "number": one.number,
        "registrant": one.registrant.uscc,
        "registrant_name": one.registrant.name_zh,
        "office": one.office.uscc,
        "subject": "resource" if one.resource else "product",
        "data_code": about.code if about else "",
        "name": about.name_zh if about else "",
        "state": one.state,
        "submitted_at": plain(one.submitted_at),
        "accepted_at": plain(one.accepted_at),
        "noticed_at": plain(one.noticed_at),
        "notice_ends_at": plain(one.notice_ends_at),
        "coded_at": plain(one.coded_at),
        "registration_code": one.code or "",
        "valid_until": plain(one.valid_until),
        "id": str(one.public_id),
    }


def _agreements(actor: Actor) -> Iterator[Record]:  # noqa: ARG001 - what is exported of an agreement is public (Art 18)
    rows = Agreement.objects.select_related("agency", "operator").prefetch_related("resources").order_by("pk")
    return (_agreement(one) for one in rows.iterator(chunk_size=CHUNK))


def _agreement(one: Agreement) -> Record:
    return {
        "number": one.number,
        "agency": one.agency.uscc,
        "agency_name": one.agency.name_zh,
        "operator": one.operator.uscc,
        "operator_name": one.operator.name_zh,
        "mode": one.mode,
        "valid_from": plain(one.valid_from),
        "valid_until": plain(one.valid_until),
        "state": one.state,
        "filing_number": one.filing_number,
        "first_operated_on": plain(one.first_operated_on),
        "resources": "；".join(item.code for item in one.resources.all()),
        "id": str(one.public_id),
    }


def _systems(actor: Actor) -> Iterator[Record]:
    rows = system_rows(department_id=_department(actor))
    return (_flat(asdict(system_view(one))) for one in rows.iterator(chunk_size=CHUNK))


def _demands(actor: Actor) -> Iterator[Record]:
    rows = demand_rows(department_id=_department(actor))
    return (_flat(asdict(demand_view(one))) for one in rows.iterator(chunk_size=CHUNK))


def _department(actor: Actor) -> UUID | None:
    """Return whose lists an actor may export: everybody's for officials, otherwise one's own."""
    return None if _official(actor) else (actor.organisation_id or UUID(int=0))


def _flat(record: Record) -> Record:
    told: Record = plain(record)
    return {key: "；".join(value) if isinstance(value, list) else value for key, value in told.items()}


EXPORTS: Final[MappingProxyType[str, Callable[[Actor], Iterator[Record]]]] = MappingProxyType(
    {
        "resources": _resources,
        "products": _products,
        "registrations": _registrations,
        "agreements": _agreements,
        "systems": _systems,
        "demands": _demands,
    }
)
