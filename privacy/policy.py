"""What may be asked of a table: the policy's shape, its checks, and whether a holder's own limits allow it.

Column classes are ordered: a column of one class may also be used as every lower class allows, provided that it has
what that use needs (a public domain to group or filter by, a clamp to be summed).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import IntEnum
from typing import Any, Final

import jsonschema

from kernel.errors import InvalidInput
from privacy.budget import micro
from privacy.envelope import canonical
from privacy.lattice import Dimension


class ColumnClass(IntEnum):
    """What a column may be used for, least first."""

    HIDDEN = 0
    FILTER_ONLY = 1
    GROUP = 2
    AGGREGATE = 3
    PUBLIC = 4


@dataclass(eq=False, kw_only=True)
class BadPolicy(InvalidInput):
    """A policy document that is malformed or contradicts itself."""

    code = "privacy.bad_policy"
    zh = "查询策略有误：{reason}。"
    en = "The query policy is not valid: {reason}."
    reason: str


@dataclass(eq=False, kw_only=True)
class PolicyExceedsLimits(InvalidInput):
    """A policy that allows more than the holder's own limits do."""

    code = "privacy.policy_exceeds_limits"
    zh = "查询策略超出持有单位自身的限制：{limit}。"
    en = "The policy allows more than the holder's own limit on {limit}."
    limit: str


_RHO: Final = {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,6})?$"}
_DECIMAL: Final = {"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"}
_NAME: Final = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,62}$"}
MEASURE: Final = {
    "type": "object",
    "properties": {"op": {"enum": ["count", "sum"]}, "col": _NAME},
    "required": ["op"],
    "additionalProperties": False,
}
_COLUMN: Final = {
    "type": "object",
    "properties": {
        "class": {"enum": [member.name.lower() for member in ColumnClass]},
        "domain": {"type": "array", "items": {"type": "string", "maxLength": 80}, "minItems": 1, "uniqueItems": True},
        "clamp": {"type": "array", "items": _DECIMAL, "minItems": 2, "maxItems": 2},
        "grain": _DECIMAL,
    },
    "required": ["class"],
    "additionalProperties": False,
}
_CUBE: Final = {
    "type": "object",
    "properties": {
        "group_by": {"type": "array", "items": _NAME, "minItems": 1, "uniqueItems": True},
        "measures": {"type": "array", "items": MEASURE, "minItems": 1},
        "rho": _RHO,
    },
    "required": ["group_by", "measures", "rho"],
    "additionalProperties": False,
}
_WHOLE: Final = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "table": _NAME,
        "privacy_unit": _NAME,
        "max_rows_per_unit": _WHOLE,
        "columns": {"type": "object", "propertyNames": _NAME, "additionalProperties": _COLUMN, "minProperties": 1},
        "max_group_dims": {"type": "integer", "minimum": 1, "maximum": 8},
        "max_cells": _WHOLE,
        "k": {"type": "integer", "minimum": 3, "maximum": 100_000},
        "suppress": {"const": "drop_silently"},
        "round": {
            "type": "object",
            "properties": {"count": _WHOLE},
            "required": ["count"],
            "additionalProperties": False,
        },
        "rho": {
            "type": "object",
            "properties": {"default": _RHO, "max": _RHO},
            "required": ["default", "max"],
            "additionalProperties": False,
        },
        "budget": {
            "type": "object",
            "properties": {"version_lifetime": _RHO, "per_licensee": _RHO},
            "required": ["version_lifetime", "per_licensee"],
            "additionalProperties": False,
        },
        "cube": _CUBE,
        "he": {
            "type": "object",
            "properties": {
                "profiles": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                "max_cts": _WHOLE,
                "jobs_per_day": _WHOLE,
            },
            "required": ["profiles", "max_cts", "jobs_per_day"],
            "additionalProperties": False,
        },
    },
    "required": [
        "table",
        "privacy_unit",
        "max_rows_per_unit",
        "columns",
        "max_group_dims",
        "max_cells",
        "k",
        "suppress",
        "round",
        "rho",
        "budget",
        "cube",
        "he",
    ],
    "additionalProperties": False,
}
_VALIDATOR: Final = jsonschema.Draft202012Validator(SCHEMA)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column's rules; ``clamp`` and ``grain`` are given for columns that may be summed."""

    name: str
    access: ColumnClass
    domain: tuple[str, ...] = ()
    clamp: tuple[Decimal, Decimal] | None = None
    grain: Decimal | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The clamp in whole grains: the lower end rounded down, the upper end up."""
        if self.clamp is None or self.grain is None:
            raise BadPolicy(reason=f"{self.name}: clamp, grain")
        low, high = (end / self.grain for end in self.clamp)
        return int(low.to_integral_value(ROUND_FLOOR)), int(high.to_integral_value(ROUND_CEILING))

    @property
    def reach(self) -> int:
        """The most that one row can move a sum, in whole grains."""
        return max(abs(end) for end in self.bounds)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy in typed form; amounts of rho are micro-rho."""

    table: str
    unit: str
    max_rows: int
    columns: Mapping[str, Column]
    max_group_dims: int
    max_cells: int
    k: int
    round_count: int
    rho_default: int
    rho_max: int
    lifetime: int
    per_licensee: int
    cube: Mapping[str, Any]
    cube_rho: int
    he: Mapping[str, Any]
    digest: str

    def dimension(self, name: str) -> Dimension:
        """Return the grouping or filtering dimension ``name``; its column must have a domain."""
        return Dimension(name, self.columns[name].domain)


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a policy document's canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(dict(document))).hexdigest()


def parse(document: Mapping[str, Any]) -> Policy:
    """Return the typed policy; raise BadPolicy with the place and the reason."""
    wrong = next(iter(_VALIDATOR.iter_errors(dict(document))), None)
    if wrong is not None:
        raise BadPolicy(reason=f"{'/'.join(map(str, wrong.absolute_path)) or 'policy'}: {wrong.message}"[:300])
    columns = {name: _column(name, rules) for name, rules in document["columns"].items()}
    rules = Policy(
        table=document["table"],
        unit=document["privacy_unit"],
        max_rows=document["max_rows_per_unit"],
        columns=columns,
        max_group_dims=document["max_group_dims"],
        max_cells=document["max_cells"],
        k=document["k"],
        round_count=document["round"]["count"],
        rho_default=micro(document["rho"]["default"]),
        rho_max=micro(document["rho"]["max"]),
        lifetime=micro(document["budget"]["version_lifetime"]),
        per_licensee=micro(document["budget"]["per_licensee"]),
        cube=document["cube"],
        cube_rho=micro(document["cube"]["rho"]),
        he=document["he"],
        digest=digest(document),
    )
    _check(rules)
    return rules


def within(rules: Policy, limits: Mapping[str, Any], classes: Mapping[str, str]) -> None:
    """Raise PolicyExceedsLimits unless the holder's ``limits`` and column ``classes`` allow all that ``rules`` do."""
    bounds = (
        ("k", rules.k >= limits["k"]),
        ("rho", max(rules.rho_max, rules.cube_rho) <= micro(limits["rho"])),
        ("lifetime", rules.lifetime <= micro(limits["lifetime"])),
        ("cells", rules.max_cells <= limits["cells"]),
        ("unit", rules.unit == limits["unit"] and rules.max_rows >= limits["max_rows"]),
    )
    for limit, holds in bounds:
        if not holds:
            raise PolicyExceedsLimits(limit=limit)
    for column in rules.columns.values():
        allowed = ColumnClass[classes.get(column.name, "hidden").upper()]
        if column.access > allowed:
            raise PolicyExceedsLimits(limit=column.name)


def proposed(dictionary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy document that a table's dictionary suggests: a start for the holder's own decision."""
    columns = {
        column["name"]: {
            "class": column["class"],
            **({"domain": [item["code"] for item in column["domain"]]} if column.get("domain") else {}),
            **{key: column[key] for key in ("clamp", "grain") if key in column},
        }
        for column in dictionary["columns"]
    }
    limits, unit = dictionary["limits"], dictionary["unit"]
    return {
        "table": dictionary["table"],
        "privacy_unit": unit["column"],
        "max_rows_per_unit": unit["max_rows"],
        "columns": columns,
        "max_group_dims": 2,
        "max_cells": limits["cells"],
        "k": limits["k"],
        "suppress": "drop_silently",
        "round": {"count": 5},
        "rho": {"default": "0.005", "max": "0.02"},
        "budget": {"version_lifetime": "0.5", "per_licensee": "0.25"},
        "cube": dictionary["cube"],
        "he": {"profiles": ["bfv4096-t20"], "max_cts": 250, "jobs_per_day": 50},
    }


def _column(name: str, rules: Mapping[str, Any]) -> Column:
    clamp = tuple(Decimal(end) for end in rules["clamp"]) if "clamp" in rules else None
    return Column(
        name=name,
        access=ColumnClass[rules["class"].upper()],
        domain=tuple(rules.get("domain", ())),
        clamp=(clamp[0], clamp[1]) if clamp else None,
        grain=Decimal(rules["grain"]) if "grain" in rules else None,
    )


def _check(rules: Policy) -> None:
    for column in rules.columns.values():
        _check_column(column)
    if not 0 < rules.rho_default <= rules.rho_max <= rules.per_licensee <= rules.lifetime:
        raise BadPolicy(reason="rho: 0 < default ≤ max ≤ per_licensee ≤ version_lifetime")
    if not 0 < rules.cube_rho <= rules.lifetime:
        raise BadPolicy(reason="cube: 0 < rho ≤ version_lifetime")


def _check_column(column: Column) -> None:
    grouped = column.access in (ColumnClass.FILTER_ONLY, ColumnClass.GROUP)
    if grouped and not column.domain:
        raise BadPolicy(reason=f"{column.name}: domain")
    if column.access is ColumnClass.AGGREGATE and (column.clamp is None or column.grain is None):
        raise BadPolicy(reason=f"{column.name}: clamp, grain")
    if column.grain is not None and column.grain <= 0:
        raise BadPolicy(reason=f"{column.name}: grain > 0")
    if column.clamp is not None and column.clamp[0] >= column.clamp[1]:
        raise BadPolicy(reason=f"{column.name}: clamp[0] < clamp[1]")
