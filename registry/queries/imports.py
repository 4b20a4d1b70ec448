"""Imports as views, the proof that a row was among those of its file, and templates to fill in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from kernel.actors import Actor
from ledger.merkle import inclusion_proof, reader
from registry.columns import COLUMNS, row_leaf, taken
from registry.lists import ImportKind
from registry.models import DataResource, ImportBatch
from registry.queries.found import hidden, row
from registry.sheets import read

FEW = 50


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import: whose, what, how many rows can be taken, and the faults found (``fault_count`` of them in all)."""

    id: UUID
    organisation_id: UUID
    kind: str
    name: str
    sha256: str
    rows: int
    faults: tuple[dict[str, Any], ...]
    fault_count: int
    state: str
    read_at: datetime
    confirmed_at: datetime | None
    rows_root: str
    entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class RowProof:
    """That a row was among those of a file: its leaf, its place, and the path to the root on the ledger (hex)."""

    entry_id: UUID
    root: str
    size: int
    index: int
    leaf: str
    path: tuple[str, ...]


def import_store() -> FileSystemStorage:
    """Return where imported files lie, each under its SHA-256."""
    return FileSystemStorage(location=settings.DATA_DIR / "registry" / "imports")


def imports(*, organisation_id: UUID) -> tuple[ImportView, ...]:
    """Return an organisation's imports, newest first."""
    rows = ImportBatch.objects.filter(organisation__public_id=organisation_id).select_related("organisation")
    return tuple(_view(one) for one in rows[:FEW])


def own_import(import_id: UUID, *, actor: Actor) -> ImportView:
    """Return an import of the actor's organisation; raise NoSuch."""
    item = row(ImportBatch.objects.select_related("organisation"), import_id)
    if item.organisation.public_id != actor.organisation_id:
        raise hidden(ImportBatch.objects.all(), import_id)
    return _view(item)


def _view(item: ImportBatch) -> ImportView:
    return ImportView(
        id=item.public_id,
        organisation_id=item.organisation.public_id,
        kind=item.kind,
        name=item.name,
        sha256=item.sha256,
        rows=item.rows,
        faults=tuple(item.faults),
        fault_count=item.fault_count,
        state=item.state,
        read_at=item.read_at,
        confirmed_at=item.confirmed_at,
        rows_root=item.rows_root,
        entry_id=item.entry,
    )


def row_proof(resource_id: UUID) -> RowProof | None:
    """Return the proof that an imported resource's row stands under its import's entry; None for one not imported."""
    item = row(DataResource.objects.select_related("imported_in"), resource_id)
    batch = item.imported_in
    if batch is None or batch.entry is None:
        return None
    with import_store().open(batch.sha256) as file:
        rows, _faults = taken(read(batch.name, bytes(file.read())), COLUMNS[ImportKind(batch.kind)])
    leaves = [row_leaf(one.values) for one in rows]
    index = next(place for place, one in enumerate(rows) if one.number == item.import_row)
    path = inclusion_proof(index, len(leaves), reader(leaves))
    return RowProof(
        entry_id=batch.entry,
        root=batch.rows_root,
        size=len(leaves),
        index=index,
        leaf=leaves[index].hex(),
        path=tuple(one.hex() for one in path),
    )


def template(kind: str) -> bytes:
    """Return a CSV file (UTF-8 with mark) with the columns of ``kind`` (needed ones starred) and one example row."""
    columns = COLUMNS[ImportKind(kind)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([f"{one.zh}*" if one.needed else one.zh for one in columns])
    writer.writerow([one.example for one in columns])
    return text.getvalue().encode("utf-8-sig")
