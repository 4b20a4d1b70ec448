"""What the log's API answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

EXAMPLE_ID = "4429bb9b-3fd4-46c1-8b7d-b18779438ecb"
EXAMPLE_HASH = "6d884e409207119fa18c2c81af2d8cb4801d4c9be15cfbd3fc28feac4b3586c6"
EXAMPLE_NOTE = (
    "gongshu.local/log1\n202\nKbu3cDlC0IEhjQHYMhQ5zIa2byDaMarN6SfIxiRAvDo=\n\n— gongshu.local/log1 R5i6P5jn…\n"
)
EXAMPLE_WITNESS = "regulator.example/w1"
EXAMPLE_WITNESS_KEY = "regulator.example/w1+7e1c8a1e+BHRlhnJd…"
EXAMPLE_LINE = "— regulator.example/w1 fhyKHgAAAABpK1…\n"
EXAMPLE_ENTRY: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "kind": "licence.issued",
    "version": 1,
    "subject": "licence:1f0c2b64-9a53-4a51-8d5c-0a6a3a2f7a11",
    "occurred_at": "2026-11-21T10:00:00Z",
    "payload": {"order": "8d1f4a0e-5b7c-4c7e-9a56-30a9f5a1c001", "commitments": {"buyer": EXAMPLE_HASH}},
    "refs": [],
    "state": "anchored",
    "index": 17,
    "leaf_hash": EXAMPLE_HASH,
    "body": '{"actor":"…","format":1,"id":"…"}',
}
EXAMPLE_ANCHOR: dict[str, Any] = {
    "chain_id": 31337,
    "contract": "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    "transaction": "0x" + EXAMPLE_HASH,
    "block_number": 2,
}
EXAMPLE_HEAD: dict[str, Any] = {
    "size": 202,
    "root": EXAMPLE_HASH,
    "note": EXAMPLE_NOTE,
    "sealed_at": "2026-11-21T10:00:02Z",
    "witnesses": [{"witness": EXAMPLE_WITNESS, "cosigned_at": "2026-11-21T10:01:00Z", "line": EXAMPLE_LINE}],
    "anchor": EXAMPLE_ANCHOR
    | {"state": "mined", "block_time": "2026-11-21T10:00:05Z", "block_hash": "0x" + EXAMPLE_HASH, "gas_used": 361000},
}
EXAMPLE_RECEIPT: dict[str, Any] = {
    "format": "gongshu-receipt/1",
    "entry": EXAMPLE_ENTRY["body"],
    "sm3": EXAMPLE_HASH,
    "index": 17,
    "inclusion": [EXAMPLE_HASH],
    "checkpoint": EXAMPLE_NOTE,
    "key": "gongshu.local/log1+4798ba3f+ARO7sqTJB71KHsxJhrVdd6vzWCoxg7VaD9KXoNLZbAMR",
    "anchor": EXAMPLE_ANCHOR,
}


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class EntryOut(Schema):
    """An entry of the log."""

    model_config: ClassVar[ConfigDict] = _example(EXAMPLE_ENTRY)

    id: UUID
    kind: str = Field(description="What happened, in the past tense.")
    version: int = Field(description="Version of the kind's payload.")
    subject: str = Field(description="What it happened to: thing:id.")
    occurred_at: datetime
    payload: dict[str, Any]
    refs: list[UUID] = Field(description="Entries this one rests on.")
    state: str = Field(description="waiting, sealed or anchored.")
    index: int | None = Field(description="Place in the log, once sealed.")
    leaf_hash: str = Field(description="SHA-256(0x00 || body), hex.")
    body: str = Field(description="The canonical JSON that was hashed.")


class EntriesOut(Schema):
    """A stretch of entries."""

    model_config: ClassVar[ConfigDict] = _example({"items": [EXAMPLE_ENTRY], "next_after": 17})

    items: list[EntryOut]
    next_after: int | None = Field(description="Pass as `after` for what follows; null when this is all there is now.")


class AnchorOut(Schema):
    """Where the chain holds a head."""

    chain_id: int
    contract: str
    transaction: str
    state: str
    block_time: datetime
    block_number: int | None
    block_hash: str | None
    gas_used: int | None


class CosignatureOut(Schema):
    """A witness's signature of a head."""

    witness: str
    cosigned_at: datetime = Field(description="By the witness's own word.")
    line: str = Field(description="As it stands in the note.")


class HeadOut(Schema):
    """A signed tree head."""

    model_config: ClassVar[ConfigDict] = _example(EXAMPLE_HEAD)

    size: int
    root: str
    note: str = Field(description="The signed checkpoint (C2SP).")
    sealed_at: datetime
    anchor: AnchorOut | None
    witnesses: list[CosignatureOut] = Field(description="Who cosigned it.")


class HeadsOut(Schema):
    """A stretch of heads, newest first."""

    model_config: ClassVar[ConfigDict] = _example({"items": [EXAMPLE_HEAD], "next_before": 202})

    items: list[HeadOut]
    next_before: int | None = Field(description="Pass as `before` for older ones.")


class ReceiptAnchorOut(Schema):
    """Where a receipt's head is on the chain."""

    chain_id: int
    contract: str
    transaction: str
    block_number: int


class ReceiptOut(Schema):
    """All that a stranger needs to check an entry."""

    model_config: ClassVar[ConfigDict] = _example(EXAMPLE_RECEIPT)

    format: str
    entry: str
    sm3: str = Field(description="SM3 of the entry's bytes, hex.")
    index: int
    inclusion: list[str]
    checkpoint: str
    key: str
    anchor: ReceiptAnchorOut | None


class OpeningOut(Schema):
    """What opens a commitment of an entry."""

    entry: UUID
    name: str
    value: str
    salt: str


class OpenedOut(Schema):
    """What opens one confidential fact of an entry: SHA-256("gongshu/commitment/v1" 0 name 0 salt value)."""

    entry: UUID
    name: str
    value: str
    salt: str = Field(description="64 hex digits")
    commitment: str = Field(description="64 hex digits, as the entry's bytes have them")


class OpenedListOut(Schema):
    """Every opening of an entry that is still kept."""

    items: list[OpenedOut]


class FactIn(Schema):
    """The confidential fact to open."""

    model_config: ClassVar[ConfigDict] = _example({"name": "buyer"})

    name: str = Field(max_length=80, description="The name the entry commits to it under.")


class PackOut(Schema):
    """Everything recorded about a subject, each entry with its receipt, under one head."""

    model_config: ClassVar[ConfigDict] = _example(
        {
            "format": "gongshu-pack/1",
            "subject": EXAMPLE_ENTRY["subject"],
            "receipts": [EXAMPLE_RECEIPT],
            "openings": [],
            "certificate": None,
        }
    )

    format: str
    subject: str
    receipts: list[ReceiptOut]
    openings: list[OpeningOut]
    certificate: dict[str, Any] | None


class StatusOut(Schema):
    """The status of a certificate or licence as the log last said it."""

    model_config: ClassVar[ConfigDict] = _example(
        {
            "id": EXAMPLE_HASH,
            "subject": EXAMPLE_ENTRY["subject"],
            "state": "active",
            "valid_until": "2027-11-21",
            "entry": EXAMPLE_ID,
            "index": 17,
        }
    )

    id: str = Field(description="Under which the chain keeps it: 64 hex digits.")
    subject: str
    state: str
    valid_until: date | None
    entry: UUID
    index: int | None


class ConsistencyOut(Schema):
    """A proof that one tree begins another."""

    model_config: ClassVar[ConfigDict] = _example(
        {"old": 100, "new": 202, "old_root": EXAMPLE_HASH, "new_root": EXAMPLE_HASH, "proof": [EXAMPLE_HASH]}
    )

    old: int
    new: int
    old_root: str
    new_root: str
    proof: list[str]


class LagOut(Schema):
    """How far sealing and anchoring are behind."""

    model_config: ClassVar[ConfigDict] = _example(
        {
            "entries": 203,
            "waiting": 1,
            "sealed": 202,
            "anchored": 202,
            "oldest_waiting_at": "2026-11-21T10:00:03Z",
            "oldest_unanchored_at": "2026-11-21T10:00:03Z",
            "last_head_at": "2026-11-21T10:00:02Z",
            "last_anchor_at": "2026-11-21T10:00:06Z",
        }
    )

    entries: int
    waiting: int
    sealed: int
    anchored: int
    oldest_waiting_at: datetime | None
    oldest_unanchored_at: datetime | None
    last_head_at: datetime | None
    last_anchor_at: datetime | None


class WitnessIn(Schema):
    """A witness to register."""

    model_config: ClassVar[ConfigDict] = _example({"key": EXAMPLE_WITNESS_KEY})

    key: str = Field(max_length=300, description="The witness's C2SP verifier key, type 0x04.")


class WitnessOut(Schema):
    """Somebody outside who watches the log."""

    id: UUID
    name: str
    verifier_key: str
    organisation_id: UUID | None
    registered_at: datetime
    retired_at: datetime | None
    size: int | None = Field(description="The largest head it cosigned.")
    cosigned_at: datetime | None


class WitnessesOut(Schema):
    """Everybody who watches, or watched."""

    items: list[WitnessOut]


class CosignatureIn(Schema):
    """A checkpoint with the lines of its witnesses."""

    model_config: ClassVar[ConfigDict] = _example({"checkpoint": EXAMPLE_NOTE + EXAMPLE_LINE})

    checkpoint: str = Field(max_length=65_536)


class CosignedOut(Schema):
    """Whose cosignatures were taken."""

    model_config: ClassVar[ConfigDict] = _example({"witnesses": [EXAMPLE_WITNESS]})

    witnesses: list[str]
