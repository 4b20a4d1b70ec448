"""What other apps hold of privacy: the grant they pass in, and views of what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A licence's right to ask, checked by whoever issues it: short-lived, and for one product.

    ``entry_id`` names the licence's log entry, which every entry about the licensee's questions then rests on.
    """

    licence_id: UUID
    product_id: UUID
    licensee_id: UUID
    queries_left: int
    valid_until: datetime
    entry_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why something was refused: the rule's name and its reason in both languages (``name_zh``, ``name_en``)."""

    rule: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One released cell: a code per dimension, a figure per measure (sums in whole grains)."""

    key: tuple[str, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """A protected result: which columns, which measures, how much noise, and the cells that may be shown.

    ``grains`` gives the unit of each sum (figure times grain is the amount), ``sigma`` each measure's noise.
    """

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]
    grains: Mapping[str, str]
    sigma: Mapping[str, str]
    k: int
    round_count: int


@dataclass(frozen=True, kw_only=True)
class QueryView:
    """A licensee's question. ``rho`` is its price in privacy budget, ``charged`` what it really spent, as decimal text.

    ``plan`` is canonical once understood; ``receipt`` is the holder's signed answer with the key that verifies it.
    """

    id: UUID
    licence_id: UUID
    product_id: UUID
    licensee_id: UUID
    state: Literal["waiting", "dispatched", "answered", "refused"]
    plan: Mapping[str, Any]
    rho: str
    charged: str
    refusal: Refusal | None
    result: Result | None
    receipt: Mapping[str, Any] | None
    entry_id: UUID | None
    asked_at: datetime
    answered_at: datetime | None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The released cells, none before an answer."""
        return self.result.cells if self.result else ()


@dataclass(frozen=True, kw_only=True)
class CubeView:
    """A protected table of a product; ``result`` is None unless read under a grant, ``lookup`` what clients need.

    ``lookup`` holds the lattice and layout of encrypted lookups once the table is released.
    """

    id: UUID
    product_id: UUID
    number: int
    state: Literal["waiting", "released", "refused"]
    rho: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    cells: int
    lookup: Mapping[str, Any] | None
    result: Result | None
    receipt: Mapping[str, Any] | None
    entry_id: UUID | None
    released_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class LookupView:
    """An encrypted lookup: the platform sees neither the question nor the answer."""

    id: UUID
    licence_id: UUID
    licensee_id: UUID
    cube_id: UUID
    state: Literal["waiting", "evaluating", "answered", "refused"]
    refusal: Refusal | None
    reply: bytes | None
    request_hash: str
    reply_hash: str | None
    entry_id: UUID | None
    submitted_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BudgetView:
    """What one data version may still tell, in decimal rho; ``licensee_id`` is None for everyone's together."""

    licensee_id: UUID | None
    limit: str
    spent: str
    left: str
    percent: int


@dataclass(frozen=True, kw_only=True)
class PolicyView:
    """A query policy, immutable since it was activated."""

    id: UUID
    product_id: UUID
    table: str
    version: int
    digest: str
    document: Mapping[str, Any]
    active: bool
    activated_at: datetime
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class TableView:
    """One version of a holder's table as the public may know it: dictionary, row count, keyed hash, budget."""

    name: str
    number: int
    rows: int
    content_hash: str
    dictionary: Mapping[str, Any]
    columns: tuple[Mapping[str, Any], ...]
    connected_at: datetime
    budget: BudgetView | None


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """A holder's connected source and the newest version of each of its tables."""

    id: UUID
    holder_id: UUID
    code: str
    public_key: str
    connected_at: datetime
    entry_id: UUID
    tables: tuple[TableView, ...]
