"""Periodic work: seal what waits, anchor what is sealed, hold chain and database against each other.

Each is harmless when repeated or run twice at once.
"""

from __future__ import annotations

import logging

from celery import shared_task

from kernel.errors import DomainError
from ledger import gateways
from ledger.gateways.node import ChainUnavailable
from ledger.services.stops import LogStopped

logger = logging.getLogger(__name__)


@shared_task(name="ledger.seal", ignore_result=True)
def seal() -> None:
    """Seal every waiting entry; nothing while the log stands still."""
    try:
        gateways.seal_all()
    except LogStopped as error:
        logger.error("%s", error)


@shared_task(name="ledger.anchor", ignore_result=True)
def anchor() -> None:
    """Anchor every sealed head; while no node answers, say so and leave the rows for the next time."""
    try:
        gateways.anchor_all()
    except ChainUnavailable as error:
        logger.warning("%s", error)
    except DomainError as error:
        logger.error("%s", error)


@shared_task(name="ledger.reconcile", ignore_result=True)
def reconcile() -> None:
    """Compare chain and database; what is wrong is on record then, and writing or anchoring stands still."""
    try:
        gateways.reconcile_chain()
    except ChainUnavailable as error:
        logger.warning("%s", error)
    except DomainError as error:
        logger.error("%s", error)
