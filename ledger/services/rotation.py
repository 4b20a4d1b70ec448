"""Other keys in the place of the log's, from a given size on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.signer import Signer
from ledger.models import WaitingEntry
from ledger.services.append import append
from ledger.services.keys import add_key, key_of, open_log
from ledger.services.locks import SEALER, hold
from ledger.services.seal import MOST_AT_ONCE, last_frontier, seal
from ledger.types import EntryKind, HeadView
from ledger.words import COUNT

KEY_CHANGED: Final = EntryKind.strict(
    "log.key_changed",
    from_size=COUNT,
    keys={"type": "array", "items": {"type": "string", "pattern": r"^[!-*,-~]+\+[0-9a-f]{8}\+[0-9A-Za-z/+=]+$"}},
)


@dataclass(eq=False, kw_only=True)
class TooManyWait(Conflict):
    """More entries wait than one head takes: let the sealer go on, then change the keys."""

    code = "ledger.too_many_wait"
    zh = "尚有 {waiting} 条记录待封存，请待封存完成后再更换密钥。"
    en = "{waiting} entries wait to be sealed; change the keys when they are."
    waiting: int


@transaction.atomic
def rotate_keys(*, old: Sequence[Signer], new: Sequence[Signer], actor: Actor, now: datetime) -> HeadView:
    """Let the keys of ``new`` sign every head after the next; return that head, the last one under the keys of ``old``.

    It covers the entry that announces the new keys, so who trusts the old keys learns the new ones from the log.
    Raises TooManyWait, WrongLogKey and what seal raises; then nothing has changed.
    """
    hold(lock=SEALER)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_waitingentry IN SHARE ROW EXCLUSIVE MODE")
    waiting = WaitingEntry.objects.count()
    if waiting >= MOST_AT_ONCE:
        raise TooManyWait(waiting=waiting)
    log = open_log(signers=old, now=now)
    keys, from_size = [key_of(signer=signer) for signer in new], last_frontier().size + waiting + 2
    append(
        kind=KEY_CHANGED,
        subject=f"log:{settings.LOG_ORIGIN}",
        payload={"from_size": from_size, "keys": [str(key) for key in keys]},
        actor=actor,
        now=now,
    )
    head = seal(signers=old, now=now)
    if head is None:
        raise TooManyWait(waiting=waiting)
    for key in keys:
        add_key(log=log, key=key, from_size=from_size, now=now)
    return head
