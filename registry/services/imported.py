"""What imported rows become: resources, information systems and data demands, kept in bulk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from kernel.errors import plain
from registry import grade
from registry.columns import Taken
from registry.lists import ImportKind
from registry.models import (
    DataDemand,
    DataResource,
    ImportBatch,
    InformationSystem,
    Organisation,
    ResourceField,
    Version,
)
from registry.queries.content import RESOURCE_KEYS
from registry.services.resources import fill, require_declarable, resource_code
from registry.services.searching import resource_document
from registry.types import FieldView, ResourceDeclaration, Role

BATCH: Final = 1_000
Parties = Mapping[str, Organisation]
Row = tuple[Taken, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What rows of one kind become: whose act it is, which names are taken, the last check, and how they are kept."""

    role: str
    names: Callable[[Organisation], set[str]]
    check: Callable[[Taken], Any]
    keep: Callable[[ImportBatch, Sequence[Row], Parties, UUID, datetime], None]


def _names(model: Any, party: str) -> Callable[[Organisation], set[str]]:
    def names(holder: Organisation) -> set[str]:
        return set(model.objects.filter(**{party: holder}).values_list("name_zh", flat=True))

    return names


def _declaration(one: Taken) -> tuple[ResourceDeclaration, grade.Classification]:
    told = {key: value for key, value in one.values.items() if key not in ("owner", "manager", "shared_from")}
    told["name_en"] = told.get("name_en") or told["name_zh"]
    told["abstract_en"] = told.get("abstract_en") or told["abstract_zh"]
    told["fields"] = tuple(FieldView(**field) for field in told.get("fields", ()))
    made = ResourceDeclaration(**told)
    return made, require_declarable(declaration=made)


def _keep_resources(batch: ImportBatch, rows: Sequence[Row], parties: Parties, entry: UUID, now: datetime) -> None:
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        items = DataResource.objects.bulk_create(_resource(batch, one, parties, entry, now) for one in part)
        made = [(item, declared[0]) for item, (_row, declared) in zip(items, part, strict=True)]
        ResourceField.objects.bulk_create(
            ResourceField(resource=item, position=place, **asdict(field))
            for item, declaration in made
            for place, field in enumerate(declaration.fields, 1)
        )
        Version.objects.bulk_create(
            Version(resource=item, number=1, content=_content(item, declaration), written_at=now, entry=entry)
            for item, declaration in made
        )


def _resource(batch: ImportBatch, row: Row, parties: Parties, entry: UUID, now: datetime) -> DataResource:
    one, (declaration, verdict) = row
    item = DataResource(
        public_id=uuid4(),
        holder=batch.organisation,
        code=resource_code(holder=batch.organisation),
        declared_at=now,
        entry=entry,
        imported_in=batch,
        import_row=one.number,
    )
    fill(item=item, declaration=declaration, verdict=verdict)
    item.owner = parties.get(one.values.get("owner", ""))
    item.manager = parties.get(one.values.get("manager", ""))
    item.shared_from = parties.get(one.values.get("shared_from", ""))
    item.search = resource_document(item=item, fields=declaration.fields)
    return item


def _content(item: DataResource, declaration: ResourceDeclaration) -> dict[str, Any]:
    """Return what queries.content says of a saved resource, without asking the database for each."""
    told = {name: plain(getattr(item, name)) for name in RESOURCE_KEYS}
    for name, party in (("owner", item.owner), ("manager", item.manager), ("shared_from", item.shared_from)):
        told[name] = party.uscc if party else ""
    return told | {"users": [], "fields": [asdict(field) for field in declaration.fields]}


def _keep_systems(batch: ImportBatch, rows: Sequence[Row], parties: Parties, entry: UUID, now: datetime) -> None:  # noqa: ARG001 - one shape for every kind
    InformationSystem.objects.bulk_create(
        (
            InformationSystem(
                public_id=uuid4(), department=batch.organisation, listed_at=now, entry=entry, **one.values
            )
            for one, _made in rows
        ),
        batch_size=BATCH,
    )


def _keep_demands(batch: ImportBatch, rows: Sequence[Row], parties: Parties, entry: UUID, now: datetime) -> None:
    DataDemand.objects.bulk_create(
        (
            DataDemand(
                public_id=uuid4(),
                department=batch.organisation,
                listed_at=now,
                entry=entry,
                **dict(one.values) | {"wanted_from": parties.get(one.values.get("wanted_from", ""))},
            )
            for one, _made in rows
        ),
        batch_size=BATCH,
    )


def _nothing_more(one: Taken) -> None:
    """Systems and demands are checked cell by cell; nothing is left to check of a row as a whole."""


TARGETS: Final = MappingProxyType(
    {
        ImportKind.RESOURCES: Target(Role.HOLDER_AGENT, _names(DataResource, "holder"), _declaration, _keep_resources),
        ImportKind.SYSTEMS: Target(
            Role.HOLDER_AGENT, _names(InformationSystem, "department"), _nothing_more, _keep_systems
        ),
        ImportKind.DEMANDS: Target(Role.HOLDER_AGENT, _names(DataDemand, "department"), _nothing_more, _keep_demands),
    }
)
