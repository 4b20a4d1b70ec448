"""Invitations by e-mail: queued with the invitation, forgotten once sent or void."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from registry.models import Invitation, InvitationMail
from registry.services.subscriptions import MOST_ATTEMPTS, require_address

MOST_AT_ONCE: Final = 500


def queue_invitation(*, invitation: Invitation, email: str, token: str, now: datetime) -> None:
    """Queue the e-mail with an invitation's link; raise AddressWrong."""
    address = require_address(text=email)
    InvitationMail.objects.create(mail_id=uuid4(), invitation=invitation, email=address, token=token, queued_at=now)


@transaction.atomic
def invitations_to_mail(*, now: datetime) -> tuple[UUID, ...]:
    """Forget the e-mails of invitations that are used, withdrawn or over, and return those that wait, oldest first."""
    unsent = InvitationMail.objects.filter(sent_at__isnull=True)
    void = Q(invitation__accepted_at__isnull=False) | Q(invitation__withdrawn_at__isnull=False)
    unsent.filter(void | Q(invitation__expires_at__lte=now)).delete()
    waiting = unsent.filter(attempts__lt=MOST_ATTEMPTS).order_by("pk")
    return tuple(waiting.values_list("mail_id", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def note_invitation_sent(*, mail_id: UUID, sent: bool, now: datetime) -> None:
    """Note that an invitation was sent, and forget where to and its token; or that one more attempt failed."""
    item = InvitationMail.objects.select_for_update().filter(mail_id=mail_id).first()
    if item is None:
        return
    item.attempts += 1
    if sent:
        item.email, item.token, item.sent_at = "", "", now
    item.save()
