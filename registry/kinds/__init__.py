"""What the registry tells the ledger: each kind of fact and exactly what its payload holds.

Payloads carry ids, codes, hashes, days, deadlines and articles. Names and reasons go in as commitments; personal data
never goes in.
"""

from typing import Final

from ledger.types import EntryKind
from registry.kinds import certificates, operation, outreach, parties, property_rights, registrations, resources

KINDS: Final = tuple(
    value
    for module in (parties, resources, registrations, operation, certificates, property_rights, outreach)
    for value in vars(module).values()
    if isinstance(value, EntryKind)
)
