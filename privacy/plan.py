"""Query plans: a small JSON language, its one canonical form, and the checks every plan passes before anything runs.

No expressions, no negation, no disjunction, no text predicates: group by public dimensions, filter by sets of public
codes, count rows and sum clamped columns. The engine's SQL is generated from the checked plan, never from a text.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jsonschema

from kernel.errors import InvalidInput
from privacy.budget import micro, share, written
from privacy.envelope import canonical
from privacy.lattice import Lattice
from privacy.policy import MEASURE, Column, ColumnClass, Policy

COUNT: Final = "count"
DEEPEST: Final = 6
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 80}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "group_by": {
            "type": "array",
            "maxItems": 8,
            "items": {
                "type": "object",
                "properties": {"dim": _TEXT},
                "required": ["dim"],
                "additionalProperties": False,
            },
        },
        "filter": {
            "type": "array",
            "maxItems": 8,
            "items": {
                "type": "object",
                "properties": {
                    "dim": _TEXT,
                    "in": {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 1000},
                },
                "required": ["dim", "in"],
                "additionalProperties": False,
            },
        },
        "measures": {"type": "array", "minItems": 1, "maxItems": 8, "items": MEASURE},
        "rho": {"type": "string", "maxLength": 12},
    },
    "required": ["group_by", "measures"],
    "additionalProperties": False,
}
_VALIDATOR: Final = jsonschema.Draft202012Validator(SCHEMA)

RULES: Final[Mapping[str, tuple[str, str]]] = {
    "shape": ("查询格式有误：{at}", "the query is malformed at {at}"),
    "repeated": ("“{column}”重复出现", "{column} is named twice"),
    "unknown_column": ("没有名为“{column}”的字段", "there is no column {column}"),
    "hidden_column": ("字段“{column}”不对外提供", "the column {column} is not offered to anyone"),
    "not_groupable": ("字段“{column}”不得用于分组", "the column {column} may not be grouped by"),
    "not_filterable": ("字段“{column}”不得用于筛选", "the column {column} may not be filtered by"),
    "not_summable": ("字段“{column}”不得求和", "the column {column} may not be summed"),
    "outside_domain": ("“{value}”不在字段“{column}”的公开取值范围内", "{value} is not a public value of {column}"),
    "too_many_dimensions": ("分组字段最多 {limit} 个", "at most {limit} columns may be grouped by"),
    "too_many_cells": ("单元格 {cells} 个，超过上限 {limit} 个", "{cells} cells are more than the limit of {limit}"),
    "rho_too_large": ("单次查询的隐私预算最多 {limit}", "one query may spend at most {limit} of privacy budget"),
    "rho_too_small": ("隐私预算过小，无法给出结果", "the privacy budget asked for is too small for any answer"),
    "budget_exhausted": (
        "剩余隐私预算不足：需要 {needed}，尚余 {left}",
        "the privacy budget is used up: this needs {needed} and {left} is left",
    ),
    "no_policy": ("该产品没有生效的查询策略", "the product has no active query policy"),
}


@dataclass(eq=False, kw_only=True)
class PlanRefused(InvalidInput):
    """A plan that policy forbids: ``rule`` names the entry of RULES, ``reason_zh`` and ``reason_en`` say it."""

    code = "privacy.plan_refused"
    zh = "查询被拒绝：{reason_zh}。"
    en = "The query is refused: {reason_en}."
    rule: str
    reason_zh: str
    reason_en: str


def refusal(rule: str, **facts: object) -> PlanRefused:
    """Return the refusal by ``rule`` with its sentences filled in from ``facts``."""
    zh, en = RULES[rule]
    return PlanRefused(rule=rule, reason_zh=zh.format(**facts), reason_en=en.format(**facts))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A checked plan in canonical form: columns sorted, sets sorted, rho in micro-rho, the count always first."""

    group_by: tuple[str, ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    sums: tuple[str, ...]
    rho: int

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures' names in the order of the answer: ``count``, then ``sum:COLUMN`` each."""
        return (COUNT, *(f"sum:{column}" for column in self.sums))

    @property
    def rho_each(self) -> int:
        """What each measure may spend, in micro-rho."""
        return share(self.rho, len(self.measures))

    def document(self) -> dict[str, Any]:
        """Return the canonical JSON object; equal plans have equal documents."""
        return {
            "group_by": [{"dim": name} for name in self.group_by],
            "filter": [{"dim": name, "in": list(codes)} for name, codes in self.filters],
            "measures": [{"op": COUNT}, *({"op": "sum", "col": column} for column in self.sums)],
            "rho": written(self.rho),
        }

    def lattice(self, rules: Policy) -> Lattice:
        """Return the cells of the answer: the full public domain, narrowed by filters on the grouping columns."""
        chosen = dict(self.filters)
        dimensions = []
        for name in self.group_by:
            full = rules.dimension(name)
            kept = tuple(code for code in full.codes if code in chosen.get(name, full.codes))
            dimensions.append(type(full)(name, kept))
        return Lattice(tuple(dimensions))

    def digest(self, *, table: str, content_hash: str, policy: str) -> str:
        """Return the hash that names this plan over one data version under one policy, in hexadecimal."""
        named = {"plan": self.document(), "table": table, "content": content_hash, "policy": policy}
        return hashlib.sha256(canonical(named)).hexdigest()


def parse(document: object, rules: Policy) -> Plan:
    """Return the canonical plan of ``document``; raise PlanRefused for a malformed one."""
    tidy = _normal(document)
    wrong = next(iter(_VALIDATOR.iter_errors(tidy)), None)
    if wrong is not None or not isinstance(tidy, dict):
        raise refusal("shape", at="/".join(map(str, wrong.absolute_path)) or "$" if wrong else "$")
    for measure in tidy["measures"]:
        if (measure["op"] == "sum") != ("col" in measure):
            raise refusal("shape", at="measures")
    rho = rules.rho_default
    if "rho" in tidy:
        try:
            rho = micro(tidy["rho"])
        except InvalidInput as error:
            raise refusal("shape", at="rho") from error
    groups = [item["dim"] for item in tidy["group_by"]]
    sums = [measure["col"] for measure in tidy["measures"] if measure["op"] == "sum"]
    filters = {item["dim"]: tuple(sorted(set(item["in"]))) for item in tidy.get("filter", [])}
    for names in (groups, sums, [item["dim"] for item in tidy.get("filter", [])]):
        _check_once(names)
    return Plan(
        group_by=tuple(sorted(groups)), filters=tuple(sorted(filters.items())), sums=tuple(sorted(sums)), rho=rho
    )


def check(plan: Plan, rules: Policy) -> None:
    """Raise PlanRefused, naming the rule, unless ``rules`` allow ``plan`` as an ad-hoc query."""
    if len(plan.group_by) > rules.max_group_dims:
        raise refusal("too_many_dimensions", limit=rules.max_group_dims)
    check_content(plan, rules)
    if plan.rho > rules.rho_max:
        raise refusal("rho_too_large", limit=written(rules.rho_max))


def check_content(plan: Plan, rules: Policy) -> None:
    """Raise PlanRefused unless the columns, values, cells and rho of ``plan`` are allowed, ad hoc or as the cube."""
    for name in plan.group_by:
        _offered(name, ColumnClass.GROUP, "not_groupable", rules)
    for name, codes in plan.filters:
        column = _offered(name, ColumnClass.FILTER_ONLY, "not_filterable", rules)
        for code in codes:
            if code not in column.domain:
                raise refusal("outside_domain", column=name, value=code)
    for name in plan.sums:
        _offered(name, ColumnClass.AGGREGATE, "not_summable", rules)
    cells = len(plan.lattice(rules))
    if cells > rules.max_cells:
        raise refusal("too_many_cells", cells=cells, limit=rules.max_cells)
    if plan.rho_each < 1:
        raise refusal("rho_too_small")


def cube(rules: Policy) -> Plan:
    """Return the plan of the policy's cube; raise PlanRefused when the policy does not allow its own cube."""
    wanted = {"group_by": [{"dim": name} for name in rules.cube["group_by"]], "measures": rules.cube["measures"]}
    plan = parse(wanted | {"rho": rules.cube["rho"]}, rules)
    check_content(plan, rules)
    return plan


def _offered(name: str, use: ColumnClass, rule: str, rules: Policy) -> Column:
    column = rules.columns.get(name)
    if column is None:
        raise refusal("unknown_column", column=name)
    if column.access is ColumnClass.HIDDEN:
        raise refusal("hidden_column", column=name)
    fit = column.clamp is not None if use is ColumnClass.AGGREGATE else bool(column.domain)
    if column.access < use or not fit:
        raise refusal(rule, column=name)
    return column


def _check_once(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise refusal("repeated", column=name)


def _normal(value: object, depth: int = 0) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple):
        return [_normal(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {_normal(key, depth + 1): _normal(item, depth + 1) for key, item in value.items()}
    return value
