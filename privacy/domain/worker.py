"""``python -m privacy.domain.worker``: answer the platform's signed plans from the holder's own queue.

A celery worker of its own: JSON only, one plan at a time, no result backend, no platform database. Message in:
``privacy.domain.run`` on queue ``domain.<HOLDER_CODE>``; message out: ``privacy.receive`` on queue ``privacy``.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, Final

from celery import Celery

from privacy.domain import environment
from privacy.domain.answer import Domain
from privacy.domain.source import Source
from privacy.domain.store import Store

OPTIONS: Final = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "broker_connection_retry_on_startup": True,
    "enable_utc": True,
}


def application(domain: Domain, broker_url: str) -> Celery:
    """Return the celery application that answers for ``domain``."""
    app = Celery(f"domain-{domain.source.settings.code}", broker=broker_url)
    app.conf.update(OPTIONS)
    app.conf.task_default_queue = f"domain.{domain.source.settings.code}"

    def run(envelope: dict[str, Any]) -> None:
        answered = domain.answer(envelope, now=datetime.now(UTC))
        if answered is not None:
            app.send_task("privacy.receive", args=[answered], queue="privacy")

    app.task(name="privacy.domain.run")(run)
    return app


def main() -> None:
    """Serve the holder's queue until told to stop."""
    settings = environment.read()
    if not os.environ.get("BROKER_URL"):
        raise environment.Misconfigured("The domain worker needs BROKER_URL in its environment.")
    source = Source(settings=settings)
    source.load()
    domain = Domain(
        source=source,
        store=Store(settings.directory / "answers.sqlite"),
        platform_key=environment.platform_key(settings),
    )
    app = application(domain, os.environ["BROKER_URL"])
    name = f"--hostname=domain-{settings.code}@%h"
    app.worker_main(["worker", "--pool=solo", "--loglevel=INFO", "--without-mingle", "--without-gossip", name])


if __name__ == "__main__":
    main()
