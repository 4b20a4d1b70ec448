"""What may be done to the log."""

from ledger.services.anchor import prepare_batch, prepare_deployment, record_mined, record_sent
from ledger.services.append import PayloadRefused, UnknownReference, append
from ledger.services.seal import EntryTampered, RootsDisagree, WrongLogKey, open_log, seal

__all__ = [
    "EntryTampered",
    "PayloadRefused",
    "RootsDisagree",
    "UnknownReference",
    "WrongLogKey",
    "append",
    "open_log",
    "prepare_batch",
    "prepare_deployment",
    "record_mined",
    "record_sent",
    "seal",
]
