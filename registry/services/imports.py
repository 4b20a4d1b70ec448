"""Many rows from one file: read and checked first, then taken whole or not at all.

The ledger gets one entry for a file, with the Merkle root (RFC 9162) over its rows in their order: ten thousand rows
cost one entry, and each row can still be proven to have been among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, DomainError, InvalidInput
from ledger import services as ledger
from ledger.merkle import root_of
from registry import kinds
from registry.columns import COLUMNS, MOST_FAULTS, Fault, Taken, row_leaf, taken
from registry.deposit import plain_name
from registry.lists import ImportKind, ImportState
from registry.models import ImportBatch, Organisation
from registry.queries.found import row
from registry.queries.imports import import_store
from registry.services.imported import TARGETS
from registry.services.parties import require_word
from registry.services.resources import own_organisation
from registry.sheets import read


@dataclass(eq=False, kw_only=True)
class ImportFaulty(InvalidInput):
    """A file with faults is not taken."""

    code = "registry.import_faulty"
    zh = "文件有 {count} 处错误，未导入任何一行。首个错误：第 {row} 行“{column}”：{problem}。"
    en = "The file has {count} faults and nothing was imported. The first: row {row}, {column}: {problem}."
    law = "NDI—TR—2025—06"
    count: int
    row: int
    column: str
    problem: str


@dataclass(eq=False, kw_only=True)
class ImportOver(Conflict):
    """An import that was confirmed or discarded already."""

    code = "registry.import_over"
    zh = "该批次已确认或已作废。"
    en = "This import was confirmed or discarded already."


@transaction.atomic
def preview_import(*, kind: str, name: str, content: bytes, actor: Actor, now: datetime) -> UUID:
    """Read and check a file of many rows, keep it and its faults for confirmation, and return the import's id.

    Nothing is imported yet. Raises RoleRequired, UnknownWord, SheetRefused, HeadingsWrong.
    """
    require_word(field="kind", value=kind, allowed=ImportKind)
    target = TARGETS[ImportKind(kind)]
    actor.require(target.role)
    holder = own_organisation(actor=actor)
    rows, faults = checked_rows(kind=ImportKind(kind), name=name, content=content, holder=holder)
    digest = hashlib.sha256(content).hexdigest()
    batch = ImportBatch.objects.create(
        public_id=uuid4(),
        organisation=holder,
        kind=kind,
        name=plain_name(name)[:200],
        sha256=digest,
        rows=len(rows),
        faults=[asdict(one) for one in faults],
        fault_count=len(faults),
        read_at=now,
    )
    store = import_store()
    if not store.exists(digest):
        store.save(digest, ContentFile(content))
    return batch.public_id


@transaction.atomic
def confirm_import(*, import_id: UUID, actor: Actor, now: datetime) -> int:
    """Import every row of a previewed file, checked once more against the register as it is now; return how many.

    Raises RoleRequired, NoSuch, OtherOrganisation, ImportOver, ImportFaulty; nothing is half-imported.
    """
    batch = row(ImportBatch.objects.select_for_update(of=("self",)).select_related("organisation"), import_id)
    actor.require(TARGETS[ImportKind(batch.kind)].role)
    actor.require_organisation(batch.organisation.public_id)
    if batch.state != ImportState.PREVIEWED:
        raise ImportOver
    with import_store().open(batch.sha256) as file:
        content = bytes(file.read())
    return _import(batch, content, actor=actor, now=now)


@transaction.atomic
def discard_import(*, import_id: UUID, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - a service's signature
    """Throw a previewed file away; raise NoSuch, OtherOrganisation, ImportOver."""
    batch = row(ImportBatch.objects.select_for_update(of=("self",)).select_related("organisation"), import_id)
    actor.require_organisation(batch.organisation.public_id)
    if batch.state != ImportState.PREVIEWED:
        raise ImportOver
    batch.state = ImportState.DISCARDED
    batch.save(update_fields=["state"])


def checked_rows(
    *, kind: ImportKind, name: str, content: bytes, holder: Organisation
) -> tuple[list[tuple[Taken, Any]], list[Fault]]:
    """Return the rows of a file as what they would become, and every fault; raise SheetRefused, HeadingsWrong."""
    target, columns = TARGETS[kind], COLUMNS[kind]
    rows, faults = taken(read(name, content), columns)
    known, parties = target.names(holder), _parties(rows)
    made: list[tuple[Taken, Any]] = []
    for one in rows:
        fault = _against_register(one, known, parties, columns[0].zh)
        if fault is None:
            try:
                made.append((one, target.check(one)))
                continue
            except DomainError as refused:
                column = next((c.zh for c in columns if c.key == refused.facts.get("field")), "")
                fault = Fault(one.number, column, refused.code, refused.sentence("zh"), refused.sentence("en"))
        faults.append(fault)
    return made, sorted(faults, key=lambda one: one.row)[:MOST_FAULTS]


def _import(batch: ImportBatch, content: bytes, *, actor: Actor, now: datetime) -> int:
    rows, faults = checked_rows(
        kind=ImportKind(batch.kind), name=batch.name, content=content, holder=batch.organisation
    )
    if faults:
        first = faults[0]
        raise ImportFaulty(
            count=len(faults), row=first.row, column=first.column or "—", problem=f"{first.zh} {first.en}"
        )
    leaves = [row_leaf(one.values) for one, _made in rows]
    batch.rows_root, batch.rows = root_of(leaves).hex(), len(rows)
    batch.state, batch.confirmed_at = ImportState.CONFIRMED, now
    batch.entry = ledger.append(
        kind=kinds.resources.ROWS_IMPORTED,
        subject=f"import:{batch.public_id}",
        payload={
            "batch": str(batch.public_id),
            "organisation": str(batch.organisation.public_id),
            "kind": batch.kind,
            "rows": batch.rows,
            "rows_root": batch.rows_root,
            "file_sha256": batch.sha256,
        },
        confidential={"file": batch.name},
        actor=actor,
        now=now,
    )
    batch.save()
    parties = _parties([one for one, _made in rows])
    TARGETS[ImportKind(batch.kind)].keep(batch, rows, parties, batch.entry, now)
    return batch.rows


def _parties(rows: Sequence[Taken]) -> dict[str, Organisation]:
    """Return the organisations that the rows name, by code, in one query."""
    keys = ("owner", "manager", "shared_from", "wanted_from")
    codes = {str(one.values[key]) for one in rows for key in keys if one.values.get(key)}
    return {one.uscc: one for one in Organisation.objects.filter(uscc__in=codes)}


def _against_register(
    one: Taken, known: set[str], parties: Mapping[str, Organisation], name_column: str
) -> Fault | None:
    if one.values["name_zh"] in known:
        zh, en = "本单位已有同名记录", "this organisation has one of this name already"
        return Fault(one.number, name_column, "registry.name_taken", zh, en)
    for key, title in (
        ("owner", "归属单位代码"),
        ("manager", "管理单位代码"),
        ("shared_from", "共享提供单位代码"),
        ("wanted_from", "提供单位代码"),
    ):
        code = one.values.get(key)
        if code and code not in parties:
            return Fault(one.number, title, "registry.not_found", f"单位 {code} 未注册", f"no organisation has {code}")
    return None
