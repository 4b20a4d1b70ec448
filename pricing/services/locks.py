"""Acts on the same thing, one after the other."""

import hashlib

from django.db import connection


def one_at_a_time(*names: object) -> None:
    """Hold the named thing until the transaction ends, so that two acts on it cannot cross."""
    text = "pricing:" + ":".join(str(name) for name in names)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
