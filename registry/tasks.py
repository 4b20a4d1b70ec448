"""Periodic work of the registry office."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from kernel.signer import KeyStore
from registry import services

OFFICE_KEY = "office"
log = logging.getLogger(__name__)


@shared_task(name="registry.issue_certificates")
def issue_certificates() -> int:
    """Issue what certificates wait, signed with the office's key, and return how many there were."""
    store = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)
    numbers = services.issue_certificates(signer=store.signer(OFFICE_KEY), now=timezone.now())
    for number in numbers:
        log.info("certificate %s issued", number)
    return len(numbers)
