"""Writing an entry, in the caller's own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from jsonschema import Draft202012Validator

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import status as statuses
from ledger.body import BadName, body
from ledger.canonical import JsonValue
from ledger.commitment import SALT_BYTES, commit
from ledger.digests import sm3
from ledger.merkle import leaf_hash
from ledger.models import Entry, EntryRef, EntryStatus, Opening, WaitingEntry
from ledger.terms import terms_of
from ledger.types import EntryKind, StatusChange

ACTOR = "actor"
COMMITMENTS = "commitments"


@dataclass(eq=False, kw_only=True)
class PayloadRefused(InvalidInput):
    """The payload does not fit the schema of its kind."""

    code = "ledger.payload_refused"
    zh = "记录内容不符合 {kind} 的格式:{path}:{reason}。"
    en = "The payload does not fit {kind}: {path}: {reason}."
    kind: str
    path: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownReference(Conflict):
    """A ref that names no entry."""

    code = "ledger.unknown_reference"
    zh = "所引用的记录不存在:{missing}。"
    en = "No such entry to refer to: {missing}."
    missing: str


def append(
    *,
    kind: EntryKind,
    subject: str,
    payload: Mapping[str, JsonValue],
    refs: Sequence[UUID] = (),
    confidential: Mapping[str, str] | None = None,
    status: StatusChange | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Write an entry and return its id; it commits or falls with the caller's transaction.

    ``confidential`` values enter as salted commitments under ``payload["commitments"]``, the actor as one of its own;
    their openings stay in the database. ``status`` is what the entry sets on chain when it is anchored.
    Raises PayloadRefused, UnknownReference, BadName, BadStatus, NotCanonical, EntryTooLarge.
    """
    _validate(kind, payload)
    if status is not None:
        statuses.check(status.subject, status.state)
    targets = _targets(refs)
    facts = _secret_facts(confidential or {}, actor)
    committed = {name: commit(name, value, salt) for name, (value, salt) in facts.items()}
    actor_commitment = committed.pop(ACTOR)
    entry_id = uuid4()
    data = body(
        log=settings.LOG_ORIGIN,
        entry_id=entry_id,
        kind=kind.name,
        version=kind.version,
        subject=subject,
        occurred_at=now,
        payload={**payload, COMMITMENTS: committed} if committed else payload,
        refs=list(targets),
        actor=actor_commitment,
        status=None if status is None else statuses.said(status.subject, status.state, status.valid_until),
    )
    entry = Entry(
        public_id=entry_id,
        kind=kind.name,
        version=kind.version,
        subject=subject,
        occurred_at=now,
        body=data,
        leaf_hash=leaf_hash(data),
        sm3=sm3(data),
        terms=terms_of(subject, payload),
    )
    _write(entry, facts, list(targets.values()))
    if status is not None:
        EntryStatus.objects.create(
            entry=entry,
            status_id=statuses.status_id(status.subject),
            subject=status.subject,
            state=status.state,
            valid_until=status.valid_until,
        )
    return entry_id


def _secret_facts(confidential: Mapping[str, str], actor: Actor) -> dict[str, tuple[str, bytes]]:
    """Value and fresh salt of each confidential fact, the actor among them."""
    if ACTOR in confidential:
        raise BadName(what="name of a confidential fact", value=ACTOR, example="buyer")
    values = {**confidential, ACTOR: actor.reference}
    return {name: (value, secrets.token_bytes(SALT_BYTES)) for name, value in values.items()}


def _write(entry: Entry, facts: Mapping[str, tuple[str, bytes]], targets: list[int]) -> None:
    with transaction.atomic(savepoint=False):
        entry.save(force_insert=True)
        WaitingEntry.objects.bulk_create([WaitingEntry(entry=entry)])
        Opening.objects.bulk_create(
            Opening(entry=entry, name=name, value=value, salt=salt) for name, (value, salt) in facts.items()
        )
        EntryRef.objects.bulk_create(
            EntryRef(entry=entry, ref_id=target, position=position) for position, target in enumerate(targets)
        )


def _targets(refs: Sequence[UUID]) -> dict[UUID, int]:
    """Primary keys by id, in the order given, each once."""
    if not refs:
        return {}
    found = dict(Entry.objects.filter(public_id__in=refs).values_list("public_id", "pk"))
    missing = [ref for ref in refs if ref not in found]
    if missing:
        raise UnknownReference(missing=", ".join(str(ref) for ref in missing))
    return {ref: found[ref] for ref in dict.fromkeys(refs)}


def _validate(kind: EntryKind, payload: Mapping[str, JsonValue]) -> None:
    if COMMITMENTS in payload:
        raise PayloadRefused(kind=kind.name, path=COMMITMENTS, reason="this name is the log's own")
    for error in islice(_validator(kind).iter_errors(dict(payload)), 1):
        path = "/".join(str(part) for part in error.absolute_path) or "payload"
        raise PayloadRefused(kind=f"{kind.name}/{kind.version}", path=path, reason=error.message[:200])


@lru_cache(maxsize=1024)
def _validator(kind: EntryKind) -> Draft202012Validator:
    Draft202012Validator.check_schema(kind.schema)
    return Draft202012Validator(kind.schema)
