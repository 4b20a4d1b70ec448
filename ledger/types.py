"""What the ledger hands to the apps above: kinds in, views out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from kernel.errors import InvalidInput
from ledger.canonical import JsonValue
from ledger.constraints import free_places

__all__ = [
    "AnchorView",
    "ChainStatusView",
    "CosignatureView",
    "Ended",
    "EntryKind",
    "EntryState",
    "EntryView",
    "HeadView",
    "JournalRow",
    "JsonValue",
    "LagView",
    "Mined",
    "OpeningView",
    "SignedTransaction",
    "SnapshotView",
    "StatusChange",
    "StatusView",
    "StopView",
    "TransactionSigner",
    "UnknownKind",
    "WitnessView",
    "kind_of",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class EntryKind:
    """A kind of fact: a name in the past tense, a version, and the JSON schema of its payload.

    A changed schema is a new version, and the older one stays. The schema does not mention commitments: the log adds
    them. Raises ValueError for a schema that has room for free text, floats or unnamed keys.
    """

    name: str
    version: int
    schema: Mapping[str, Any]

    def __post_init__(self) -> None:
        free = list(free_places(self.schema))
        if free:
            raise ValueError(f"{self.name}/{self.version} has room for personal data: {'; '.join(free)}")

    @classmethod
    def strict(cls, name: str, version: int = 1, /, **properties: Mapping[str, Any]) -> EntryKind:
        """Return a kind whose payload holds exactly ``properties`` (a JSON schema each), all required, nothing else.

        ``kind_of`` finds it from then on; raises ValueError when the same name and version was given another schema.
        """
        schema = {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": False,
        }
        made = cls(name=name, version=version, schema=schema)
        if _KINDS.setdefault((name, version), made).schema != schema:
            raise ValueError(f"{name}/{version} is defined twice: a changed schema is a new version")
        return made


_KINDS: dict[tuple[str, int], EntryKind] = {}


@dataclass(eq=False, kw_only=True)
class UnknownKind(InvalidInput):
    """No app defines this kind of entry in this version."""

    code = "ledger.unknown_kind"
    zh = "未定义的记录种类：{kind}。"
    en = "No such kind of entry: {kind}."
    kind: str


def kind_of(name: str, version: int) -> EntryKind:
    """Return the kind of that name and version, an older one too; raise UnknownKind."""
    found = _KINDS.get((name, version))
    if found is None:
        raise UnknownKind(kind=f"{name}/{version}")
    return found


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
class OpeningView:
    """What opens one commitment of an entry; ``salt`` and ``commitment`` are 64 hex digits."""

    entry: UUID
    name: str
    value: str
    salt: str
    commitment: str


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
class WitnessView:
    """Somebody outside who watches the log; ``size`` the largest head it cosigned, at ``cosigned_at`` by its word."""

    id: UUID
    name: str
    verifier_key: str
    organisation_id: UUID | None
    registered_at: datetime
    retired_at: datetime | None
    size: int | None
    cosigned_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CosignatureView:
    """A witness's signature of a head: when by its own word, and the line as it stands in the note."""

    witness: str
    cosigned_at: datetime
    line: str


@dataclass(frozen=True, kw_only=True)
class HeadView:
    """A signed tree head; ``root`` is 64 hex digits, ``note`` the signed checkpoint without cosignatures."""

    size: int
    root: str
    note: str
    sealed_at: datetime
    anchor: AnchorView | None
    witnesses: tuple[CosignatureView, ...] = ()

    @property
    def cosigned_note(self) -> str:
        """The checkpoint with the lines of all who cosigned it."""
        return self.note + "".join(each.line for each in self.witnesses)


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
    sender: str
    nonce: int
    purpose: str
    block_time: int
    state: str
    block_number: int | None
    block_hash: str | None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a transaction ended, by the journal: None where it says nothing; ``block_time`` as in ``JournalRow``."""

    tx_hash: str
    state: str
    block_time: int
    block_number: int | None
    block_hash: str | None
    gas_used: int | None


@dataclass(frozen=True, kw_only=True)
class ChainStatusView:
    """A status as the contract on the chain holds it: ``index`` is the leaf that says so, ``contract`` the address."""

    id: bytes
    subject: str
    state: str
    valid_until: date | None
    index: int
    chain_id: int
    contract: str


@dataclass(frozen=True, kw_only=True)
class SnapshotView:
    """A state of an embedded node kept on disk: the file's name and SHA-256 (64 hex), and the block it ends with."""

    block_number: int
    block_hash: str
    name: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class StopView:
    """Why nothing is anchored or, with ``everything``, nothing at all is written, and since when."""

    code: str
    zh: str
    en: str
    everything: bool
    since: datetime


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
