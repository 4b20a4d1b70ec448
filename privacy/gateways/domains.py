"""Handing signed plans over to the holders' domain workers, through the broker."""

from __future__ import annotations

import functools

from celery import Celery
from django.conf import settings

from privacy.envelope import Envelope

TASK = "privacy.domain.run"


@functools.lru_cache(maxsize=1)
def _sender(broker_url: str) -> Celery:
    sender = Celery("privacy-gateway", broker=broker_url, set_as_current=False)
    sender.conf.update(task_serializer="json", task_ignore_result=True)
    return sender


def hand_over(code: str, envelope: Envelope) -> None:
    """Put a signed plan on the queue of the holder ``code``; whether it is ever run is the holder's business."""
    _sender(settings.BROKER_URL).send_task(TASK, args=[envelope], queue=f"domain.{code}")


def close() -> None:
    """Close this process's connections to the broker."""
    if _sender.cache_info().currsize:
        _sender(settings.BROKER_URL).close()
        _sender.cache_clear()
