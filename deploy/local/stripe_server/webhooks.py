"""Deliveries: each event is posted, signed, until the address answers 2xx; the queue is on disk and outlives us."""

from __future__ import annotations

import http.client
import json
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

import stripe

from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.sessions import expire_overdue
from deploy.local.stripe_server.store import Delivery, Store

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 60.0
GIVE_UP_AFTER: Final = 3 * 24 * 3600
_TIMEOUT: Final = 5.0
_AT_ONCE: Final = 20
_PULSE: Final = 0.5


def wait_after(attempts: int) -> float:
    """Return the seconds to wait after this many failed attempts: doubling from half a second up to a minute."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 10))


def signature(payload: str, secret: str, at: int) -> str:
    """Return the Stripe-Signature header for a payload signed at ``at`` (seconds since 1970)."""
    header: object = stripe.WebhookSignature.generate_signature_header(payload, secret, at)
    return str(header)


def check_address(url: str) -> None:
    """Raise ValueError unless events can be posted to ``url``; an empty one lets them wait."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0):
        raise ValueError(f"{url} is no address that webhooks can be posted to.")


def post(url: str, payload: str, header: str) -> str:
    """Post a payload and return what happened: ``HTTP 200`` or the fault in words. Redirects are not followed."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}
    headers["User-Agent"] = "Gongshu development Stripe server (no money moves)"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body=payload.encode(), headers=headers)
        return f"HTTP {connection.getresponse().status}"
    except (OSError, http.client.HTTPException) as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        connection.close()


class Courier:
    """The thread that delivers what waits and expires the sessions whose time is over."""

    def __init__(self, store: Store, *, url: str, secret: str, base_url: str, clock: Callable[[], float]) -> None:
        """Deliver to ``url``; while it is empty, events wait."""
        self.url = url
        self._store, self._secret, self._base_url, self._clock = store, secret, base_url, clock
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="stripe-courier", daemon=True)

    def start(self) -> None:
        """Start delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the attempt under way."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def nudge(self) -> None:
        """Look at the queue at once, because something was put in it."""
        self._wake.set()

    def round(self) -> int:
        """Expire what is overdue, try each delivery that is due, and return how many were tried."""
        now = self._clock()
        with self._store.transaction() as records:
            expire_overdue(Desk(records, int(now), self._base_url))
            due = records.due(now, _AT_ONCE) if self.url else []
        for delivery in due:
            if not self._stopping:
                self._attempt(delivery)
        return len(due)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                tried = self.round()
            except sqlite3.Error as fault:
                print(f"Deliveries wait, for the state cannot be written: {fault}", file=sys.stderr, flush=True)
                tried = 0
            if tried == 0:
                self._wake.wait(_PULSE)

    def _attempt(self, delivery: Delivery) -> None:
        with self._store.transaction() as records:
            event = records.find(delivery.event)
        payload = json.dumps(event, indent=2, ensure_ascii=False)
        result = post(self.url, payload, signature(payload, self._secret, int(self._clock())))
        now = self._clock()
        tried = replace(delivery, attempts=delivery.attempts + 1, result=result)
        if result.startswith("HTTP 2"):
            tried = replace(tried, done_at=now)
        else:
            created = (event or {"created": now})["created"]
            wait = wait_after(tried.attempts) if now - created < GIVE_UP_AFTER else GIVE_UP_AFTER * 1000
            tried = replace(tried, next_at=now + wait)
        with self._store.transaction() as records:
            records.settle(tried)
