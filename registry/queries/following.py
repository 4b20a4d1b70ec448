"""One registration with what its reader may do with it: for its page, its API answer and its desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.actors import Actor
from registry.limits import local_day, renewal_window
from registry.models import Registration
from registry.procedures import PROCEDURES, Kind
from registry.queries.acts import allowed_acts, applicant_acts, next_types
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.queries.rulebooks import book_of
from registry.workflow import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a reader may do with a registration now, and the window in which its renewal may be applied for."""

    acts: tuple[str, ...]
    own_acts: tuple[str, ...]
    next_types: tuple[str, ...]
    renewal_opens: date | None
    renewal_closes: date | None


def options(registration_id: UUID, *, actor: Actor, now: datetime) -> Standing:
    """Return what ``actor`` may do with a registration at ``now``; raise NoSuch."""
    rows = Registration.objects.select_related("office", "registrant", "base", "consent")
    item = row(rows.prefetch_related("limits", "objections", "procedures"), registration_id)
    book = book_of(item, today=local_day(now))
    coded = item.kind == Kind.FIRST and item.state == State.CODED and item.valid_until is not None
    opens, closes = renewal_window(item.valid_until, book=book) if coded and item.valid_until else (None, None)
    return Standing(
        acts=allowed_acts(item, actor=actor, now=now, book=book, calendar=calendar()),
        own_acts=applicant_acts(item, actor=actor),
        next_types=next_types(item, actor=actor),
        renewal_opens=opens,
        renewal_closes=closes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentView:
    """What an application asks for beside its statements: each change as before and after, ground, years, consent."""

    changes: tuple[tuple[str, object, object], ...]
    ground_zh: str
    ground_en: str
    years: int | None
    consented_at: datetime | None
    applied_for_zh: str
    applied_for_en: str


def asked(registration_id: UUID) -> ContentView:
    """Return what an application asks for, once it may be seen at all; raise NoSuch."""
    item = row(Registration.objects.select_related("consent", "applied_for"), registration_id)
    ground = PROCEDURES[Kind(item.kind)].grounds.get(item.ground)
    consent, party = getattr(item, "consent", None), item.applied_for
    return ContentView(
        changes=tuple((field, value["before"], value["after"]) for field, value in item.changes.items()),
        ground_zh=ground.zh if ground else "",
        ground_en=ground.en if ground else "",
        years=item.years,
        consented_at=consent.given_at if consent else None,
        applied_for_zh=party.name_zh if party else "",
        applied_for_en=party.name_en if party else "",
    )
