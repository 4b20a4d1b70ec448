"""What may be done in privacy."""

from privacy.services.answers import BadAnswer, receive
from privacy.services.dispatch import Dispatch, prepare_dispatch
from privacy.services.lookups import (
    LookupJob,
    LookupNotOffered,
    LookupQuotaReached,
    prepare_lookups,
    record_lookup,
    refuse_lookup,
    submit_lookup,
)
from privacy.services.measuring import (
    NotTheHolders,
    order_measurement,
    prepare_measurements,
    receive_measurement,
)
from privacy.services.questions import GrantEnded, GrantUsedUp, ask, read_cube
from privacy.services.releases import NotFromThisHolder, activate_policy, release_cube
from privacy.services.sources import BadAnnouncement, SourceTaken, connect_source

__all__ = [
    "BadAnnouncement",
    "BadAnswer",
    "Dispatch",
    "GrantEnded",
    "GrantUsedUp",
    "LookupJob",
    "LookupNotOffered",
    "LookupQuotaReached",
    "NotFromThisHolder",
    "NotTheHolders",
    "SourceTaken",
    "activate_policy",
    "ask",
    "connect_source",
    "order_measurement",
    "prepare_dispatch",
    "prepare_lookups",
    "prepare_measurements",
    "read_cube",
    "receive",
    "receive_measurement",
    "record_lookup",
    "refuse_lookup",
    "release_cube",
    "submit_lookup",
]
