"""The celery app: queues, and the periodic tasks that move the rows that wait."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

app = Celery("gongshu")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    },
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="platform",
    task_serializer="json",
    accept_content=["json"],
    task_routes={"ledger.*": {"queue": "ledger"}, "privacy.*": {"queue": "privacy"}},
    worker_prefetch_multiplier=1,
    timezone="Asia/Shanghai",
    beat_schedule={
        "seal": {"task": "ledger.seal", "schedule": 2.0, "options": {"expires": 4}},
        "anchor": {"task": "ledger.anchor", "schedule": 3.0, "options": {"expires": 6}},
        "reconcile": {"task": "ledger.reconcile", "schedule": 300.0, "options": {"expires": 300}},
        "certificates": {"task": "registry.issue_certificates", "schedule": 5.0, "options": {"expires": 10}},
        "proposals": {"task": "registry.propose", "schedule": 60.0, "options": {"expires": 60}},
        "reminders": {"task": "registry.remind", "schedule": 300.0, "options": {"expires": 300}},
        "rights": {"task": "registry.rights_clock", "schedule": 60.0, "options": {"expires": 60}},
        "agreements": {"task": "registry.expire_agreements", "schedule": 300.0, "options": {"expires": 300}},
        "subscribers": {"task": "registry.tell_subscribers", "schedule": 60.0, "options": {"expires": 60}},
        "invitations": {"task": "registry.mail_invitations", "schedule": 30.0, "options": {"expires": 30}},
        "dispatch": {"task": "privacy.dispatch", "schedule": 1.0, "options": {"expires": 2}},
        "evaluate": {"task": "privacy.evaluate", "schedule": 1.0, "options": {"expires": 2}},
        "payments": {"task": "marketplace.settle_payments", "schedule": 2.0, "options": {"expires": 4}},
        "reviews": {"task": "pricing.review", "schedule": 3600.0, "options": {"expires": 3600}},
        "expiries": {"task": "marketplace.expire", "schedule": 60.0, "options": {"expires": 60}},
    },
)
app.autodiscover_tasks()
