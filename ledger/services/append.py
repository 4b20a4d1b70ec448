"""Writing an entry, in the caller's own transaction and in one statement."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid4

import jsonschema_rs
from django.conf import settings
from django.db import connection

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import status as statuses
from ledger.body import BadName, body
from ledger.canonical import EntryTooLarge, JsonValue, NotCanonical
from ledger.commitment import SALT_BYTES, commit
from ledger.constraints import personal_number
from ledger.digests import sm3
from ledger.merkle import leaf_hash
from ledger.services.stops import naming_stops
from ledger.terms import terms_of
from ledger.types import EntryKind, StatusChange

ACTOR: Final = "actor"
COMMITMENTS: Final = "commitments"
MOST_FACTS: Final = 32
LONGEST_FACT: Final = 8192
MOST_REFS: Final = 500
WRITE: Final = (
    f"SELECT ledger_append({', '.join(['%s'] * 8)}, %s::text[], %s::uuid[], %s, %s, %s, %s, %s, %s, %s::date)"
)
NO_STATUS: Final = (None, None, None, None)


@dataclass(eq=False, kw_only=True)
class PayloadRefused(InvalidInput):
    """The payload does not fit the schema of its kind."""

    code = "ledger.payload_refused"
    zh = "记录内容不符合 {kind} 的格式：{path}：{reason}。"
    en = "The payload does not fit {kind}: {path}: {reason}."
    kind: str
    path: str
    reason: str


@dataclass(eq=False, kw_only=True)
class PersonalData(InvalidInput):
    """The entry holds what reads as a person's number; such a fact goes in as a commitment or not at all."""

    code = "ledger.personal_data"
    zh = "记录中含有疑似公民身份号码或手机号码的内容，个人信息不得写入账本。"
    en = "The entry holds what reads as an identity or mobile number; personal data never enters the log."


@dataclass(eq=False, kw_only=True)
class UnknownReference(Conflict):
    """A ref that names no entry."""

    code = "ledger.unknown_reference"
    zh = "所引用的记录不存在：{missing}。"
    en = "No such entry to refer to: {missing}."
    missing: str


@dataclass(eq=False, kw_only=True)
class DuplicateEntry(Conflict):
    """An entry of that id is in the log already."""

    code = "ledger.duplicate_entry"
    zh = "编号为 {entry_id} 的记录已存在。"
    en = "There is an entry {entry_id} already."
    entry_id: str


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
    entry_id: UUID | None = None,
) -> UUID:
    """Write an entry and return its id; it commits or falls with the caller's transaction.

    ``confidential`` values enter as salted commitments under ``payload["commitments"]``, the actor as one of its own;
    their openings stay in the database. ``status`` is what the entry sets on chain when it is anchored. ``entry_id`` is
    drawn unless given. Whatever is refused leaves nothing behind and the caller's transaction usable.

    Raises PayloadRefused, PersonalData, UnknownReference, DuplicateEntry, BadName, BadStatus, NotCanonical and
    EntryTooLarge.
    """
    if COMMITMENTS in payload:
        raise PayloadRefused(kind=kind.name, path=COMMITMENTS, reason="this name is the log's own")
    if status is not None:
        statuses.check(status.subject, status.state)
    facts = _secret_facts(confidential or {}, actor)
    committed: dict[str, JsonValue] = {name: commit(name, value, salt) for name, (value, salt) in facts.items()}
    actor_commitment = str(committed.pop(ACTOR))
    new_id, targets = entry_id or uuid4(), _each_once(refs)
    data = body(
        log=settings.LOG_ORIGIN,
        entry_id=new_id,
        kind=kind.name,
        version=kind.version,
        subject=subject,
        occurred_at=now,
        payload={**payload, COMMITMENTS: committed} if committed else payload,
        refs=targets,
        actor=actor_commitment,
        status=None if status is None else statuses.said(status.subject, status.state, status.valid_until),
    )
    _validate(kind, payload, data)
    row = [new_id, kind.name, kind.version, subject, _as_said(now), data, leaf_hash(data), sm3(data)]
    _write([*row, terms_of(subject, payload), targets, *_columns(facts), *_status_columns(status)])
    return new_id


def _as_said(now: datetime) -> datetime:
    """The moment as the bytes say it, to the millisecond, so that the column says nothing they do not."""
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _secret_facts(confidential: Mapping[str, str], actor: Actor) -> dict[str, tuple[str, bytes]]:
    """Value and fresh salt of each confidential fact, the actor among them."""
    if ACTOR in confidential:
        raise BadName(what="name of a confidential fact", value=ACTOR, example="buyer")
    if len(confidential) > MOST_FACTS:
        raise EntryTooLarge(size=len(confidential), limit=MOST_FACTS)
    for name, value in confidential.items():
        if not _storable(value):
            raise NotCanonical(path=f"confidential.{name}", reason="not a text, or one with a null or a lone surrogate")
        if len(value) > LONGEST_FACT:
            raise EntryTooLarge(size=len(value), limit=LONGEST_FACT)
    values = {**confidential, ACTOR: actor.reference}
    return {name: (value, secrets.token_bytes(SALT_BYTES)) for name, value in values.items()}


def _storable(value: object) -> bool:
    if not isinstance(value, str) or "\x00" in value:
        return False
    return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)


def _each_once(refs: Sequence[UUID]) -> list[UUID]:
    """The refs in the order given, each once."""
    targets = list(dict.fromkeys(refs))
    if len(targets) > MOST_REFS:
        raise EntryTooLarge(size=len(targets), limit=MOST_REFS)
    return targets


def _columns(facts: Mapping[str, tuple[str, bytes]]) -> tuple[list[str], list[str], list[bytes]]:
    return list(facts), [value for value, _ in facts.values()], [salt for _, salt in facts.values()]


def _status_columns(status: StatusChange | None) -> tuple[Any, ...]:
    if status is None:
        return NO_STATUS
    return statuses.status_id(status.subject), status.subject, status.state, status.valid_until


def _write(values: list[Any]) -> None:
    with naming_stops(), connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        (in_the_way,) = cursor.fetchone()
    if in_the_way == [values[0]]:
        raise DuplicateEntry(entry_id=str(values[0]))
    if in_the_way:
        raise UnknownReference(missing=", ".join(str(ref) for ref in in_the_way))


def _validate(kind: EntryKind, payload: Mapping[str, JsonValue], data: bytes) -> None:
    """Check the payload, of which ``data`` has shown that it is plain JSON, against the schema of its kind."""
    validator = _validator(kind)
    plain = dict(payload)
    if not validator.is_valid(plain):
        error = next(iter(validator.iter_errors(plain)))
        path = "/".join(str(part) for part in error.instance_path) or "payload"
        raise PayloadRefused(kind=f"{kind.name}/{kind.version}", path=path, reason=error.message[:200])
    if personal_number(data) is not None:
        raise PersonalData


@lru_cache(maxsize=1024)
def _validator(kind: EntryKind) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(kind.schema), validate_formats=True)
