"""Periodic work: seal what waits, anchor what is sealed. Each is harmless when repeated or run twice at once."""

from __future__ import annotations

import logging

from celery import shared_task

from ledger import gateways
from ledger.gateways.node import ChainUnavailable

logger = logging.getLogger(__name__)


@shared_task(name="ledger.seal", ignore_result=True)
def seal() -> None:
    """Seal every waiting entry."""
    gateways.seal_all()


@shared_task(name="ledger.anchor", ignore_result=True)
def anchor() -> None:
    """Anchor every sealed head; while no node answers, say so and leave the rows for the next time."""
    try:
        gateways.anchor_all()
    except ChainUnavailable as error:
        logger.warning("%s", error)
