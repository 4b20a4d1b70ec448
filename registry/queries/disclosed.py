"""What a disclosure says: the content that 27号 and the yearly notice ask for, taken from the register as it stands."""

from __future__ import annotations

from typing import Any

from registry.disclosure import Duty
from registry.models import Agreement, DataProduct, Organisation
from registry.operation import METHOD, MODE, Mode
from registry.queries.resources import coded


def disclosed(agreed: Agreement, *, duty: str, year: int) -> dict[str, Any]:
    """Return the content of one disclosure of an agreement, as JSON values; the party is the duty's debtor."""
    if duty in (Duty.AUTHORISATION, Duty.AGENCY_YEARLY):
        return {"year": year, **_authorisation(agreed)}
    return {"year": year, **_operation(agreed)}


def _authorisation(agreed: Agreement) -> dict[str, Any]:
    plan = agreed.selection.plan
    mode = MODE.get(agreed.mode or plan.mode, MODE[Mode.WHOLE])
    return {
        "agency": _party(agreed.agency),
        "operators": [_party(agreed.operator) | _term(agreed)],
        "plan": {"name": plan.name, "decision_number": plan.decision_number, "filing_number": plan.filing_number},
        "mode": {"zh": mode.name_zh, "en": mode.name_en},
        "selection": {"zh": METHOD[agreed.selection.method].name_zh, "en": METHOD[agreed.selection.method].name_en},
        "agreement": {"number": agreed.number, "filing_number": agreed.filing_number},
        "resources": [
            {"name_zh": one.name_zh, "name_en": one.name_en, "code": one.code, "registered": found is not None}
            | {"registration_code": found.code if found else ""}
            for one in agreed.resources.prefetch_related("registrations").order_by("pk")
            for found in [coded(list(one.registrations.all()))]
        ],
    }


def _operation(agreed: Agreement) -> dict[str, Any]:
    products = DataProduct.objects.filter(agreement=agreed).prefetch_related("registrations", "resources")
    return {
        "operator": _party(agreed.operator) | _term(agreed),
        "agency": _party(agreed.agency),
        "agreement": {"number": agreed.number, "filing_number": agreed.filing_number},
        "products": [_product(one) for one in products.order_by("pk")],
    }


def _product(one: DataProduct) -> dict[str, Any]:
    found = coded(list(one.registrations.all()))
    return {
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "code": one.code,
        "registration_code": found.code if found else "",
        "product_type": one.product_type,
        "delivery_method": one.delivery_method,
        "resources": [resource.code for resource in one.resources.all()],
    }


def _party(one: Organisation) -> dict[str, Any]:
    return {"name_zh": one.name_zh, "name_en": one.name_en, "uscc": one.uscc, "id": str(one.public_id)}


def _term(agreed: Agreement) -> dict[str, Any]:
    return {"valid_from": agreed.valid_from.isoformat(), "valid_until": agreed.valid_until.isoformat()}
