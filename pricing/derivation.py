"""How a figure explains itself: a tree of named values that replays to the same bytes.

A derivation is a document of canonical JSON (RFC 8785) with every number as a decimal string::

    {"calculation": "permitted_revenue", "version": 1, "arguments": {…}, "result": {node}}

The arguments hold everything the calculation needs, the parameters that were in force among them, so a
replay reads nothing else and stays the same when the law changes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import rfc8785

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_LARGEST_WHOLE: Final = 2**53 - 1
_FIRST_SURROGATE: Final = "\ud800"


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


_PARTS: Final = frozenset({"calculation", "version", "arguments", "result"})
_FIELDS: Final = frozenset(field.name for field in fields(Node))
_TEXTS: Final = _FIELDS - {"inputs"}


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
    """Write a derivation as canonical JSON bytes (RFC 8785); raise CanonicalizationError for what JSON cannot hold.

    Text, whole numbers and containers with ordinary keys go through the standard library's encoder, which writes the
    same bytes many times faster; anything else through rfc8785. A test holds the two to each other.
    """
    document: dict[str, Any] = {
        "calculation": calculation,
        "version": version,
        "arguments": dict(arguments),
        "result": as_mapping(result),
    }
    if _ordinary(document["arguments"]):
        try:
            return _ENCODER.encode(document).encode()
        except UnicodeEncodeError:
            pass  # a lone surrogate: rfc8785 says so by name
    return rfc8785.dumps(document)


def _ordinary(value: object) -> bool:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or key >= _FIRST_SURROGATE or not (type(item) is str or _ordinary(item)):
                return False
        return True
    if isinstance(value, list):
        return all(map(_ordinary, value))
    if value is None or isinstance(value, str | bool):
        return True
    return type(value) is int and -_LARGEST_WHOLE <= value <= _LARGEST_WHOLE


def parse(document: bytes) -> dict[str, Any]:
    """Read a derivation's bytes back into plain JSON values; raise ValueError when they are not a derivation."""
    try:
        value = json.loads(document)
        whole = isinstance(value, dict) and set(value) == _PARTS and _is_node(value["result"])
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not whole or not isinstance(value["calculation"], str) or type(value["version"]) is not int:
        raise ValueError("not a derivation")
    if not isinstance(value["arguments"], dict):
        raise ValueError("the arguments are no object")
    return dict(value)


def _is_node(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != _FIELDS or not isinstance(value["inputs"], list):
        return False
    return all(isinstance(value[name], str) for name in _TEXTS) and all(map(_is_node, value["inputs"]))
