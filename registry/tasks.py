"""Periodic work of the registry office."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.signer import KeyStore
from kernel.sm2 import ensure_sm2_signer
from registry import queries, services
from registry.gateways import letters

OFFICE_KEY = "office"
OFFICE_SM2_KEY = "office-sm2"
log = logging.getLogger(__name__)


@shared_task(name="registry.issue_certificates")
def issue_certificates() -> int:
    """Let certificates follow their procedures, issue what waits, publish what changed; return how many were issued."""
    store, now = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE), timezone.now()
    signer = store.signer(OFFICE_KEY)
    ended = services.follow_procedures(now=now)
    numbers = services.issue_certificates(signer=signer, now=now)
    services.countersign(signer=ensure_sm2_signer(store, OFFICE_SM2_KEY), now=now)
    lists = services.publish_status_lists(signer=signer, now=now)
    for number in numbers:
        log.info("certificate %s issued", number)
    if ended or lists:
        log.info("%s certificates ended, %s status lists published", ended, lists)
    return len(numbers)


@shared_task(name="registry.propose")
def propose() -> int:
    """Lay before the offices what falls due, act where they settled on acting at once; return how many there were."""
    count = services.propose(now=timezone.now())
    if count:
        log.info("%s acts proposed", count)
    return count


@shared_task(name="registry.remind")
def remind() -> int:
    """Write the reminders that are due, then send what no e-mail has carried yet; return how many were sent."""
    services.remind(now=timezone.now())
    sent = 0
    for letter_id in services.letters_to_mail():
        letter, address = queries.addressed(letter_id)
        if address and not letters.send(letter, to=address):
            log.warning("letter %s could not be sent; it waits", letter_id)
            continue
        services.note_mailed(letter_id=letter_id, now=timezone.now())
        sent += bool(address)
    return sent


@shared_task(name="registry.rights_clock")
def rights_clock() -> int:
    """Accept what nobody answered in time and end what was not renewed (SPR Art 17 and 36); return how many."""
    now = timezone.now()
    silent, lapsed = services.accept_by_silence(now=now), services.lapse_rights(now=now)
    if silent or lapsed:
        log.info("%s property rights accepted by silence, %s lapsed", silent, lapsed)
    return silent + lapsed


@shared_task(name="registry.tell_subscribers")
def tell_subscribers() -> int:
    """Queue the notices subscribers asked for, then send what waits; return how many e-mails were sent."""
    services.queue_notices(now=timezone.now())
    sent = 0
    for mail_id in queries.waiting_mails():
        address, subject, body = queries.notice_mail(mail_id)
        taken = letters.send_notice(to=address, subject=subject, body=body)
        services.note_sent(mail_id=mail_id, sent=taken, now=timezone.now())
        sent += taken
    return sent


@shared_task(name="registry.mail_invitations")
def mail_invitations() -> int:
    """Send the invitations that wait; return how many were sent."""
    sent = 0
    for mail_id in services.invitations_to_mail(now=timezone.now()):
        found = queries.invitation_mail(mail_id)
        if found is None:
            continue
        address, subject, body = found
        taken = letters.send_notice(to=address, subject=subject, body=body)
        services.note_invitation_sent(mail_id=mail_id, sent=taken, now=timezone.now())
        if not taken:
            log.warning("invitation %s could not be sent; it waits", mail_id)
        sent += taken
    return sent


@shared_task(name="registry.expire_agreements")
def expire_agreements() -> int:
    """Record which agreements' terms are over, and return how many there were."""
    found = services.expire_agreements(actor=SYSTEM, now=timezone.now())
    for agreement_id in found:
        log.info("agreement %s expired", agreement_id)
    return len(found)
