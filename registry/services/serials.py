"""Numbers given out once, in order."""

from __future__ import annotations

from django.db import connection

_NEXT = """
    INSERT INTO registry_serial (series, last) VALUES (%s, 1)
    ON CONFLICT (series) DO UPDATE SET last = registry_serial.last + 1
    RETURNING last
"""


def next_serial(*, series: str) -> int:
    """Return the next number of ``series``, from 1, in one statement inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series])
        (number,) = cursor.fetchone()
    return int(number)
