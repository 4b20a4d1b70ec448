"""The log's keys: the first ones, and which of them sign a head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kernel.errors import Conflict
from kernel.signer import Signer
from ledger.models import Log, LogKey, TreeHead
from ledger.note import VerifierKey
from ledger.queries.keys import keys_at
from ledger.services.locks import SEALER, hold


@dataclass(eq=False, kw_only=True)
class WrongLogKey(Conflict):
    """A signer is not the key that signs the log's next head."""

    code = "ledger.wrong_log_key"
    zh = "签名密钥与账本登记的密钥 {expected} 不一致。"
    en = "The signing key is not the log's: its next head is signed with {expected}."
    expected: str


@transaction.atomic
def open_log(*, signers: Sequence[Signer], now: datetime) -> Log:
    """Return the log, opened at the first call with the public keys of ``signers`` (one for each algorithm).

    An algorithm the log has no key of yet signs from the next head on. Raises WrongLogKey where the log has another.
    """
    hold(lock=SEALER)
    keys = [key_of(signer=signer) for signer in signers]
    first = next(str(key) for key in keys if key.algorithm == "ed25519")
    log, _ = Log.objects.get_or_create(origin=settings.LOG_ORIGIN, defaults={"verifier_key": first, "opened_at": now})
    size = int(TreeHead.objects.aggregate(Max("size"))["size__max"] or 0)
    held = {key.algorithm: key for key in keys_at(size + 1)}
    for key in keys:
        present = held.get(key.algorithm)
        if present is None:
            add_key(log=log, key=key, from_size=size + 1 if size else 0, now=now)
        elif present != key:
            raise WrongLogKey(expected=str(present))
    return log


def signing(*, signers: Sequence[Signer], size: int, now: datetime) -> list[tuple[VerifierKey, Signer]]:
    """Return each key that signs a head of ``size`` leaves with the signer that holds it; raise WrongLogKey.

    The log is opened with the keys of ``signers`` where it is not yet.
    """
    keys = keys_at(size)
    if {signer.algorithm for signer in signers} - {key.algorithm for key in keys}:
        open_log(signers=signers, now=now)
        keys = keys_at(size)
    held = {(signer.algorithm, signer.public_key): signer for signer in signers}
    missing = [key for key in keys if (key.algorithm, key.public) not in held]
    if missing:
        raise WrongLogKey(expected=str(missing[0]))
    return [(key, held[key.algorithm, key.public]) for key in keys]


def key_of(*, signer: Signer) -> VerifierKey:
    """Return a signer's public key under the log's name."""
    return VerifierKey(settings.LOG_ORIGIN, signer.public_key, signer.algorithm)


def add_key(*, log: Log, key: VerifierKey, from_size: int, now: datetime) -> None:
    """Let ``key`` sign heads of ``from_size`` leaves and more."""
    LogKey.objects.create(log=log, algorithm=key.algorithm, verifier_key=str(key), from_size=from_size, added_at=now)
