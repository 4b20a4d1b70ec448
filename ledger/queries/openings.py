"""What opens the commitments of an entry: all of them for its parties, the opened ones for regulators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.actors import Actor
from kernel.errors import NotFound, NotPermitted
from ledger.commitment import commit
from ledger.models import Entry, Opening
from ledger.queries.disclosure import concerns, opened_names
from ledger.queries.entries import NoSuchEntry
from ledger.types import OpeningView

REGULATOR: Final = "regulator"


@dataclass(eq=False, kw_only=True)
class NotAParty(NotPermitted):
    """The openings of an entry are for its parties, and for regulators once a party opened them."""

    code = "ledger.not_a_party"
    zh = "只有记录 {entry_id} 的当事方和监管机构可以查看其保密事实。"
    en = "Only the parties to entry {entry_id} and regulators may see its confidential facts."
    entry_id: str


@dataclass(eq=False, kw_only=True)
class NoSuchOpening(NotFound):
    """The entry commits to no fact of that name, or what opened it was erased."""

    code = "ledger.no_such_opening"
    zh = "记录 {entry_id} 没有名为 {name} 的保密事实，或其开示凭据已删除。"
    en = "Entry {entry_id} commits to no fact named {name}, or what opens it was erased."
    entry_id: str
    name: str


def openings(entry_id: UUID, *, actor: Actor) -> tuple[OpeningView, ...]:
    """Return the openings of an entry that are still kept: to a party all, to a regulator those of opened facts.

    Raises NoSuchEntry or NotAParty.
    """
    row = Entry.objects.prefetch_related("openings").filter(public_id=entry_id).first()
    if row is None:
        raise NoSuchEntry(entry_id=str(entry_id))
    kept = sorted(row.openings.all(), key=lambda one: one.name)
    if not concerns(kept, actor):
        if REGULATOR not in actor.roles:
            raise NotAParty(entry_id=str(entry_id))
        opened = opened_names(row)
        kept = [one for one in kept if one.name in opened]
    return tuple(_view(row, one) for one in kept)


def opening(entry_id: UUID, name: str, *, actor: Actor) -> OpeningView:
    """Return the opening of one fact of an entry; raise NoSuchEntry, NotAParty or NoSuchOpening."""
    found = {one.name: one for one in openings(entry_id, actor=actor)}
    if name not in found:
        raise NoSuchOpening(entry_id=str(entry_id), name=name[:80])
    return found[name]


def _view(row: Entry, one: Opening) -> OpeningView:
    salt = bytes(one.salt)
    return OpeningView(
        entry=row.public_id,
        name=one.name,
        value=one.value,
        salt=salt.hex(),
        commitment=commit(one.name, one.value, salt),
    )
