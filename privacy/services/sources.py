"""Connecting a holder's domain worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import jsonschema
from django.db import transaction

import ledger.services
from kernel.actors import Actor, RoleRequired
from kernel.errors import Conflict, InvalidInput
from kernel.signer import verifies
from privacy.envelope import canonical
from privacy.kinds import SOURCE_CONNECTED
from privacy.models import DataVersion, Source
from registry import services as registry
from registry.amendments import Found

_DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME: Final = {"type": "string", "pattern": "^[0-9a-zA-Z_-]{1,64}$"}
_TABLE: Final = {
    "type": "object",
    "properties": {
        "name": _NAME,
        "rows": {"type": "integer", "minimum": 0},
        "content_hash": _DIGEST,
        "dictionary": {"type": "object", "required": ["name_zh", "name_en", "unit", "limits"]},
        "columns": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["name", "type", "class", "name_zh", "name_en"]},
        },
    },
    "required": ["name", "rows", "content_hash", "dictionary", "columns"],
    "additionalProperties": False,
}
_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "holder": _NAME,
        "public_key": _DIGEST,
        "tables": {"type": "array", "items": _TABLE, "minItems": 1, "maxItems": 100},
        "signature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
    },
    "required": ["holder", "public_key", "tables", "signature"],
    "additionalProperties": False,
}
_VALIDATOR: Final = jsonschema.Draft202012Validator(_SCHEMA)


@dataclass(eq=False, kw_only=True)
class BadAnnouncement(InvalidInput):
    """What a domain worker printed is malformed, or not signed by the key it names."""

    code = "privacy.bad_announcement"
    zh = "数据来源的连接信息无效：{reason}。"
    en = "The source's announcement is not valid: {reason}."
    reason: str


@dataclass(eq=False, kw_only=True)
class SourceTaken(Conflict):
    """The code belongs to another holder, or to another key."""

    code = "privacy.source_taken"
    zh = "代号“{holder_code}”已由其他单位或其他密钥登记。"
    en = "The code {holder_code} is registered with another holder or another key."
    holder_code: str


@transaction.atomic
def connect_source(*, announcement: Mapping[str, Any], actor: Actor, now: datetime, refs: Sequence[UUID] = ()) -> UUID:
    """Register the actor's domain worker from what ``privacy.domain.connect`` printed, and return the source's id.

    Repeating it changes nothing; new content of a table becomes that table's next version. Raises RoleRequired,
    BadAnnouncement, SourceTaken.
    """
    holder_id = holder_of(actor=actor)
    _verify(announcement)
    known = Source.objects.select_for_update().filter(code=announcement["holder"]).first()
    if known is not None and (known.holder_id, known.public_key) != (holder_id, announcement["public_key"]):
        raise SourceTaken(holder_code=announcement["holder"])
    source = known or Source(
        holder_id=holder_id,
        code=announcement["holder"],
        public_key=announcement["public_key"],
        connected_at=now,
        entry_id=uuid4(),
    )
    versions = _new_versions(source, announcement["tables"], now)
    if not versions:
        return source.public_id
    entry_id = _enter(source, versions, actor, now, refs)
    if known is None:
        source.entry_id = entry_id
        source.save(force_insert=True)
    DataVersion.objects.bulk_create(versions)
    _tell_of_drift(source, versions, actor, now)
    return source.public_id


def _tell_of_drift(source: Source, versions: Sequence[DataVersion], actor: Actor, now: datetime) -> None:
    """Have the registry draft a change where a table no longer has the columns its resource is registered with."""
    for version in versions:
        earlier = source.versions.filter(table=version.table, number__lt=version.number).order_by("-number").first()
        if earlier is not None and _found(earlier) != _found(version):
            registry.report_table_drift(
                holder_id=source.holder_id, before=_found(earlier), found_fields=_found(version), actor=actor, now=now
            )


def _found(version: DataVersion) -> list[Found]:
    return [Found(column["name"], column["type"]) for column in version.columns]


def holder_of(*, actor: Actor) -> UUID:
    """Return the holder that the actor is an agent of; raise RoleRequired."""
    actor.require("holder_agent")
    if actor.organisation_id is None:
        raise RoleRequired(needed="holder_agent")
    return actor.organisation_id


def _verify(announcement: Mapping[str, Any]) -> None:
    wrong = next(iter(_VALIDATOR.iter_errors(dict(announcement))), None)
    if wrong is not None:
        raise BadAnnouncement(reason=f"{'/'.join(map(str, wrong.absolute_path))}: {wrong.message}"[:300])
    told = {key: value for key, value in announcement.items() if key != "signature"}
    key, signature = bytes.fromhex(announcement["public_key"]), bytes.fromhex(announcement["signature"])
    if not verifies(key, signature, canonical(told)):
        raise BadAnnouncement(reason="signature")


def _new_versions(source: Source, tables: Sequence[Mapping[str, Any]], now: datetime) -> list[DataVersion]:
    known = list(source.versions.all()) if source.pk else []
    hashes = {(version.table, version.content_hash) for version in known}
    return [
        DataVersion(
            source=source,
            table=table["name"],
            number=1 + max((version.number for version in known if version.table == table["name"]), default=0),
            content_hash=table["content_hash"],
            rows=table["rows"],
            dictionary=table["dictionary"],
            columns=table["columns"],
            connected_at=now,
        )
        for table in tables
        if (table["name"], table["content_hash"]) not in hashes
    ]


def _enter(source: Source, versions: Sequence[DataVersion], actor: Actor, now: datetime, refs: Sequence[UUID]) -> UUID:
    earlier = [source.entry_id] if source.pk else []
    return ledger.services.append(
        kind=SOURCE_CONNECTED,
        subject=f"source:{source.public_id}",
        payload={
            "source": str(source.public_id),
            "holder": str(source.holder_id),
            "code": source.code,
            "public_key": source.public_key,
            "tables": [
                {
                    "name": version.table,
                    "version": version.number,
                    "rows": version.rows,
                    "content_hash": version.content_hash,
                }
                for version in versions
            ],
        },
        refs=[*earlier, *refs],
        actor=actor,
        now=now,
    )
