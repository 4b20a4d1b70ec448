"""What may be asked of the log."""

from ledger.queries.cosigned import witnessed_size, witnesses
from ledger.queries.disclosure import FactView, facts, is_party, opened_facts
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
from ledger.queries.keys import keys_at, log_keys, verifier_key, verifier_keys
from ledger.queries.openings import NoSuchOpening, NotAParty, opening, openings
from ledger.queries.packs import NothingAbout, PackTooLarge, pack
from ledger.queries.proofs import NoSuchProof, NotSealed, consistency, receipt, tlog_proof
from ledger.queries.standing import status
from ledger.queries.tree import TreeDamaged

__all__ = [
    "FactView",
    "NoSuchEntry",
    "NoSuchHead",
    "NoSuchOpening",
    "NoSuchProof",
    "NotAParty",
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
    "facts",
    "head",
    "heads",
    "heads_between",
    "is_party",
    "keys_at",
    "lag",
    "latest",
    "log_keys",
    "opened_facts",
    "opening",
    "openings",
    "pack",
    "receipt",
    "references",
    "status",
    "stops",
    "supported",
    "tlog_proof",
    "trace",
    "verifier_key",
    "verifier_keys",
    "witnessed_size",
    "witnesses",
]
