"""What moves by itself: plans out to the domains, answers in, encrypted lookups through the chamber."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from kernel.errors import DomainError
from kernel.signer import KeyStore
from privacy import services
from privacy.envelope import MEASURE, MEASURED, PLAN, sign
from privacy.gateways import domains, evaluator

log = logging.getLogger(__name__)


@shared_task(name="privacy.dispatch", ignore_result=True)
def dispatch() -> int:
    """Sign the plans and measurements that wait and hand them to their holders' workers; return how many."""
    now = timezone.now()
    waiting = [(PLAN, run) for run in services.prepare_dispatch(now=now)]
    waiting += [(MEASURE, order) for order in services.prepare_measurements(now=now)]
    if waiting:
        signer = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE).ensure_signer("platform")
        for kind, message in waiting:
            domains.hand_over(message.code, sign(kind, message.body, signer))
    return len(waiting)


@shared_task(name="privacy.receive", ignore_result=True)
def receive(envelope: dict[str, Any]) -> None:
    """Store an answer from a holder's worker; one that does not verify is dropped and logged by its error's code."""
    try:
        if envelope.get("type") == MEASURED:
            services.receive_measurement(envelope=envelope, now=timezone.now())
        else:
            services.receive(envelope=envelope, now=timezone.now())
    except DomainError as error:
        log.warning("answer dropped: %s", error.code)


@shared_task(name="privacy.evaluate", ignore_result=True)
def evaluate() -> int:
    """Evaluate the encrypted lookups that wait; return how many were taken."""
    jobs = services.prepare_lookups(now=timezone.now())
    for job in jobs:
        try:
            replies = evaluator.evaluate(job.profile, job.ciphertexts, job.rows)
        except DomainError:
            services.refuse_lookup(lookup_id=job.lookup_id, now=timezone.now())
        else:
            services.record_lookup(lookup_id=job.lookup_id, replies=replies, now=timezone.now())
    return len(jobs)
