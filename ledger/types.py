"""What the ledger hands to the apps above: kinds in, views out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from ledger.canonical import JsonValue

__all__ = [
    "AnchorView",
    "EntryKind",
    "EntryState",
    "EntryView",
    "HeadView",
    "JournalRow",
    "JsonValue",
    "LagView",
    "Mined",
    "SignedTransaction",
    "StatusChange",
    "StatusView",
    "TransactionSigner",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class EntryKind:
    """A kind of fact: a name in the past tense, a version, and the JSON schema of its payload.

    A changed schema is a new version. The schema of the payload does not mention commitments: the log adds them.
    """

    name: str
    version: int
    schema: Mapping[str, Any]

    @classmethod
    def strict(cls, name: str, version: int = 1, /, **properties: Mapping[str, Any]) -> EntryKind:
        """Return a kind whose payload holds exactly ``properties`` (a JSON schema each), all required, nothing else."""
        schema = {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": False,
        }
        return cls(name=name, version=version, schema=schema)


@dataclass(frozen=True, kw_only=True)
class StatusChange:
    """What an entry does to a status on chain: ``subject`` such as ``licence:<uuid>``, one of ``ledger.status.STATES``.

    ``valid_until`` is the last day it holds, None where it has none.
    """

    subject: str
    state: str
    valid_until: date | None


@dataclass(frozen=True, kw_only=True)
class StatusView:
    """A status as an entry set it: ``id`` is the 32 bytes the chain knows it by, ``index`` the entry's leaf."""

    id: bytes
    subject: str
    state: str
    valid_until: date | None
    entry_id: UUID
    index: int | None


class EntryState(StrEnum):
    """How far an entry has come: written, in the signed tree, in the contract on the chain."""

    WAITING = "waiting"
    SEALED = "sealed"
    ANCHORED = "anchored"


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """One entry; ``leaf_hash`` is 64 hex digits; ``body`` the canonical text the leaf is the hash of."""

    id: UUID
    kind: str
    version: int
    subject: str
    payload: Mapping[str, Any]
    refs: tuple[UUID, ...]
    occurred_at: datetime
    index: int | None
    leaf_hash: str
    state: EntryState
    body: str


@dataclass(frozen=True, kw_only=True)
class AnchorView:
    """Where the chain holds a head: ``transaction`` and ``block_hash`` are 0x-hex; block fields None until mined."""

    chain_id: int
    contract: str
    transaction: str
    state: str
    block_time: datetime
    block_number: int | None
    block_hash: str | None
    gas_used: int | None


@dataclass(frozen=True, kw_only=True)
class HeadView:
    """A signed tree head; ``root`` is 64 hex digits, ``note`` the signed checkpoint."""

    size: int
    root: str
    note: str
    sealed_at: datetime
    anchor: AnchorView | None


@dataclass(frozen=True, kw_only=True)
class LagView:
    """How far behind the tree and the chain are: counts of entries, and the oldest moment in each queue."""

    entries: int
    waiting: int
    sealed: int
    anchored: int
    oldest_waiting_at: datetime | None
    oldest_unanchored_at: datetime | None
    last_head_at: datetime | None
    last_anchor_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class JournalRow:
    """A chain transaction as the journal holds it; ``block_time`` is the Unix second its embedded block gets."""

    tx_hash: str
    raw: bytes
    nonce: int
    purpose: str
    block_time: int
    state: str
    block_number: int | None
    block_hash: str | None


@dataclass(frozen=True, kw_only=True)
class SignedTransaction:
    """What goes to a node, and the hash (0x-hex) it will be known by."""

    raw: bytes
    tx_hash: str


class TransactionSigner(Protocol):
    """The one key that writes to the log contract."""

    @property
    def address(self) -> str:
        """The account's checksum address."""

    def sign(self, *, chain_id: int, nonce: int, to: str | None, data: bytes, gas: int) -> SignedTransaction:
        """Return a legacy transaction without price or value; ``to`` is None for a deployment."""

    def created(self, *, nonce: int) -> str:
        """Return the checksum address of the contract a deployment with ``nonce`` makes."""


@dataclass(frozen=True, kw_only=True)
class Mined:
    """How a transaction ended: in which block, at what price, and whether the contract accepted it."""

    block_number: int
    block_hash: str
    gas_used: int
    succeeded: bool
