"""Keeping derivations, and checking that they still lead where they say."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.errors import Conflict
from pricing import articles, queries, replay
from pricing.models import Derivation
from pricing.types import DerivationView


@dataclass(eq=False, kw_only=True)
class Tampered(Conflict):
    """A stored derivation whose replay gives other bytes."""

    code: ClassVar[str] = "pricing.derivation_differs"
    zh: ClassVar[str] = "推导 {id} 重算结果不同：存储摘要 {stored}，重算摘要 {replayed}。"
    en: ClassVar[str] = "Derivation {id} replays differently: stored {stored}, replayed {replayed}."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    id: UUID
    stored: str
    replayed: str


def digest(*, data: bytes) -> str:
    """Return the SHA-256 of bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def keep(*, derived: replay.Derived, now: datetime) -> Derivation:
    """Store a derivation once and return its row; the same bytes are the same row."""
    item, _ = Derivation.objects.get_or_create(
        sha256=digest(data=derived.document),
        defaults={
            "calculation": derived.calculation,
            "version": derived.version,
            "document": derived.document,
            "derived_at": now,
        },
    )
    return item


def verify_derivation(*, derivation_id: UUID) -> DerivationView:
    """Recompute a stored derivation and return it; raise Tampered when the bytes differ, NotReplayable, NoSuch."""
    view = queries.derivation(derivation_id)
    replayed = replay.replay(view.document)
    if replayed != view.document or digest(data=view.document) != view.sha256:
        raise Tampered(id=derivation_id, stored=view.sha256, replayed=digest(data=replayed))
    return view
