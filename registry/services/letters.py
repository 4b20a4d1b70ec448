"""Messages to people about a registration: one row each, read in the inbox and sent by e-mail by a periodic task."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from registry.models import Letter, Registration
from registry.procedures import Applicant
from registry.queries.found import hidden, row
from registry.services.casework import members
from registry.types import Role

APPLICANT_ROLES = (Role.HOLDER_AGENT, Role.OPERATOR)
OFFICE_ROLES = (Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER)


def write(
    *,
    item: Registration,
    kind: str,
    to: Iterable[int],
    due_at: datetime,
    now: datetime,
    step: str = "",
    article: str = "",
) -> int:
    """Write a letter to each account of ``to`` unless it has that very letter already; return how many were asked."""
    letters = [
        Letter(
            recipient_id=user,
            registration=item,
            kind=kind,
            step=step,
            due_at=due_at,
            article=article,
            written_at=now,
        )
        for user in dict.fromkeys(to)
    ]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def tell_applicant(*, item: Registration, kind: str, article: str, now: datetime) -> None:
    """Tell the applicant's people that something was decided; what and why stands on the registration's page."""
    write(item=item, kind=kind, to=applicant_accounts(item=item), due_at=now, article=article, now=now)


def applicant_accounts(*, item: Registration) -> list[int]:
    """Return the accounts on the applicant's side: the organisation's agents, or the interested person alone."""
    if item.applicant != Applicant.INTERESTED:
        return members(organisation_ids=[item.registrant_id], roles=APPLICANT_ROLES)
    return [item.submitted_by_id] if item.submitted_by_id else []


def office_accounts(*, item: Registration) -> list[int]:
    """Return who at the office answers for a registration: the one it is assigned to, or all its people."""
    if item.assigned_to_id:
        return [item.assigned_to_id]
    return members(organisation_ids=[item.office_id], roles=OFFICE_ROLES)


@transaction.atomic
def mark_read(*, letter_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that the actor has read a letter of their own; raise NoSuch for any other."""
    found = row(Letter.objects.select_for_update(), letter_id)
    if actor.user_id is None or found.recipient_id != actor.user_id:
        raise hidden(Letter.objects.all(), letter_id)
    if found.read_at is None:
        found.read_at = now
        found.save(update_fields=["read_at"])
