"""The log as files: tiles, entry bundles, and the whole of it as a stream of lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kernel.errors import NotFound
from ledger import tiles
from ledger.models import Leaf, Log, TreeHead
from ledger.queries.heads import NoSuchHead, heads_between
from ledger.queries.keys import verifier_key
from ledger.queries.proofs import NoSuchProof, anchor_of
from ledger.queries.tree import on_stored, stored

CHUNK: Final = 2048
EXPORT_FORMAT: Final = "gongshu-export/1"


@dataclass(eq=False, kw_only=True)
class NoSuchTile(NotFound):
    """A tile or bundle that the log does not have, or not that much of."""

    code = "ledger.no_such_tile"
    zh = "账本没有此分块：{path}。"
    en = "The log has no such tile: {path}."
    path: str


def tile(level: int, number: int, width: int) -> bytes:
    """Return the first ``width`` hashes of a tile, 32 bytes each; raise NoSuchTile unless there are so many."""
    data = stored([(level, number)]).get((level, number), b"")[: width * tiles.HASH]
    if len(data) != width * tiles.HASH:
        raise NoSuchTile(path=f"{level}/{number}.{width}")
    return data


def bundle(number: int, width: int) -> bytes:
    """Return ``width`` entries from index 256·``number`` on, each after its length in two bytes; raise NoSuchTile."""
    start = number * tiles.WIDTH
    found = [body for _, body in bodies(start, start + width)]
    if len(found) != width:
        raise NoSuchTile(path=f"entries/{number}.{width}")
    return b"".join(len(body).to_bytes(2, "big") + body for body in found)


def bodies(start: int, end: int) -> list[tuple[int, bytes]]:
    """Return index and canonical bytes of the sealed entries ``start`` to ``end`` (half-open), in order."""
    rows = Leaf.objects.filter(index__gte=start, index__lt=end).order_by("index")
    return [(index, bytes(body)) for index, body in rows.values_list("index", "entry__body")]


def export_range(*, start: int, end: int | None) -> tuple[int, int]:
    """Return the range an export covers: ``end`` moved up to the next signed head, the newest one when it is None.

    Raises NoSuchHead and NoSuchProof.
    """
    above = TreeHead.objects.order_by("size" if end is not None else "-size")
    head = above.filter(size__gte=end).first() if end is not None else above.first()
    if head is None:
        raise NoSuchHead(size=f"≥ {end or 1}")
    last = head.size if end is None else end
    if not 0 <= start < last:
        raise NoSuchProof(reason=f"{start} ≥ {last}")
    return start, head.size


def export(*, start: int, end: int) -> Iterator[str]:
    """Yield the log's entries ``start`` to ``end`` (a head's size) with every head between, as lines of JSON."""
    origin = Log.objects.values_list("origin", flat=True).first()
    peaks = on_stored(lambda node: [node(level, index) for level, index in _peaks(start)]) if start else []
    yield _line(
        format=EXPORT_FORMAT,
        log=origin,
        key=verifier_key(start + 1),
        start=start,
        frontier=[peak.hex() for peak in peaks],
    )
    count = 0
    for low in range(start, end, CHUNK):
        high = min(end, low + CHUNK)
        waiting = [(view.size, view) for view in heads_between(low + 1, high)]
        for index, body in bodies(low, high):
            yield _line(index=index, entry=body.decode())
            if waiting and waiting[0][0] == index + 1:
                _, view = waiting.pop(0)
                count += 1
                yield _line(head={"size": view.size, "note": view.cosigned_note, "anchor": anchor_of(view)})
    yield _line(entries=end - start, heads=count)


def _peaks(size: int) -> list[tuple[int, int]]:
    """Level and index of the complete subtrees of a tree, largest first."""
    found, done = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append((level, done >> level))
            done += 1 << level
    return found


def _line(**parts: Any) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")) + "\n"
