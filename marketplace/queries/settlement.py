"""Settlements, the books' accounts, and the books held against the log."""

from collections import defaultdict
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from kernel.actors import SYSTEM, Actor
from kernel.money import Money
from ledger import queries as ledger
from ledger.commitment import opens
from ledger.queries import NoSuchEntry
from ledger.types import EntryState, EntryView
from marketplace import books, kinds, models
from marketplace.queries import views
from marketplace.queries.found import NoSuchSettlement
from marketplace.types import Comparison, Difference, SettlementView, ShareView
from registry import queries as registry
from registry.types import Role

MOST: Final = 120
OVERSEERS: Final = frozenset({Role.REGULATOR, Role.DATA_AUTHORITY, "system"})
SETTLEMENT_READERS: Final = (Role.OPERATOR, Role.IMPLEMENTING_AGENCY, *sorted(OVERSEERS))
PAGE: Final = 1000


def settlement(settlement_id: UUID, *, actor: Actor = SYSTEM) -> SettlementView:
    """Return a settlement with what each party receives, to whom it may concern; raise NoSuchSettlement."""
    row = _visible(actor).filter(public_id=settlement_id).first()
    if row is None:
        raise NoSuchSettlement(settlement_id=settlement_id)
    return _view(row)


def settlements(*, actor: Actor = SYSTEM, limit: int = MOST) -> tuple[SettlementView, ...]:
    """Return the newest settlements that the actor may see."""
    rows = _visible(actor).order_by("-closed_at", "-pk")
    return tuple(_view(row) for row in rows[: min(limit, MOST)])


def _visible(actor: Actor) -> QuerySet[models.Settlement]:
    """All to the data authority and auditors; to operators and agencies those of their own agreements alone."""
    rows = models.Settlement.objects.select_related("journal")
    if not OVERSEERS.isdisjoint(actor.roles):
        return rows
    own = Q()
    if Role.OPERATOR in actor.roles:
        own |= Q(order__listing__operator__public_id=actor.organisation_id)
    if Role.IMPLEMENTING_AGENCY in actor.roles:
        own |= Q(order__listing__agreement__agency__public_id=actor.organisation_id)
    if not own or actor.organisation_id is None:
        return rows.none()
    return rows.filter(~Exists(models.SettlementLine.objects.filter(settlement=OuterRef("pk")).exclude(own)))


def _view(row: models.Settlement) -> SettlementView:
    parties = (
        row.lines.values("party__public_id", "share")
        .annotate(amount=Sum("amount"))
        .order_by("-amount", "party__public_id")
    )
    shares = []
    for part in parties:
        party = registry.organisation(part["party__public_id"])
        amount = Money(part["amount"], row.currency)
        shares.append(
            ShareView(
                party_id=party.id, name_zh=party.name_zh, name_en=party.name_en, share=part["share"], amount=amount
            )
        )
    return SettlementView(
        id=row.public_id,
        month=row.month,
        run=row.run,
        total=Money(row.total, row.currency),
        orders=row.lines.values("order").distinct().count(),
        closed_at=row.closed_at,
        entry_id=row.entry_id,
        shares=tuple(shares),
        journal=views.journal(row.journal),
    )


def balances_off() -> dict[str, int]:
    """Return the accounts whose stored balance is not the sum of their lines, with the difference: normally none."""
    rows = models.Account.objects.annotate(sum=Sum("lines__amount", default=0))
    return {str(row): row.balance - row.sum for row in rows if row.balance != row.sum}


def books_against_chain() -> Comparison:
    """Hold every journal against its ledger entry, and every such entry against the journals.

    A difference is a missing entry or journal, lines that do not open the entry's commitment, a journal that does not
    balance, an entry not sealed or not anchored yet, or a balance that is not the sum of its lines.
    """
    differences: list[Difference] = []
    journals, anchored = 0, 0
    rows = models.JournalEntry.objects.prefetch_related("lines__account").order_by("pk")
    for row in rows.iterator(chunk_size=PAGE):
        journals += 1
        entry = _entry(row.entry_id)
        found = _compare(row, entry)
        anchored += entry is not None and entry.state is EntryState.ANCHORED
        differences += [_difference(kind, row.public_id, row.entry_id) for kind in found]
    differences += [_difference("no_journal", None, entry_id) for entry_id in _entries_without_journal()]
    differences += [_difference("balance", None, UUID(int=0)) for _ in balances_off()]
    return Comparison(journals=journals, anchored=anchored, differences=tuple(differences))


def _entry(entry_id: UUID) -> EntryView | None:
    try:
        return ledger.entry(entry_id)
    except NoSuchEntry:
        return None


def _compare(row: models.JournalEntry, entry: EntryView | None) -> list[str]:
    if entry is None:
        return ["no_entry"]
    lines = [(line.account.code, line.amount, line.currency) for line in row.lines.all()]
    said = entry.payload
    faults = {
        "other_journal": said.get("journal") != str(row.public_id),
        "lines": not opens(
            str(said.get(books.COMMITTED, "")),
            name=books.COMMITTED,
            value=books.canonical(lines),
            salt=bytes(row.salt),
        ),
        "unbalanced": any(_sums(lines).values()) or not lines,
        "not_sealed": entry.state is EntryState.WAITING,
        "not_anchored": entry.state is EntryState.SEALED,
    }
    return [kind for kind, wrong in faults.items() if wrong]


def _sums(lines: list[tuple[str, int, str]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for _, amount, currency in lines:
        sums[currency] += amount
    return sums


def _entries_without_journal() -> list[UUID]:
    known = set(models.JournalEntry.objects.values_list("entry_id", flat=True))
    return [entry.id for kind in kinds.BOOKED_KINDS for entry in _all_of(kind) if entry.id not in known]


def _all_of(kind: str) -> list[EntryView]:
    """Every sealed entry of a kind, page by page of the log's own order."""
    found: list[EntryView] = []
    after = -1
    while page := ledger.entries(kind=kind, after=after, limit=PAGE):
        found += page
        after = page[-1].index if page[-1].index is not None else after
        if len(page) < PAGE:
            break
    return found


SAYINGS: Final = {
    "no_entry": ("账簿有分录,日志没有对应记录", "the books hold a journal that the log does not know"),
    "other_journal": ("日志记录指向另一笔分录", "the log's entry names another journal"),
    "lines": ("分录内容与日志中的承诺不符", "the journal's lines do not open the commitment in the log"),
    "unbalanced": ("分录不平衡", "the journal does not balance"),
    "not_sealed": ("对应记录尚未封存入树", "the entry is not sealed yet"),
    "not_anchored": ("对应记录尚未上链", "the entry is not anchored yet"),
    "no_journal": ("日志有记录,账簿没有对应分录", "the log holds an entry that the books do not know"),
    "balance": ("账户余额不等于其分录合计", "an account's balance is not the sum of its lines"),
}


def _difference(kind: str, journal_id: UUID | None, entry_id: UUID) -> Difference:
    zh, en = SAYINGS[kind]
    return Difference(kind=kind, journal_id=journal_id, entry_id=entry_id, zh=zh, en=en)
