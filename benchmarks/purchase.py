"""A purchase through the service layer ÷ one SQL function that writes the same rows."""

from __future__ import annotations

import itertools
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg2
from django.db import connection
from django.utils import timezone

from benchmarks.ratio import Pair, Row, timed
from benchmarks.stage import replanned
from config.story.player import play, stage
from config.story.scenes import SCENES
from deploy.local.postgres import Cluster
from deploy.local.processes import plain_environment
from kernel.actors import SYSTEM, Actor
from marketplace import services
from marketplace.types import PaymentOutcome, PaymentView, ProviderReport

SQL: Final = Path(__file__).with_name("purchase.sql")
PURCHASES: Final = 4
CALLS: Final = 50
FILLING: Final = 500
NOTICE: Final = b"{}" * 600
LATENCY: Final = re.compile(r"latency average = ([0-9.]+) ms")


class Shop:
    """The story's product and enterprise, and a purchase on either side."""

    def __init__(self) -> None:
        """Play the story's past: registration, agreement, prices, listing."""
        now = timezone.now()
        told = stage(now)
        for _ in play([scene for scene in SCENES if not scene.live], told, now):
            pass
        self.product: UUID = told.id("build", "product")
        self.buyer: Actor = told.actor("demo-buyer")
        self._quantities: Iterator[int] = itertools.count(1000)

    def buy(self) -> None:
        """Buy once through the services: every call that web and worker make, without Stripe between them."""
        now, quantity = timezone.now(), Decimal(next(self._quantities))
        order = services.place_order(
            product_id=self.product,
            form="per_call",
            quantity=quantity,
            scenario="industry",
            actor=self.buyer,
            now=now,
        )
        payment = services.begin_payment(order_id=order.id, provider="stripe", actor=self.buyer, now=now)
        self._paid(payment, f"cs_{payment.id.hex}", now)

    def _paid(self, payment: PaymentView, reference: str, now: datetime) -> None:
        url = f"https://checkout.example/{payment.id}"
        services.record_redirect(payment_id=payment.id, reference=reference, url=url, now=now)
        services.record_notice(
            provider="stripe",
            event_id=f"evt_{payment.id}",
            kind="checkout.session.completed",
            reference=reference,
            body=NOTICE,
            now=now,
        )
        report = ProviderReport(
            provider="stripe",
            reference=reference,
            client_reference=str(payment.id),
            outcome=PaymentOutcome.PAID,
            minor=payment.amount.minor,
            currency=payment.amount.currency,
        )
        state = services.apply_report(report=report, actor=SYSTEM, now=now).state
        services.mark_notices(provider="stripe", reference=reference, outcome=state, now=now)

    @property
    def statement(self) -> str:
        """The SQL that buys once."""
        return f"SELECT benchmark_purchase('{self.product}', '{self.buyer.organisation_id}')"


class Unequal(Exception):
    """The two sides do not write the same rows, so their ratio means nothing."""


def measure(cluster: Cluster, rounds: int) -> list[Row]:
    """Measure a purchase against the function called by psycopg2 and by pgbench."""
    shop = Shop()
    install()
    same_rows(shop)
    fill(shop)
    with closing(psycopg2.connect(cluster.url(role="owner"))) as direct:
        direct.autocommit = True
        callers: dict[str, Callable[[], float]] = {"psycopg2 loop": lambda: _call(direct, shop.statement)}
        if (cluster.binaries / "pgbench").exists():
            callers["pgbench"] = lambda: _pgbench(cluster, shop.statement)
        pairs: dict[str, list[Pair]] = {name: [] for name in callers}
        for _ in range(rounds + 1):
            ours = _services(shop)
            for name, call in callers.items():
                pairs[name].append(Pair(ours=ours, bare=call()))
    return [
        Row(name=f"purchase: services ÷ SQL function, {name}", pairs=found[1:], unit="purchase")
        for name, found in pairs.items()
    ]


def install() -> None:
    """Create the function."""
    with connection.cursor() as cursor:
        cursor.execute(SQL.read_text(encoding="utf-8"))


def fill(shop: Shop) -> None:
    """Let as many purchases lie in the tables as a small market has, before anything is timed."""
    with connection.cursor() as cursor:
        for _ in range(FILLING):
            cursor.execute(shop.statement)
    replanned()


def same_rows(shop: Shop) -> None:
    """Raise Unequal unless both sides add as many rows to the same tables."""
    shop.buy()  # the first purchase also opens accounts
    start = _rows()
    shop.buy()
    between = _rows()
    with connection.cursor() as cursor:
        cursor.execute(shop.statement)
    end = _rows()
    added = {name: (between[name] - start[name], end[name] - between[name]) for name in end}
    differ = {name: each for name, each in added.items() if each[0] != each[1]}
    if differ:
        raise Unequal(f"rows added by the services and by the function differ: {differ}")


def _rows() -> Mapping[str, int]:
    names = [name for name in connection.introspection.table_names() if not name.startswith("django_")]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names))
        return dict(cursor.fetchall())


def _services(shop: Shop) -> float:
    with timed() as watch:
        for _ in range(PURCHASES):
            shop.buy()
    return watch.seconds / PURCHASES


def _call(direct: psycopg2.extensions.connection, statement: str) -> float:
    with timed() as watch, direct.cursor() as cursor:
        for _ in range(CALLS):
            cursor.execute(statement)
    return watch.seconds / CALLS


def _pgbench(cluster: Cluster, statement: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"{statement};\n")
        script.flush()
        command = [str(cluster.binaries / "pgbench"), "--no-vacuum", "--client=1", f"--transactions={CALLS}"]
        run = subprocess.run(
            [*command, f"--file={script.name}", cluster.url(role="owner")],
            env=plain_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    found = LATENCY.search(run.stdout)
    if found is None:
        raise RuntimeError(f"pgbench told no latency: {run.stdout}")
    return float(found[1]) / 1000
