"""Witnesses: who may watch the log in everybody's place, and what they say they saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, NotFound
from ledger.cosignature import BadCosignature, Cosigning, WitnessKey, check, lines_of
from ledger.models import Cosignature, TreeHead, Witness
from ledger.note import MAX_NOTE, BadNote, Checkpoint
from ledger.queries.cosigned import witness_view
from ledger.queries.heads import NoSuchHead
from ledger.services.append import append
from ledger.types import EntryKind, WitnessView

REGULATOR: Final = "regulator"
LATEST_AHEAD: Final = timedelta(minutes=5)
DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
WITNESS_REGISTERED: Final = EntryKind.strict("witness.registered", 1, key_sha256=DIGEST)
WITNESS_RETIRED: Final = EntryKind.strict("witness.retired", 1, key_sha256=DIGEST)


@dataclass(eq=False, kw_only=True)
class WitnessKnown(Conflict):
    """A key that is registered, or was."""

    code = "ledger.witness_known"
    zh = "见证方密钥 {key} 已登记过。"
    en = "The witness key {key} was registered before."
    key: str


@dataclass(eq=False, kw_only=True)
class NoSuchWitness(NotFound):
    """No witness of that id."""

    code = "ledger.no_such_witness"
    zh = "没有编号为 {witness_id} 的见证方。"
    en = "There is no witness {witness_id}."
    witness_id: str


@dataclass(eq=False, kw_only=True)
class WitnessRetired(Conflict):
    """A witness that no longer watches."""

    code = "ledger.witness_retired"
    zh = "见证方 {name} 已停用。"
    en = "The witness {name} has retired."
    name: str


@dataclass(eq=False, kw_only=True)
class OtherHistory(Conflict):
    """A cosigned checkpoint that says otherwise than the head this log signed of that size: two histories exist."""

    code = "ledger.other_history"
    zh = "所联署的检查点（{size} 条）与本账本签署的树头不同：存在两个历史，请立即核查。"
    en = "The cosigned checkpoint of {size} leaves differs from the head this log signed: there are two histories."
    size: int


@transaction.atomic
def register_witness(*, verifier_key: str, actor: Actor, now: datetime) -> WitnessView:
    """Register a witness by its key (C2SP, type 0x04) and return it; the log records who watches it.

    Raises RoleRequired unless the actor is a regulator, BadNote, WitnessKnown.
    """
    actor.require(REGULATOR)
    key = WitnessKey.parse(verifier_key.strip())
    row, fresh = Witness.objects.get_or_create(
        verifier_key=str(key),
        defaults={
            "public_id": uuid4(),
            "name": key.name,
            "organisation_id": actor.organisation_id,
            "registered_at": now,
        },
    )
    if not fresh:
        raise WitnessKnown(key=str(key))
    _record(WITNESS_REGISTERED, row, actor=actor, now=now)
    return witness_view(row)


@transaction.atomic
def retire_witness(*, witness_id: UUID, actor: Actor, now: datetime) -> WitnessView:
    """Take a witness's further cosignatures no more; those it made stay. Return it.

    Raises RoleRequired unless the actor is a regulator, NoSuchWitness, WitnessRetired.
    """
    actor.require(REGULATOR)
    row = Witness.objects.select_for_update().filter(public_id=witness_id).first()
    if row is None:
        raise NoSuchWitness(witness_id=str(witness_id))
    if row.retired_at is not None:
        raise WitnessRetired(name=row.name)
    row.retired_at = now
    row.save(update_fields=["retired_at"])
    _record(WITNESS_RETIRED, row, actor=actor, now=now)
    return witness_view(row)


@transaction.atomic
def receive_cosignature(*, checkpoint: str, now: datetime) -> tuple[str, ...]:
    """Store the cosignatures a checkpoint carries and return whose they are; the same once more changes nothing.

    Needs no actor: the signature of a registered key speaks for itself. Raises BadNote, NoSuchHead, OtherHistory, and
    BadCosignature when no registered witness's line is there, or one does not fit.
    """
    text, tail = _parted(checkpoint)
    stated = Checkpoint.parse(text)
    head = TreeHead.objects.filter(size=stated.size).first()
    if head is None:
        raise NoSuchHead(size=str(stated.size))
    if _parted(head.note)[0] != text:
        raise OtherHistory(size=stated.size)
    found = _known(lines_of(tail))
    if not found:
        raise BadCosignature(reason="no line is of a registered witness")
    for row, given in found:
        at = check(text, given.signature, WitnessKey.parse(row.verifier_key))
        if at > (now + LATEST_AHEAD).timestamp():
            raise BadCosignature(reason=f"the moment {row.name} states lies in the future")
        Cosignature.objects.get_or_create(
            head=head,
            witness=row,
            defaults={
                "signature": given.signature,
                "cosigned_at": datetime.fromtimestamp(at, tz=UTC),
                "received_at": now,
            },
        )
    return tuple(row.name for row, _ in found)


def _parted(note: str) -> tuple[str, str]:
    """A note's text and its signature lines."""
    text, gap, tail = note.rpartition("\n\n")
    if len(note) > MAX_NOTE or not gap or not tail.endswith("\n"):
        raise BadNote(reason="text and signatures are not separated by an empty line, or it is too long")
    return text + "\n", tail


def _known(lines: Sequence[Cosigning]) -> list[tuple[Witness, Cosigning]]:
    """The lines of registered witnesses that have not retired, each with its witness."""
    rows = Witness.objects.filter(retired_at=None, name__in={each.name for each in lines})
    keys = {(row.name, WitnessKey.parse(row.verifier_key).key_id): row for row in rows}
    return [(keys[each.name, each.key_id], each) for each in lines if (each.name, each.key_id) in keys]


def _record(kind: EntryKind, row: Witness, *, actor: Actor, now: datetime) -> None:
    digest = sha256(row.verifier_key.encode()).hexdigest()
    append(kind=kind, subject=f"witness:{row.public_id}", payload={"key_sha256": digest}, actor=actor, now=now)
