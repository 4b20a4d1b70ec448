"""What may be asked of the log."""

from ledger.queries.cosigned import witnessed_size, witnesses
from ledger.queries.entries import NoSuchEntry, entries, entry, latest, references, supported, trace
from ledger.queries.heads import (
    NoSuchHead,
    anchored_size,
    checkpoint,
    contract,
    head,
    heads,
    heads_between,
    lag,
)
from ledger.queries.journal import stops
from ledger.queries.keys import keys_at, verifier_key, verifier_keys
from ledger.queries.packs import NothingAbout, PackTooLarge, pack
from ledger.queries.proofs import NoSuchProof, NotSealed, consistency, receipt, tlog_proof
from ledger.queries.standing import status, statuses
from ledger.queries.tree import TreeDamaged

__all__ = [
    "NoSuchEntry",
    "NoSuchHead",
    "NoSuchProof",
    "NotSealed",
    "NothingAbout",
    "PackTooLarge",
    "TreeDamaged",
    "anchored_size",
    "checkpoint",
    "consistency",
    "contract",
    "entries",
    "entry",
    "head",
    "heads",
    "heads_between",
    "keys_at",
    "lag",
    "latest",
    "pack",
    "receipt",
    "references",
    "status",
    "statuses",
    "stops",
    "supported",
    "tlog_proof",
    "trace",
    "verifier_key",
    "verifier_keys",
    "witnessed_size",
    "witnesses",
]
