"""What a registration's file holds: its papers, whose they are, what they lack, and who has yet to sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ledger.types import JsonValue
from registry.amendments import FIELDS
from registry.digests import digest
from registry.limits import Rulebook
from registry.models import CoRegistrant, DataProduct, DataResource, Membership, Organisation, Registration
from registry.policy import Setting
from registry.procedures import PROCEDURES, Applicant, Kind, statements_of
from registry.routing import Place, competent
from registry.types import Papers, Role

SHA256 = re.compile(r"[0-9a-f]{64}")


def record(item: Registration) -> Registration:
    """Return the record a registration is about: itself when it is the first, its base otherwise."""
    return item.base or item


def subject(item: Registration) -> DataResource | DataProduct:
    """Return the resource or product a registration is about."""
    top = record(item)
    found = top.resource or top.product
    if found is None:
        raise LookupError(f"registration {item} is about nothing")
    return found


def papers(item: Registration) -> Papers:
    """Return what an application says so far."""
    statements = {key: text for key, text in item.materials.items() if key not in {"operated_on", "evidence_sha256"}}
    operated_on = item.materials.get("operated_on")
    changes = {
        field: value["after"] if isinstance(value, dict) and "after" in value else value
        for field, value in item.changes.items()
    }
    return Papers(
        statements=statements,
        evidence_sha256=item.evidence_sha256,
        operated_on=date.fromisoformat(operated_on) if operated_on else None,
        changes=changes,
        ground=item.ground,
        years=item.years,
    )


def materials_digest(item: Registration) -> str:
    """Return the hash of everything an application says: what a signature is over."""
    parties: list[JsonValue] = [
        [str(one.organisation.public_id), one.agreement_sha256]
        for one in CoRegistrant.objects.filter(registration=item).select_related("organisation")
    ]
    said: Mapping[str, Any] = {
        "kind": item.kind,
        "materials": item.materials,
        "evidence_sha256": item.evidence_sha256,
        "changes": item.changes,
        "ground": item.ground,
        "years": item.years,
        "office": str(item.office.public_id),
        "parties": parties,
    }
    return digest(said)


def missing(item: Registration) -> tuple[str, ...]:
    """Return what an application lacks to be complete (Art 9): statements, deposit, ground, years, changes."""
    kind = Kind(item.kind)
    procedure = PROCEDURES[kind]
    found = papers(item)
    lacks = [key for key in statements_of(kind, Applicant(item.applicant)) if not found.statements.get(key, "").strip()]
    if not _deposit_fits(found.evidence_sha256, needed=procedure.deposit):
        lacks.append("evidence_sha256")
    if procedure.grounds and found.ground not in procedure.grounds:
        lacks.append("ground")
    if kind == Kind.RENEWAL and not found.years:
        lacks.append("years")
    if kind in {Kind.CHANGE, Kind.CORRECTION} and not found.changes:
        lacks.append("changes")
    return tuple(lacks)


def _deposit_fits(text: str, *, needed: bool) -> bool:
    return bool(SHA256.fullmatch(text)) if needed or text else True


def unsigned(item: Registration) -> list[Organisation]:
    """Return the organisations whose chief data officer has not signed what the application now says (Art 7).

    The registrant and every joint subject sign; one whose agreement lets the applicant apply need not, and neither an
    interested party nor the office itself is a registrant.
    """
    if item.applicant != Applicant.REGISTRANT:
        return []
    joint = CoRegistrant.objects.filter(registration=item, agreement_sha256="").select_related("organisation")
    wanted = [item.registrant, *(one.organisation for one in joint)]
    rows = item.signatures.filter(materials_sha256=materials_digest(item))
    signed = set(rows.values_list("organisation_id", flat=True))
    return [one for one in wanted if one.pk not in signed]


def competent_office(about: DataResource | DataProduct, *, book: Rulebook) -> Organisation | None:
    """Return the office competent for a resource or product by level and territory (Art 6), or None without any."""
    party = about.holder if isinstance(about, DataResource) else _routing_party(about, book)
    rows = {one.public_id: one for one in offices()}
    found = competent(_place(party), [_place(one) for one in rows.values()])
    return rows[found.id] if found else None


def offices() -> list[Organisation]:
    """Return the organisations that register: those with a clerk."""
    rows = Organisation.objects.filter(pk__in=_office_keys())
    return list(rows.order_by("pk"))


def _office_keys() -> Any:
    return Membership.objects.filter(role=Role.REGISTRY_CLERK).values("organisation_id")


def _routing_party(product: DataProduct, book: Rulebook) -> Organisation:
    by_agency = book.reads(Setting.PRODUCT_OFFICE) == "agency"
    return product.agreement.agency if by_agency else product.operator


def _place(item: Organisation) -> Place:
    return Place(id=item.public_id, level=item.level, region=item.region)


def present(about: DataResource | DataProduct, names: Iterable[str]) -> dict[str, object]:
    """Return the present values of a resource's or product's ``names``, ``fields`` as the whole table of columns."""
    return {name: _columns(about) if name == FIELDS else getattr(about, name) for name in names}


def _columns(about: DataResource | DataProduct) -> list[dict[str, str]]:
    if isinstance(about, DataProduct):
        return []
    keys = ("name", "type", "description_zh", "description_en", "sensitivity")
    return [{key: getattr(one, key) for key in keys} for one in about.fields.all()]
