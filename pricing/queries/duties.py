"""What each desk owes: fees or ceilings to adjust after a review, and the yearly report with its day."""

from calendar import monthrange
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from pricing import parameters
from pricing.models import Contact, Duty, FiledReport, RevenueDecision, Review
from pricing.queries.parameters import rate_in_force, region_of
from pricing.types import ContactView, DutyView
from registry.limits import local_day


def duty_view(item: Duty) -> DutyView:
    """Return the view of a duty's row."""
    return DutyView(
        id=item.public_id,
        agreement_id=item.agreement_id,
        operator_id=item.operator_id,
        year=item.year,
        kind=item.kind,
        role=item.role,
        due_on=item.due_on,
        arose_at=item.arose_at,
        done_at=item.done_at,
    )


def duties(
    *, role: str | None = None, operator_id: UUID | None = None, agreement_id: UUID | None = None
) -> tuple[DutyView, ...]:
    """Return what is still owed, by a role, an operator or under an agreement if named; the nearest day first."""
    rows: QuerySet[Duty] = Duty.objects.filter(done_at__isnull=True).order_by("due_on", "arose_at", "pk")
    wanted = {"role": role, "operator_id": operator_id, "agreement_id": agreement_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(duty_view(item) for item in rows)


def report_day(agreement_id: UUID, *, year: int) -> date:
    """Return the day by which the report on a year is due: 31 March of the next, as the parameters have it."""
    region, on = region_of(agreement_id), date(year + 1, 1, 1)
    month, day = (
        int(rate_in_force(name, on=on, region=region).value)
        for name in (parameters.REPORT_MONTH, parameters.REPORT_DAY)
    )
    return date(year + 1, month, min(day, monthrange(year + 1, month)[1]))


def to_review(*, now: datetime) -> tuple[tuple[UUID, UUID, int], ...]:
    """Return (agreement, operator, last year) where a decision was in effect last year."""
    year = local_day(now).year - 1
    decided = RevenueDecision.objects.filter(valid_from__lte=date(year, 12, 31), valid_until__gt=date(year, 1, 1))
    pairs = decided.values_list("agreement_id", "operator_id").distinct().order_by("agreement_id")
    return tuple((agreement_id, operator_id, year) for agreement_id, operator_id in pairs)


def is_reviewed(agreement_id: UUID, *, year: int) -> bool:
    """Return whether a year has been reviewed."""
    return Review.objects.filter(agreement_id=agreement_id, year=year).exists()


def filed_report(agreement_id: UUID, *, year: int) -> FiledReport | None:
    """Return the report that was filed on a year, or None."""
    return FiledReport.objects.filter(agreement_id=agreement_id, year=year).first()


def contact(organisation_id: UUID) -> ContactView:
    """Return how the public reaches an organisation, empty where it never said."""
    found = Contact.objects.filter(organisation_id=organisation_id).order_by("-pk").first()
    if found is None:
        return ContactView()
    return ContactView(found.address, found.postcode, found.email, found.telephone, found.person)
