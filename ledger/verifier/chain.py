"""A history beside the chain: what the node asked confirms of it, what it contradicts, and what stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ledger.verifier.entry import Said
from ledger.verifier.node import (
    Ask,
    Link,
    appended_from,
    appended_in,
    chain_of,
    check_in_line,
    head_on_chain,
    line_of,
    status_of,
)
from ledger.verifier.verdict import Incomplete, Invalid


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an export says: its root at its start and at each head, where heads stand on chains, the last statuses.

    ``tail`` are the leaf hashes after the newest head that says where it stands, or all where none does.
    """

    start: int
    end: int
    roots: dict[int, bytes]
    anchors: dict[int, dict[str, Any]]
    statuses: Iterable[Said]
    tail: list[bytes]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What the node's contract holds: its size, the largest tree of the export it confirms, heads it was not asked."""

    size: int
    confirmed: int
    unasked: int


def held_by_chain(ask: Ask, told: Told, contract: str | None) -> Held:
    """Compare an export with a contract, else with the newest it names on the node's chain; raise Invalid, Incomplete.

    The contract's own history counts, and that of those it continues on the same chain. The head it started from
    confirms what is older: heads in other contracts or chains are under its root, and are counted as not asked.
    """
    chain_id = chain_of(ask)
    here = {size: anchor for size, anchor in told.anchors.items() if anchor["chain_id"] == chain_id}
    address = contract or _newest(here, told, chain_id)
    line = line_of(ask, contract=address, chain_id=chain_id)
    asked = {size: anchor for size, anchor in sorted(here.items()) if anchor["contract"] in line}
    for size, anchor in asked.items():
        _brought(ask, line, size, told.roots[size], anchor)
    size, root = head_on_chain(ask, contract=address)
    if size < max(asked, default=0):
        raise Invalid(f"the chain holds {size} leaves, fewer than the export says were brought to it")
    heads = [(size, root), *((link.start, link.root) for link in line.values())]
    confirmed = [*asked, *(each for each, value in heads if _agrees(told, each, value) and each > told.start)]
    if not confirmed:
        raise Incomplete("no head of the export says where it stands on the chain of that node, so nothing is compared")
    _elsewhere(told.anchors.keys() - asked.keys(), first=min(link.start for link in line.values()), last=size)
    for said in told.statuses:
        if said.index < size:
            _compare_status(ask, address, said, told.end)
    top = max(confirmed)
    if top < told.end < size:
        top = _tail(ask, told, address, top)
    return Held(size=size, confirmed=top, unasked=len(told.anchors) - len(asked))


def _newest(here: dict[int, dict[str, Any]], told: Told, chain_id: int) -> str:
    """The contract that the newest head on this chain names."""
    if here:
        return str(here[max(here)]["contract"])
    if not told.anchors:
        raise Incomplete("no head of the export says where it stands on the chain")
    others = ", ".join(sorted({str(anchor["chain_id"]) for anchor in told.anchors.values()}))
    raise Incomplete(
        f"the node belongs to another chain ({chain_id}) than the export's heads stand on ({others}): "
        "ask a node of that chain, or name the contract that continues the log on this one (--contract)"
    )


def _brought(ask: Ask, line: dict[str, Link], size: int, root: bytes, anchor: dict[str, Any]) -> None:
    try:
        check_in_line(line, contract=anchor["contract"], size=size)
        place = {name: anchor[name] for name in ("contract", "transaction", "block_number")}
        if (size, root) not in {(event.size, event.root) for event in appended_in(ask, **place)}:
            raise Invalid("its transaction did not bring this root to the chain")
    except Invalid as error:
        raise Invalid(f"head {size}: {error}") from None


def _agrees(told: Told, size: int, root: bytes) -> bool:
    """Whether a head of the chain is one of the export; raise Invalid when the export has another one of that size."""
    if not told.start <= size <= told.end:
        return False
    if told.roots.get(size) != root:
        raise Invalid(f"the chain holds another root of {size} leaves than the entries give")
    return True


def _tail(ask: Ask, told: Told, contract: str, top: int) -> int:
    """Up to where the last entries are the leaves that the contract took after ``top``; raise Invalid for others.

    A head may have been brought together with the one after it, so the chain can hold what no head's place says.
    """
    first = told.end - len(told.tail)
    while first <= top < told.end:
        event = appended_from(ask, contract=contract, start=top)
        if event is None:
            break
        for leaf in event.leaves[: told.end - top]:
            if leaf != told.tail[top - first]:
                raise Invalid(f"the chain holds another leaf at index {top} than the export")
            top += 1
    return top


def _elsewhere(sizes: Iterable[int], *, first: int, last: int) -> None:
    """Heads between the first and the last size that the contracts asked took do not stand anywhere else."""
    for size in sizes:
        if first < size <= last:
            raise Invalid(f"head {size} is said to stand elsewhere, and the contract asked took its leaves itself")


def _compare_status(ask: Ask, contract: str, said: Said, end: int) -> None:
    found = status_of(ask, contract=contract, status_id=said.status_id)
    if found.index < end and not said.is_said_by(found):
        raise Invalid(
            f"entry {said.index} says that {said.status_id[:16]}… is {said.state}, the chain says {found.state}"
        )
