"""Which leaves go to the chain in one transaction."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.calldata import MOST_GAS, ChainStatus, append_gas
from ledger.journal import MAX_BATCH


@dataclass(frozen=True, kw_only=True)
class Span:
    """The leaves ``start`` to ``end`` (half-open), and the statuses they set, each placed by its index in the log."""

    start: int
    end: int
    changes: tuple[ChainStatus, ...]


def spans(start: int, sizes: Sequence[int], changes: Sequence[ChainStatus]) -> tuple[Span, ...]:
    """Return the fewest batches that bring a contract of ``start`` leaves from head to head.

    ``sizes`` are those of the heads after it, rising; ``changes`` are in leaf order. A batch ends at a head, with at
    most 1,000 leaves and the gas that one transaction may ask for; where no head is that near, there is none further.
    """
    places = [each.place for each in changes]
    found: list[Span] = []
    while near := sizes[bisect_right(sizes, start) : bisect_right(sizes, start + MAX_BATCH)]:
        first = bisect_left(places, start)
        ways = [(end, changes[first : bisect_left(places, end)]) for end in (near[0], *reversed(near))]
        fitting = (way for way in ways[1:] if append_gas(way[0] - start, len(way[1])) < MOST_GAS)
        end, carried = next(fitting, ways[0])
        found.append(Span(start=start, end=end, changes=tuple(carried)))
        start = end
    return tuple(found)
