"""The audit: whatever is stored is computed again from the entries' bytes, and what differs is found and named."""

from ledger.queries.audit.findings import Finding
from ledger.queries.audit.keys import kept_findings
from ledger.queries.audit.run import Audit, snapshot

__all__ = ["Audit", "Finding", "kept_findings", "snapshot"]
