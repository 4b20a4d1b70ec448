"""The log's signing keys in the key store: the first pair, the pair in use, and a new pair to change to."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings

from kernel.actors import Actor
from kernel.signer import KeyStore, NoSuchKey, Signer
from kernel.sm2 import ensure_sm2_signer
from ledger.note import VerifierKey
from ledger.queries.heads import heads
from ledger.queries.keys import keys_at
from ledger.services.rotation import rotate_keys
from ledger.types import HeadView

FIRST: Final = {"ed25519": "platform", "sm2": "platform-sm2"}


def signers_in(store: KeyStore) -> tuple[Signer, Signer]:
    """Return the pair of signers that signs the log's next head, made at first use.

    Raises KeyStoreLocked in a process that may not sign, NoSuchKey when the store lacks a key the log names.
    """
    newest = heads(limit=1)
    present = {key.algorithm: store.name_of(key.public) for key in keys_at(newest[0].size + 1 if newest else 0)}
    return _pair(store, **(FIRST | present))


def first_keys(store: KeyStore) -> tuple[VerifierKey, ...]:
    """Return the public halves of the log's first pair, as far as the store has them; needs no passphrase."""
    found = []
    for algorithm, name in FIRST.items():
        with suppress(NoSuchKey):
            found.append(VerifierKey(settings.LOG_ORIGIN, store.public_key(name), algorithm))
    return tuple(found)


def change_keys(store: KeyStore, *, actor: Actor, now: datetime) -> HeadView:
    """Make a new pair of keys in the store and let it sign every head after the next; return that head.

    The old pair stays in the store: nothing signs with it again, and nothing needs to.
    """
    old = signers_in(store)
    number = 2
    while _taken(store, f"{FIRST['ed25519']}-{number}"):
        number += 1
    new = _pair(store, **{name: f"{first}-{number}" for name, first in FIRST.items()})
    return rotate_keys(old=old, new=new, actor=actor, now=now)


def _pair(store: KeyStore, *, ed25519: str, sm2: str) -> tuple[Signer, Signer]:
    return _ed25519(store, ed25519), _sm2(store, sm2)


@lru_cache(maxsize=8)
def _ed25519(store: KeyStore, name: str) -> Signer:
    """A signer, opened once for the life of the process: deriving its key from the passphrase is slow by design."""
    return store.ensure_signer(name)


@lru_cache(maxsize=8)
def _sm2(store: KeyStore, name: str) -> Signer:
    return ensure_sm2_signer(store, name)


def _taken(store: KeyStore, name: str) -> bool:
    try:
        store.public_key(name)
    except NoSuchKey:
        return False
    return True
