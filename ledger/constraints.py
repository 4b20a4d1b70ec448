"""Personal data never enters: a payload's schema may have no place that free text fits into.

Every string is an enumeration, a format of fixed shape, or an anchored pattern that turns all of ``PROBES`` away; there
are no floats, no open objects, and no keyword whose meaning is not known here. What a schema cannot see, a resident
identity number or a mobile number in a field of digits, ``personal_number`` finds in the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

FORMATS: Final = frozenset({"uuid", "date", "date-time"})
PROBES: Final = (
    "张三",
    "欧阳小明",
    "Zhang San",
    "zhang.san@example.cn",
    "福建省福州市鼓楼区华林路1号",
    "+86 138 0013 8000",
)
SCALARS: Final = frozenset({"integer", "boolean", "null"})
PLAIN: Final = frozenset(
    {"type", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties"}
    | {"maxProperties", "required", "description", "title"}
)
KNOWN: Final = (
    PLAIN
    | {"enum", "const", "format", "pattern", "properties", "additionalProperties", "propertyNames"}
    | {"items", "anyOf"}
)
_RESIDENT: Final = re.compile(
    rb"(?<![0-9])(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}"
    rb"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)
_MOBILE: Final = re.compile(rb'"(?:\+?86)?(1[3-9][0-9]{9})"')
_HASH: Final = re.compile(rb"[0-9a-f]{32,}")  # whose digits mean nothing
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = b"10X98765432"


def free_places(schema: Schema, path: str = "payload") -> Iterator[str]:
    """Yield every place of a payload's schema that free text, a float or an unknown key would fit into, and why."""
    unknown = set(schema) - KNOWN
    if unknown:
        yield f"{path}: keyword {', '.join(sorted(unknown))} is not one this check understands"
    if "enum" in schema or "const" in schema:
        return
    if "anyOf" in schema:
        for inner in schema["anyOf"]:
            yield from free_places(inner, path)
        return
    kinds = schema.get("type")
    if kinds is None:
        yield f"{path}: has no type"
        return
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        yield from _of_type(kind, schema, path)


def _of_type(kind: str, schema: Schema, path: str) -> Iterator[str]:
    if kind == "string":
        yield from _of_string(schema, path)
    elif kind == "array":
        yield from _inside(schema.get("items"), f"{path}[]", "its items have no schema")
    elif kind == "object":
        yield from _of_object(schema, path)
    elif kind not in SCALARS:
        yield f"{path}: {kind} is not written in the log"


def _of_string(schema: Schema, path: str) -> Iterator[str]:
    pattern = schema.get("pattern")
    if schema.get("format") in FORMATS:
        return
    if pattern is None:
        yield f"{path}: a string without enumeration, format or pattern takes free text"
    elif not (pattern.startswith("^") and pattern.endswith("$")) or "|" in _outside_groups(pattern):
        yield f"{path}: the pattern {pattern} is not anchored at both ends"
    else:
        fits = [probe for probe in PROBES if re.search(pattern, probe)]
        if fits:
            yield f"{path}: the pattern {pattern} lets {fits[0]!r} through"


def _of_object(schema: Schema, path: str) -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        yield from free_places(inner, f"{path}.{name}")
    others = schema.get("additionalProperties", True)
    if others is False:
        return
    yield from _inside(others, f"{path}.*", "it takes properties nobody named")
    yield from _inside(_named(schema.get("propertyNames")), f"{path}.*", "its keys have no schema")


def _named(names: Any) -> Any:
    """Property names are strings whether or not their schema says so."""
    return {"type": "string", **names} if isinstance(names, Mapping) else names


def _inside(schema: Any, path: str, missing: str) -> Iterator[str]:
    if isinstance(schema, Mapping) and schema:
        yield from free_places(schema, path)
    else:
        yield f"{path}: {missing}"


def _outside_groups(pattern: str) -> str:
    """The pattern without what stands in groups and classes: there, an alternative would escape the anchors."""
    bare = re.sub(r"\\.|\[[^\]]*\]", "", pattern)
    while "(" in bare and bare != (smaller := re.sub(r"\([^()]*\)", "", bare)):
        bare = smaller
    return bare


def personal_number(data: bytes) -> str | None:
    """Return the first number of a person in JSON's bytes, or None.

    Looked for are resident identity numbers (GB 11643: region, day of birth, check digit), whatever letters stand
    around them, and strings that are a mobile number and nothing else.
    """
    mobile = _MOBILE.search(data)
    return mobile[1].decode() if mobile else _identity_number(_HASH.sub(b"", data))


def _identity_number(data: bytes) -> str | None:
    for found in _RESIDENT.finditer(data):
        digits = found[0].upper()
        total = sum(int(digits[place : place + 1]) * weight for place, weight in enumerate(_WEIGHTS))
        if digits[17] == _CHECKS[total % 11]:
            return digits.decode()
    return None
