"""Which keys sign the log: the ones of today, and the ones that older heads were signed with."""

from __future__ import annotations

from ledger.models import LogKey
from ledger.note import VerifierKey

ALGORITHMS = ("ed25519", "sm2")


def keys_at(size: int) -> tuple[VerifierKey, ...]:
    """Return the keys that sign a head of ``size`` leaves, Ed25519 first; empty before the log is opened."""
    found: dict[str, str] = {}
    for row in LogKey.objects.filter(from_size__lte=size).order_by("from_size"):
        found[row.algorithm] = row.verifier_key
    return tuple(VerifierKey.parse(found[name]) for name in ALGORITHMS if name in found)


def verifier_key(size: int | None = None, *, algorithm: str = "ed25519") -> str:
    """Return the log's C2SP verifier key for heads of ``size`` leaves, the newest without one; empty where none is."""
    rows = LogKey.objects.filter(algorithm=algorithm).order_by("-from_size")
    row = (rows if size is None else rows.filter(from_size__lte=size)).first()
    return "" if row is None else row.verifier_key


def log_keys() -> tuple[str, ...]:
    """Return the verifier keys of Ed25519 that ever signed heads, oldest first: by them a receipt is believed."""
    rows = LogKey.objects.filter(algorithm="ed25519").order_by("from_size")
    return tuple(rows.values_list("verifier_key", flat=True))


def verifier_keys() -> tuple[tuple[int, str], ...]:
    """Return every key the log ever had with the size from which it signs, oldest first: what an auditor pins."""
    rows = LogKey.objects.order_by("from_size", "algorithm")
    return tuple(rows.values_list("from_size", "verifier_key"))
