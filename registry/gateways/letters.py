"""Letters by e-mail: who writes them out and hands them to the mail server."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from kernel.workdays import SHANGHAI
from registry.types import LetterView

SUBJECTS = {
    "due_soon": "登记时限即将届满 A limit ends soon",
    "overdue": "登记时限已过 A limit has passed",
    "returned": "登记申请退回补正 Returned for completion",
    "renewal_opens": "可以申请续展 Renewal can be applied for",
    "proposed": "登记事项待办 Ready to be done",
    "assigned": "登记事项已分派给您 Assigned to you",
    "told": "登记事项有新进展 News of a registration",
}


def send(letter: LetterView, *, to: str) -> bool:
    """Send a letter by e-mail; return whether the mail server took it. It names the record, never why or who."""
    due = f"{letter.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    address = f"{settings.PUBLIC_URL}/registry/registrations/{letter.registration_id}/"
    lines = [f"{letter.name_zh} ({letter.number or '—'})", f"{due}  {letter.article}", address]
    message = EmailMessage(subject=SUBJECTS[letter.kind], body="\n\n".join(lines), to=[to])
    try:
        return message.send() == 1
    except (SMTPException, OSError):
        return False


def send_notice(*, to: str, subject: str, body: str) -> bool:
    """Send a notice to a subscriber, or an invitation; return whether the mail server took it."""
    try:
        return EmailMessage(subject=" ".join(subject.split()), body=body, to=[to]).send() == 1
    except (SMTPException, OSError):
        return False
