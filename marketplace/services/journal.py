"""Write a journal and the ledger entry that commits to its lines, in the caller's transaction."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from kernel.actors import Actor
from ledger import services as ledger
from ledger.commitment import SALT_BYTES, commit
from ledger.types import EntryKind, JsonValue
from marketplace import books, models


def book(
    *,
    movement: str,
    lines: Sequence[books.Line],
    fact: EntryKind,
    subject: str,
    payload: Mapping[str, JsonValue],
    refs: Sequence[UUID],
    confidential: Mapping[str, str],
    order: models.Order | None,
    actor: Actor,
    now: datetime,
) -> models.JournalEntry:
    """Write a balanced journal and its fact; must run inside a transaction. Raises Unbalanced."""
    checked = books.balanced(lines)
    journal_id, salt = uuid4(), secrets.token_bytes(SALT_BYTES)
    commitment = commit(books.COMMITTED, books.canonical(books.rows(checked)), salt)
    entry_id = ledger.append(
        kind=fact,
        subject=subject,
        payload={**payload, "journal": str(journal_id), books.COMMITTED: commitment},
        refs=refs,
        confidential=confidential,
        actor=actor,
        now=now,
    )
    journal = models.JournalEntry.objects.create(
        public_id=journal_id, salt=salt, kind=movement, order=order, happened_at=now, entry_id=entry_id
    )
    _write(journal, checked)
    return journal


def _write(journal: models.JournalEntry, lines: Sequence[books.Line]) -> None:
    """Write lines in one order for all writers: the database adds each to its account's balance as it is inserted."""
    accounts = _accounts(lines)
    rows = [
        models.JournalLine(
            journal=journal,
            account_id=accounts[line.account.code, line.amount.currency],
            amount=line.amount.minor,
            currency=line.amount.currency,
        )
        for line in lines
    ]
    models.JournalLine.objects.bulk_create(sorted(rows, key=lambda row: row.account_id))


def _accounts(lines: Iterable[books.Line]) -> dict[tuple[str, str], int]:
    wanted = {(line.account.code, line.amount.currency): line.account for line in lines}
    codes = {code for code, _ in wanted}
    known = _known(codes)
    missing = [
        models.Account(
            code=code,
            currency=currency,
            kind=account.kind,
            name_zh=account.name_zh,
            name_en=account.name_en,
            owner_id=account.owner,
        )
        for (code, currency), account in sorted(wanted.items())
        if (code, currency) not in known
    ]
    if missing:
        models.Account.objects.bulk_create(missing, ignore_conflicts=True)
        known = _known(codes)
    return known


def _known(codes: set[str]) -> dict[tuple[str, str], int]:
    rows = models.Account.objects.filter(code__in=codes).values_list("code", "currency", "pk")
    return {(code, currency): pk for code, currency, pk in rows}
