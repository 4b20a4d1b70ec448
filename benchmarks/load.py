"""``python -m benchmarks.load [SECONDS] [PER_SECOND]``: merge delay and time to anchor while entries keep coming.

Sealer and sender run as processes of their own at the worker's pace (a round every 3 seconds at most), entries are
written one by one, each in its own transaction, as evenly as this machine manages. Told is, for every entry, the time
from its being recorded to the signed head over it (merge delay, at most 60 s) and to its batch being mined and known to
be (at most 15 s for 99 of 100).
"""

from __future__ import annotations

import importlib
import statistics
import sys
import time

from django.db import connection

from benchmarks.drill import settle, staged
from benchmarks.stage import platform

PACE = 3.0  # seconds between two rounds of sealer and sender, as in config/celery.py
SEALED = """
SELECT extract(epoch FROM (SELECT min(head.sealed_at) FROM ledger_treehead head WHERE head.size > leaf.index)
    - entry.recorded_at) FROM ledger_leaf leaf JOIN ledger_entry entry ON entry.id = leaf.entry_id
"""
ANCHORED = """
SELECT extract(epoch FROM sent.finished_at - entry.recorded_at)
FROM ledger_batch batch JOIN ledger_chaintransaction sent ON sent.id = batch.transaction_id
JOIN ledger_leaf leaf ON leaf.index >= batch.start AND leaf.index < batch.head_id
JOIN ledger_entry entry ON entry.id = leaf.entry_id WHERE sent.state = 'mined'
"""


def told(name: str, query: str) -> str:
    """Return median, 99th percentile and worst of the seconds a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        seconds = sorted(float(value) for (value,) in cursor.fetchall())
    late = seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]
    return f"{name}: median {statistics.median(seconds):.1f} s, p99 {late:.1f} s, worst {seconds[-1]:.1f} s"


def main(words: list[str]) -> int:
    """Write under load and print both distributions."""
    lasting, rate = (float(words[0]) if words else 60.0), (float(words[1]) if len(words) > 1 else 50.0)
    with platform(durable=True) as cluster:
        drilled = importlib.import_module("benchmarks.drilled")
        with staged(cluster, pause=PACE) as stage:
            began, entries = time.monotonic(), 0
            while (gone := time.monotonic() - began) < lasting:
                drilled.write(1)
                entries += 1
                time.sleep(max(0.0, entries / rate - gone))
            settle(drilled.anchored, entries)
            stage.close()
        print(f"{entries} entries in {lasting:.0f} s")
        print(told("merge delay", SEALED))
        print(told("anchored after", ANCHORED))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
