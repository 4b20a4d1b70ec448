"""Periodic work of pricing: last year's reviews, and the reminder of the report due by 31 March."""

import logging
from datetime import datetime
from typing import Final

from celery import shared_task
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from pricing import queries, services
from registry.limits import local_day

LOG: Final = logging.getLogger(__name__)
LATEST_MONTH: Final = 3
"""From March on a year is reviewed even where December's income was never recorded."""


@shared_task(name="pricing.review")
def review() -> int:
    """Review every agreement's last year once its income is in, put reports on desks; return how many reviews."""
    return review_last_year(now=timezone.now())


def review_last_year(*, now: datetime) -> int:
    """Make the reviews and reminders that are due at ``now``; one that fails is logged and does not stop the rest."""
    made = 0
    for agreement_id, operator_id, year in queries.to_review(now=now):
        try:
            services.remind_of_report(agreement_id=agreement_id, operator_id=operator_id, year=year, now=now)
            if not queries.is_reviewed(agreement_id, year=year) and _complete(agreement_id, year, now=now):
                services.review_year(agreement_id=agreement_id, year=year, actor=SYSTEM, now=now)
                made += 1
        except DomainError as error:
            LOG.warning("agreement %s, %s: %s", agreement_id, year, error)
    return made


def _complete(agreement_id: object, year: int, *, now: datetime) -> bool:
    months = queries.income_by_month(agreement_id, year=year)  # type: ignore[arg-type]  # a uuid from the query above
    return local_day(now).month >= LATEST_MONTH or any(month.month == 12 for month, _, _ in months)
