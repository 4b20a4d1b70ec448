"""How a figure explains itself: a tree of named values that replays to the same bytes.

A derivation is a document of canonical JSON (RFC 8785) with every number as a decimal string::

    {"calculation": "permitted_revenue", "version": 1, "arguments": {…}, "result": {node}}

The arguments hold everything the calculation needs, the parameters that were in force among them, so a
replay reads nothing else and stays the same when the law changes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a derivation, with the words, the article and the inputs it rests on."""

    id: str
    name_zh: str
    name_en: str
    value: str
    unit: str = ""
    formula_zh: str = ""
    formula_en: str = ""
    article: str = ""
    source: str = ""
    inputs: tuple["Node", ...] = ()

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, result first."""
        yield self
        for node in self.inputs:
            yield from node.walk()

    def find(self, node_id: str) -> "Node":
        """Return the first node with this id; raise KeyError when there is none."""
        for node in self.walk():
            if node.id == node_id:
                return node
        raise KeyError(node_id)


def as_mapping(node: Node) -> dict[str, Any]:
    """Turn a node into plain JSON values, all keys present."""
    return {
        "id": node.id,
        "name_zh": node.name_zh,
        "name_en": node.name_en,
        "value": node.value,
        "unit": node.unit,
        "formula_zh": node.formula_zh,
        "formula_en": node.formula_en,
        "article": node.article,
        "source": node.source,
        "inputs": [as_mapping(child) for child in node.inputs],
    }


def as_node(mapping: Mapping[str, Any]) -> Node:
    """Rebuild a node from the plain JSON values that `as_mapping` gives."""
    fields = dict(mapping)
    fields["inputs"] = tuple(as_node(child) for child in mapping["inputs"])
    return Node(**fields)


def canonical(*, calculation: str, version: int, arguments: Mapping[str, Any], result: Node) -> bytes:
    """Write a derivation as canonical JSON bytes."""
    return rfc8785.dumps(
        {
            "calculation": calculation,
            "version": version,
            "arguments": dict(arguments),
            "result": as_mapping(result),
        }
    )


def parse(document: bytes) -> dict[str, Any]:
    """Read a derivation's bytes back into plain JSON values; raise ValueError when they are not a derivation."""
    value = json.loads(document)
    expected = {"calculation", "version", "arguments", "result"}
    if not isinstance(value, dict) or set(value) != expected:
        raise ValueError("not a derivation")
    return value
