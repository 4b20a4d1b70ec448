"""Ceilings and fees as views: which are in force at a moment, and the public list of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from pricing import tariff
from pricing.fees import FeeKind
from pricing.models import Ceiling, CeilingAct, Fee
from pricing.queries.found import row
from pricing.types import CeilingReport, CeilingView, FeeView
from pricing.units import ChargingForm

CEILINGS = Ceiling.objects.select_related("act__decision", "act__derivation")
FEES = Fee.objects.select_related("ceiling__act__decision", "ceiling__act__derivation")


def in_force(now: datetime) -> Q:
    """Return the condition that a price is in force at a moment (half-open)."""
    return Q(valid_from__lte=now) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now))


def ceiling_view(item: Ceiling) -> CeilingView:
    """Return the view of a ceiling's row."""
    return CeilingView(
        id=item.public_id,
        product_id=item.product_id,
        decision_id=item.act.decision.public_id,
        form=ChargingForm(item.form),
        unit=item.unit,
        tiers=tariff.read("ceiling", item.tiers),
        expected_quantity=item.expected_quantity,
        customers=item.customers,
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        derivation_id=item.act.derivation.public_id,
        entry_id=item.act.entry_id,
    )


def fee_view(item: Fee) -> FeeView:
    """Return the view of a fee's row, with the ceiling it was set under."""
    return FeeView(
        id=item.public_id,
        product_id=item.product_id,
        kind=FeeKind(item.kind),
        form=ChargingForm(item.form),
        unit=item.unit,
        tiers=tariff.read("fee", item.tiers),
        ceiling=None if item.ceiling is None else ceiling_view(item.ceiling),
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        entry_id=item.entry_id,
    )


def ceiling(ceiling_id: UUID) -> CeilingView:
    """Return a ceiling; raise NoSuch."""
    return ceiling_view(row(CEILINGS.all(), ceiling_id))


def ceilings(product_id: UUID, *, now: datetime) -> tuple[CeilingView, ...]:
    """Return a product's ceilings in force, by form and unit."""
    rows = CEILINGS.filter(in_force(now), product_id=product_id).order_by("form", "unit")
    return tuple(ceiling_view(item) for item in rows)


def ceiling_reports(agreement_id: UUID) -> tuple[CeilingReport, ...]:
    """Return the written reports that went with an agreement's ceilings, newest first."""
    rows = CeilingAct.objects.filter(agreement_id=agreement_id).select_related("derivation").order_by("-set_at")
    return tuple(CeilingReport(act.set_at, act.report, act.report_en, act.derivation.public_id) for act in rows)


def fees(product_id: UUID, *, now: datetime) -> tuple[FeeView, ...]:
    """Return a product's prices in force, by form and unit."""
    rows = FEES.filter(in_force(now), product_id=product_id).order_by("form", "unit")
    return tuple(fee_view(item) for item in rows)


def fee_at(product_id: UUID, *, form: ChargingForm, now: datetime, unit: str | None = None) -> tuple[FeeView, ...]:
    """Return the prices in force of one form (and unit), usually one."""
    return tuple(fee for fee in fees(product_id, now=now) if fee.form == form and unit in (None, fee.unit))


def fee_history(product_id: UUID) -> tuple[FeeView, ...]:
    """Return every price a product ever had, newest first."""
    rows = FEES.filter(product_id=product_id).order_by("-valid_from", "-pk")
    return tuple(fee_view(item) for item in rows)


def public_fees(
    *, now: datetime, product_ids: Sequence[UUID] | None = None, first: int = 0, count: int = 500
) -> tuple[FeeView, ...]:
    """Return the public list of prices in force (明码标价), by product, a page of ``count`` from ``first``."""
    rows: QuerySet[Fee] = FEES.filter(in_force(now)).order_by("product_id", "form", "unit")
    if product_ids is not None:
        rows = rows.filter(product_id__in=product_ids)
    return tuple(fee_view(item) for item in rows[first : first + count])
