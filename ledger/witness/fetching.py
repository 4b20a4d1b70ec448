"""Reading a log over HTTP: its checkpoint, and of its tiles those that a consistency proof needs."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from ledger.verifier.tree import Growing, parent_digest
from ledger.verifier.verdict import Incomplete, Invalid

TILE_HEIGHT = 8
TILE_WIDTH = 256
LONGEST = 1024 * 1024
Fetch = Callable[[str], bytes]


def fetching(address: str, *, seconds: float = 30) -> Fetch:
    """Return a function that gets a path under the log's address; it raises Incomplete when there is no answer."""
    if not re.match(r"https?://", address):
        raise Incomplete("the log's address is not an http address")

    def fetch(path: str) -> bytes:
        return _answer(f"{address.rstrip('/')}/{path}", None, seconds)

    return fetch


def submit(address: str, checkpoint: str, *, seconds: float = 30) -> list[str]:
    """Hand a cosigned checkpoint to the platform and return whose cosignatures it took; raise Incomplete, Invalid."""
    if not re.match(r"https?://", address):
        raise Incomplete("the platform's address is not an http address")
    answer = _answer(address, json.dumps({"checkpoint": checkpoint}).encode(), seconds)
    try:
        taken = json.loads(answer)["witnesses"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Incomplete("the platform's answer is malformed") from None
    return [str(name) for name in taken]


def consistency_hashes(fetch: Fetch, old: int, new: int) -> list[bytes]:
    """Return the RFC 9162 consistency proof from the tiles of a tree of ``new`` leaves, 0 < old < new.

    What comes back proves nothing by itself: it has yet to be held against both roots. Raises Incomplete, Invalid.
    """
    reader = _Tiles(fetch, new)
    proof: list[bytes] = []
    low, high, whole = 0, new, True
    while high > old:
        middle = low + _largest_below(high - low)
        if old <= middle:
            proof.append(reader.subtree(middle, high))
            high = middle
        else:
            proof.append(reader.subtree(low, middle))
            low, whole = middle, False
    if not whole:
        proof.append(reader.subtree(low, high))
    return list(reversed(proof))


def tile_path(level: int, number: int, width: int) -> str:
    """Return where a tile lies under the log's address (c2sp.org/tlog-tiles)."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == TILE_WIDTH else f".p/{width}")


class _Tiles:
    """Hashes of a tree of ``size`` leaves, each tile fetched once."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self.fetch = fetch
        self.size = size
        self.read: dict[tuple[int, int], bytes] = {}

    def subtree(self, low: int, high: int) -> bytes:
        """The hash of the leaves ``low`` to ``high``, a range that the tree has."""
        width = high - low
        if width & (width - 1) == 0 and low % width == 0:
            return self._complete(width.bit_length() - 1, low // width)
        middle = low + _largest_below(width)
        return parent_digest(self.subtree(low, middle), self.subtree(middle, high))

    def _complete(self, level: int, index: int) -> bytes:
        """The root of a complete subtree of 2**level leaves, from the tile that holds what it is made of."""
        tile_level, inner = divmod(level, TILE_HEIGHT)
        count = 1 << inner
        number, place = divmod(index * count, TILE_WIDTH)
        data = self._tile(tile_level, number)
        part = data[place * 32 : (place + count) * 32]
        if len(part) != count * 32:
            raise Invalid(f"tile {tile_level}/{number} of the log is too short")
        grown = Growing()
        for start in range(0, len(part), 32):
            grown.add(part[start : start + 32])
        return grown.root()

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self.read:
            held = (self.size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH
            width = min(TILE_WIDTH, held)
            self.read[level, number] = self.fetch(tile_path(level, number, width))
        return self.read[level, number]


def _answer(address: str, sent: bytes | None, seconds: float) -> bytes:
    headers = {} if sent is None else {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(address, sent, headers)  # noqa: S310 - http(s) only, checked by who asks
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - http(s) only
            data: bytes = answer.read(LONGEST + 1)
    except urllib.error.HTTPError as error:
        raise Incomplete(f"{address} answers {error.code}: {_refusal_of(error)}") from None
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise Incomplete(f"{address} does not answer: {error}") from None
    if len(data) > LONGEST:
        raise Invalid(f"{address} answers more than a log has to say")
    return data


def _refusal_of(error: urllib.error.HTTPError) -> str:
    """What a refusal says of itself: the sentence of a problem document, or its first words."""
    try:
        text = error.read(4096).decode("utf-8", "replace")
        document: Any = json.loads(text)
        return str(document["detail"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, http.client.HTTPException):
        return str(error.reason)


def _largest_below(width: int) -> int:
    return 1 << ((width - 1).bit_length() - 1)
