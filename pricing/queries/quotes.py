"""Quotes and application scenarios as views."""

from uuid import UUID

from django.db.models import QuerySet

from kernel.money import Money
from pricing.fees import FeeKind
from pricing.models import Application, Quote
from pricing.queries.found import row
from pricing.types import ApplicationView, QuoteView
from pricing.units import ChargingForm, Scenario


def quote_view(item: Quote) -> QuoteView:
    """Return the view of a quote's row."""
    return QuoteView(
        id=item.public_id,
        product_id=item.product_id,
        buyer_id=item.buyer_id,
        form=ChargingForm(item.form),
        unit=item.unit,
        quantity=item.quantity,
        scenario=Scenario(item.scenario),
        kind=FeeKind(item.fee.kind),
        unit_price=item.unit_price,
        total=Money(item.total),
        free=item.free,
        confirmed=item.confirmed,
        derivation_id=item.derivation.public_id,
        entry_id=item.entry_id,
        made_at=item.made_at,
        valid_until=item.valid_until,
    )


def quote(quote_id: UUID) -> QuoteView:
    """Return a quote; raise NoSuch."""
    return quote_view(row(Quote.objects.select_related("fee", "derivation"), quote_id))


def application_view(item: Application) -> ApplicationView:
    """Return the view of an application scenario's row."""
    return ApplicationView(
        id=item.public_id,
        product_id=item.product_id,
        buyer_id=item.buyer_id,
        scenario=Scenario(item.scenario),
        title_zh=item.title_zh,
        title_en=item.title_en,
        purpose=item.purpose,
        reduction=item.reduction,
        reason=item.reason,
        state=item.state,
        declared_at=item.declared_at,
        entry_id=item.entry_id,
    )


def application(application_id: UUID) -> ApplicationView:
    """Return an application scenario; raise NoSuch."""
    return application_view(row(Application.objects.all(), application_id))


def applications(
    *, product_id: UUID | None = None, buyer_id: UUID | None = None, agency_id: UUID | None = None
) -> tuple[ApplicationView, ...]:
    """Return application scenarios, newest first, of a product, a buyer or an agency if named."""
    rows: QuerySet[Application] = Application.objects.order_by("-declared_at", "-pk")
    wanted = {"product_id": product_id, "buyer_id": buyer_id, "agency_id": agency_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(application_view(item) for item in rows)


def case_library() -> tuple[ApplicationView, ...]:
    """Return the public library of confirmed application scenarios, newest first."""
    return tuple(one for one in applications() if one.state == "confirmed")
