"""Confidential facts: who may open which, and which have been opened to auditors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.actors import Actor
from ledger.models import Entry, Opening

REGULATOR: Final = "regulator"
OPENED: Final = "fact.opened"


@dataclass(frozen=True, kw_only=True)
class FactView:
    """A confidential fact of an entry: its name, whether it was opened to auditors, and what opens it (salt as hex)."""

    entry: UUID
    name: str
    value: str
    salt: str
    opened: bool

    def document(self) -> dict[str, str]:
        """Return the opening as packs and verifiers write it."""
        return {"entry": str(self.entry), "name": self.name, "value": self.value, "salt": self.salt}


def facts(entry_id: UUID, *, actor: Actor) -> tuple[FactView, ...]:
    """Return the confidential facts of an entry that the actor may see: a party all, a regulator those opened."""
    row = Entry.objects.filter(public_id=entry_id).first()
    return () if row is None else _seen(row, actor)


def is_party(entry_id: UUID, *, actor: Actor) -> bool:
    """Return whether the actor's organisation acted in the entry, or is named by one of its confidential facts."""
    row = Entry.objects.filter(public_id=entry_id).first()
    return row is not None and concerns(list(row.openings.all()), actor)


def opened_facts(entries: Iterable[UUID], *, actor: Actor) -> list[dict[str, str]]:
    """Return the openings, among entries, of facts that were opened to auditors, for who may see them."""
    rows = Entry.objects.filter(public_id__in=list(entries)).prefetch_related("openings").order_by("pk")
    if REGULATOR not in actor.roles and actor.organisation_id is None:
        return []
    return [fact.document() for row in rows for fact in _seen(row, actor) if fact.opened]


def _seen(row: Entry, actor: Actor) -> tuple[FactView, ...]:
    openings: list[Opening] = sorted(row.openings.all(), key=lambda opening: opening.name)
    opened = opened_names(row)
    if not concerns(openings, actor):
        openings = [one for one in openings if REGULATOR in actor.roles and one.name in opened]
    return tuple(
        FactView(
            entry=row.public_id,
            name=one.name,
            value=one.value,
            salt=bytes(one.salt).hex(),
            opened=one.name in opened,
        )
        for one in openings
    )


def concerns(openings: Iterable[Opening], actor: Actor) -> bool:
    """Return whether one of the facts is the actor's organisation, or that somebody of it acted."""
    if actor.organisation_id is None:
        return False
    own = str(actor.organisation_id)
    return any(own in (one.value, one.value.rpartition(":")[2]) for one in openings)


def opened_names(row: Entry) -> set[str]:
    """Return the names of an entry's facts that a party has opened to auditors, on the record."""
    bodies = Entry.objects.filter(kind=OPENED, subject=f"entry:{row.public_id}").values_list("body", flat=True)
    return {str(json.loads(bytes(body))["payload"]["fact"]).removeprefix("fact:") for body in bodies}
