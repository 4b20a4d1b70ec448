"""Periodic work of the registry office."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from kernel.signer import KeyStore
from kernel.sm2 import ensure_sm2_signer
from registry import services

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
