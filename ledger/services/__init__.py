"""What may be done to the log."""

from ledger.services.anchor import prepare_batches, record_dropped, record_mined, record_replaced, record_sent
from ledger.services.append import DuplicateEntry, PayloadRefused, PersonalData, UnknownReference, append
from ledger.services.keys import WrongLogKey, open_log
from ledger.services.opening import NoSuchFact, NotParty, open_fact
from ledger.services.rollover import Place, prepare_close, prepare_deployment
from ledger.services.rotation import TooManyWait, rotate_keys
from ledger.services.seal import EntryTampered, RootsDisagree, make_partitions, seal
from ledger.services.stops import LogStopped, lift_stops, record_stop, refuse_when_stopped
from ledger.services.witnessing import receive_cosignature, register_witness, retire_witness

__all__ = [
    "DuplicateEntry",
    "EntryTampered",
    "LogStopped",
    "NoSuchFact",
    "NotParty",
    "PayloadRefused",
    "PersonalData",
    "Place",
    "RootsDisagree",
    "TooManyWait",
    "UnknownReference",
    "WrongLogKey",
    "append",
    "lift_stops",
    "make_partitions",
    "open_fact",
    "open_log",
    "prepare_batches",
    "prepare_close",
    "prepare_deployment",
    "receive_cosignature",
    "record_dropped",
    "record_mined",
    "record_replaced",
    "record_sent",
    "record_stop",
    "refuse_when_stopped",
    "register_witness",
    "retire_witness",
    "rotate_keys",
    "seal",
]
