"""Where tiles and entry bundles lie under a log's address (c2sp.org/tlog-tiles): x001/x234/067, or 067.p/12."""

from __future__ import annotations

import re
from typing import Final

from ledger.tiles import WIDTH

HIGHEST_LEVEL: Final = 63
_PLACE: Final = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def written(number: int, width: int = WIDTH) -> str:
    """Return the path of tile ``number``, partial unless ``width`` is 256."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups) + ("" if width == WIDTH else f".p/{width}")


def parsed_level(text: str) -> int | None:
    """Return the level a path names, 0 to 63 without leading zeroes, or None."""
    sound = text.isascii() and text.isdigit() and len(text) < 3 and text == str(int(text))
    return int(text) if sound and int(text) <= HIGHEST_LEVEL else None


def parsed(text: str) -> tuple[int, int] | None:
    """Return number and width (256 for a full tile) that a path names, or None when no tile has that path."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    number, width = int(match[1].replace("/", "").replace("x", "")), int(match[2] or WIDTH)
    sound = width <= WIDTH and written(number, width) == text
    return (number, width) if sound else None


def needed(size: int) -> list[tuple[int, int, int]]:
    """Return level, number and width of every tile a tree of ``size`` leaves consists of, lowest level first."""
    found: list[tuple[int, int, int]] = []
    level, count = 0, size
    while count:
        found += [(level, number, WIDTH) for number in range(count // WIDTH)]
        if count % WIDTH:
            found.append((level, count // WIDTH, count % WIDTH))
        level, count = level + 1, count // WIDTH
    return found
