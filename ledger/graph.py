"""Drawing what rests on what: a layered picture of a few dozen entries, causes on the left."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)

WIDTH: Final = 196
HEIGHT: Final = 52
GAP_X: Final = 60
GAP_Y: Final = 20
MARGIN: Final = 12
SWEEPS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Box(Generic[Node]):
    """Where a node's box stands: its upper left corner, in the picture's units."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """A line from a cause's right edge to its effect's left edge, as an SVG path."""

    path: str


@dataclass(frozen=True, kw_only=True)
class Drawing(Generic[Node]):
    """A picture: its size, boxes column by column, and arrows."""

    width: int
    height: int
    boxes: tuple[Box[Node], ...]
    arrows: tuple[Arrow, ...]


def layered(nodes: Sequence[Node], causes: Mapping[Node, Sequence[Node]]) -> Drawing[Node]:
    """Return the picture of ``nodes``, given causes first, with an arrow from each cause among them to its effect.

    A node stands one column right of its farthest cause; within columns nodes are moved near their neighbours.
    """
    known = {node: [cause for cause in causes.get(node, ()) if cause in set(nodes)] for node in nodes}
    column: dict[Node, int] = {}
    for node in nodes:
        column[node] = max((column[cause] + 1 for cause in known[node] if cause in column), default=0)
    columns: list[list[Node]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in nodes:
        columns[column[node]].append(node)
    _untangle(columns, known)
    return _placed(columns, known)


def _untangle(columns: list[list[Node]], causes: Mapping[Node, Sequence[Node]]) -> None:
    """Sort each column by where its neighbours stand, to and fro."""
    effects: dict[Node, list[Node]] = {node: [] for row in columns for node in row}
    for node, rows in causes.items():
        for cause in rows:
            effects[cause].append(node)
    for sweep in range(SWEEPS):
        neighbours = causes if sweep % 2 == 0 else effects
        place = {node: _share(number, row) for row in columns for number, node in enumerate(row)}
        for row in columns if sweep % 2 == 0 else reversed(columns):
            row.sort(key=lambda node: _mean([place[near] for near in neighbours[node]], place[node]))
            place |= {node: _share(number, row) for number, node in enumerate(row)}


def _share(number: int, row: Sequence[Node]) -> float:
    return (number + 0.5) / len(row)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _placed(columns: list[list[Node]], causes: Mapping[Node, Sequence[Node]]) -> Drawing[Node]:
    tallest = max((len(row) for row in columns), default=0)
    height = 2 * MARGIN + max(0, tallest * (HEIGHT + GAP_Y) - GAP_Y)
    at: dict[Node, Box[Node]] = {}
    for number, row in enumerate(columns):
        top = (height - (len(row) * (HEIGHT + GAP_Y) - GAP_Y)) // 2
        for place, node in enumerate(row):
            x, y = MARGIN + number * (WIDTH + GAP_X), top + place * (HEIGHT + GAP_Y)
            at[node] = Box(node=node, x=x, y=y)
    arrows = tuple(_arrow(at[cause], at[node]) for node, rows in causes.items() for cause in rows)
    width = 2 * MARGIN + max(0, len(columns) * (WIDTH + GAP_X) - GAP_X)
    return Drawing(width=width, height=height, boxes=tuple(at.values()), arrows=arrows)


def _arrow(cause: Box[Node], effect: Box[Node]) -> Arrow:
    x, y = cause.x + WIDTH, cause.y + HEIGHT // 2
    to_x, to_y = effect.x, effect.y + HEIGHT // 2
    bend = max(GAP_X // 2, (to_x - x) // 2)
    return Arrow(path=f"M{x} {y} C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}")
