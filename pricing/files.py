"""The small files that officials calculate from: read, checked, and answered without a database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from kernel.money import CNY
from pricing import articles, derivation, figures, parameters, replay

REVENUE_FIELDS: Final = {"year", "costs", "subsidy", "bond_yield", "add_on", "tax", "previous_excess"}
REVENUE_OPTIONAL: Final = {"bond_yield_source", "tax_source", "excess_deducted", "currency"}
SHARING_FIELDS: Final = {"amount"}
SHARING_OPTIONAL: Final = {"values", "measure", "floors", "caps", "seed", "permutations"}
_SHOWN: Final = 200


@dataclass(eq=False, kw_only=True)
class FileRefused(InvalidInput):
    """A file that is not of the documented form."""

    code: ClassVar[str] = "pricing.file_refused"
    zh: ClassVar[str] = "文件格式不符：{problem}。"
    en: ClassVar[str] = "The file is not of the documented form: {problem}."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    problem: str


def read(data: bytes) -> dict[str, Any]:
    """Return the JSON object in a file; numbers must be text. Raises FileRefused, for NaN and floats too."""
    try:
        value = json.loads(data, parse_constant=_refused, parse_float=_refused, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise FileRefused(problem=str(error)[:_SHOWN]) from error
    if not isinstance(value, dict):
        raise FileRefused(problem="not an object / 应为 JSON 对象")
    return value


def _refused(text: str) -> Any:
    raise FileRefused(problem=f"{text[:40]}: write numbers as text / 数字请写成文本")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise FileRefused(problem="a name stands twice / 字段重复")
    return dict(pairs)


def _check_fields(given: Mapping[str, Any], needed: set[str], optional: set[str]) -> None:
    missing, extra = needed - set(given), set(given) - needed - optional
    if missing or extra:
        words = [f"missing / 缺少: {', '.join(sorted(missing))}"] if missing else []
        words += [f"unknown / 未知: {', '.join(sorted(extra))}"] if extra else []
        raise FileRefused(problem="; ".join(words)[:_SHOWN])


def permitted_revenue(given: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """Return the permitted revenue of a file's figures, by the limits in force on a day, with the derivation.

    Raises FileRefused and the named errors of the rules.
    """
    _check_fields(given, REVENUE_FIELDS, REVENUE_OPTIONAL)
    costs = given["costs"]
    year = given["year"]
    if not isinstance(costs, list) or not all(isinstance(one, dict) for one in costs):
        raise FileRefused(problem="costs: a list of objects / costs 应为对象列表")
    if not isinstance(year, int) or isinstance(year, bool) or not 2000 <= year <= 2999:
        raise FileRefused(problem="year: a whole number of four digits / year 应为四位整数")
    figures.check_currency(str(given.get("currency", CNY)))
    limits = [parameters.lookup(name, on=on) for name in (parameters.ADD_ON_FLOOR, parameters.ADD_ON_CAP)]
    arguments = dict(given) | {"parameters": {limit.name: parameters.write(limit) for limit in limits}}
    derived = replay.derive("permitted_revenue", arguments)
    found = derived.result.find
    names = ("operating_cost", "profit_rate", "permitted_profit", "tax", "deduction", "permitted_revenue")
    return {name: found(name).value for name in names} | {"derivation": derivation.parse(derived.document)}


def distribute(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Shapley shares of a file's amount to the fen, with the derivation.

    Raises FileRefused and the named errors of the rules.
    """
    _check_fields(given, SHARING_FIELDS, SHARING_OPTIONAL)
    if ("values" in given) is ("measure" in given):
        raise FileRefused(problem="missing / 缺少: values")
    if not isinstance(given.get("values", {}), dict):
        raise FileRefused(problem="values: an object / values 应为对象")
    derived = replay.derive("distribution", given)
    shares = {node.id.removeprefix("share."): node.value for node in derived.result.inputs}
    return {
        "amount": derived.result.value,
        "shares": shares,
        "method": derived.result.source,
        "derivation": derivation.parse(derived.document),
    }
