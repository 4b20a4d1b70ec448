"""The versions of a resource or product: what it said of itself at each time, whole."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from registry.models import DataProduct, DataResource, Version
from registry.queries.content import product_content, resource_content


def write_version(*, item: DataResource | DataProduct, reason: str, entry: UUID, now: datetime) -> None:
    """Keep what a resource or product says of itself now as its present version."""
    kept = Version(number=item.version, reason=reason[:500], written_at=now, entry=entry)
    if isinstance(item, DataResource):
        kept.resource, kept.content = item, resource_content(item)
    else:
        kept.product, kept.content = item, product_content(item)
    kept.save(force_insert=True)


def keep_first(*, item: DataResource | DataProduct) -> None:
    """Keep what a resource or product declared before versions were kept as the version it has now, if none is."""
    if not item.versions.exists():
        write_version(item=item, reason="", entry=item.entry, now=item.declared_at)
