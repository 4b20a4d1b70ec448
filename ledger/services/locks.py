"""One sealer and one sender at a time, whatever the number of workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

SEALER: Final = 0x6763_0001
JOURNAL: Final = 0x6763_0002
SENDER: Final = 0x6763_0003


def hold(*, lock: int) -> None:
    """Take an advisory lock until the present transaction ends, waiting for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


@contextmanager
def sole_sender(*, wait: bool = False) -> Iterator[bool]:
    """Give True to the one process that may write to the chain; any other waits, or gets False meanwhile."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT true FROM pg_advisory_lock(%s)", [SENDER])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [SENDER])
        (taken,) = cursor.fetchone()
    try:
        yield bool(taken)
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SENDER])
