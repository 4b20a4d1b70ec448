"""Opening a confidential fact to auditors: one at a time, by a party to it, and on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import NotFound, NotPermitted
from ledger.queries.disclosure import OPENED, FactView, facts, is_party
from ledger.queries.entries import entry
from ledger.services.append import append
from ledger.types import EntryKind

FACT_OPENED: Final = EntryKind.strict(OPENED, 1, fact={"type": "string", "pattern": "^fact:[a-z][a-z0-9_]{0,63}$"})


@dataclass(eq=False, kw_only=True)
class NotParty(NotPermitted):
    """Only who is party to an entry may open its confidential facts."""

    code = "ledger.not_party"
    zh = "只有记录 {entry_id} 的当事方可以开示其保密事实。"
    en = "Only a party to entry {entry_id} may open its confidential facts."
    entry_id: str


@dataclass(eq=False, kw_only=True)
class NoSuchFact(NotFound):
    """The entry commits to no fact of that name."""

    code = "ledger.no_such_fact"
    zh = "记录 {entry_id} 没有名为 {name} 的保密事实。"
    en = "Entry {entry_id} commits to no fact named {name}."
    entry_id: str
    name: str


@transaction.atomic
def open_fact(*, entry_id: UUID, name: str, actor: Actor, now: datetime) -> FactView:
    """Open one confidential fact of an entry to auditors and return what opens it; the log records that it happened.

    Opening it again changes nothing. Raises NoSuchEntry, NotParty, NoSuchFact.
    """
    entry(entry_id)
    if not is_party(entry_id, actor=actor):
        raise NotParty(entry_id=str(entry_id))
    found = {fact.name: fact for fact in facts(entry_id, actor=actor)}
    if name not in found:
        raise NoSuchFact(entry_id=str(entry_id), name=name[:80])
    if not found[name].opened:
        payload = {"fact": f"fact:{name}"}
        subject = f"entry:{entry_id}"
        append(kind=FACT_OPENED, subject=subject, payload=payload, refs=[entry_id], actor=actor, now=now)
    return found[name]
