"""A purchase with its ledger entries ÷ the same purchase with the writing of entries left out.

Both sides are the same services on the same database in turn; on the bare side ``append`` draws an id and returns. What
is measured is therefore everything an entry costs inside a business transaction: schema, canonical bytes, two digests,
commitments, and one statement that writes entry, queue, openings, edges and status under their guards and indexes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID, uuid4

from benchmarks.purchase import Shop
from benchmarks.ratio import Pair, Row, timed
from benchmarks.stage import replanned
from deploy.local.postgres import Cluster
from ledger.models import Entry
from ledger.services import append

PURCHASES: Final = 6
FILLING: Final = 60


class Unequal(Exception):
    """A side wrote entries it should not have written, or none where it should, so the ratio means nothing."""


def measure(_: Cluster, rounds: int) -> list[Row]:
    """Measure purchases with and without their entries."""
    shop = Shop()
    for _number in range(FILLING):
        shop.buy()
    replanned()
    shop.buy()
    before = Entry.objects.count()
    shop.buy()
    written = Entry.objects.count() - before
    with left_out():
        shop.buy()
    if not written or Entry.objects.count() != before + written:
        raise Unequal(
            f"a purchase wrote {written} entries, one without them {Entry.objects.count() - before - written}"
        )
    pairs = [_pair(shop) for _number in range(rounds + 1)]
    return [Row(name=f"append: purchase with its {written} entries ÷ without", pairs=pairs[1:], unit="purchase")]


def _pair(shop: Shop) -> Pair:
    """One purchase of each in turn, several times: what else the machine does falls on both."""
    ours = bare = 0.0
    for _number in range(PURCHASES):
        with timed() as watch:
            shop.buy()
        ours += watch.seconds
        with left_out(), timed() as watch:
            shop.buy()
        bare += watch.seconds
    return Pair(ours=ours / PURCHASES, bare=bare / PURCHASES)


@contextmanager
def left_out() -> Iterator[None]:
    """Let every service that writes entries write none."""
    holders = [module for module in list(sys.modules.values()) if getattr(module, "append", None) is append]
    packages = [module for module in holders if module.__name__.split(".")[0] != "benchmarks"]
    for module in packages:
        module.append = _nothing  # type: ignore[attr-defined]  # whatever name the module gave it
    try:
        yield
    finally:
        for module in packages:
            module.append = append  # type: ignore[attr-defined]


def _nothing(**_: Any) -> UUID:
    return uuid4()
