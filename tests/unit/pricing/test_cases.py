"""The worked cases of tests/cases/pricing, one file per clause, as a price official reads them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kernel.errors import DomainError
from pricing import deviation, fees, figures, formula, parameters, plans, replay, survey, tariff, units
from pricing.derivation import Node
from pricing.plans import PlanKind
from pricing.units import ChargingForm

FOLDER = Path(__file__).resolve().parents[2] / "cases" / "pricing"
DAY = date(2026, 6, 1)
AGREES = "agrees"


def written(name):
    return parameters.write(parameters.lookup(name, on=DAY))


LIMITS = {name: written(name) for name in (parameters.ADD_ON_FLOOR, parameters.ADD_ON_CAP)}


def cost_rows(given):
    names = ("head", "use", "amount", "allocation", "allocation_key")
    return survey.read_lines([dict(zip(names, row, strict=False)) for row in given["lines"]])


def tiers(rows):
    return [{"above": above, "unit_price": price} for above, price in rows]


def operating_cost(given):
    return formula.operating_cost(cost_rows(given), Decimal(given["subsidy"])).value


def profit_rate(given):
    costs = [{"head": "platform", "use": "industry", "amount": "100.00"}]
    rest = {"costs": costs, "subsidy": "0", "tax": "0", "previous_excess": "0", "parameters": LIMITS}
    return formula.calculate(rest | given).find("profit_rate").value


def permitted_profit(given):
    return formula.permitted_profit(Node("c", "", "", given["cost"]), Node("r", "", "", given["rate"])).value


def deduction(given):
    node = formula.deduction(*(Decimal(given[name]) for name in ("gross", "excess", "deducted")))
    return node.value, node.find("excess_left").value


def permitted_revenue(given):
    return replay.derive("permitted_revenue", {"parameters": LIMITS, **given}).result.value


def tax_by_rate(given):
    costs = [{"head": "platform", "use": "industry", "amount": given["cost"]}]
    rate = written(parameters.ADD_ON_CAP) | {"name": parameters.TAX_RATE, "value": given["rate"], "unit": "%"}
    rest = {"costs": costs, "subsidy": "0", "previous_excess": "0", "parameters": LIMITS | {parameters.TAX_RATE: rate}}
    result = replay.derive("permitted_revenue", rest | {name: given[name] for name in ("bond_yield", "add_on")}).result
    tax = Decimal(result.find("tax").value)
    parts = sum(Decimal(result.find(name).value) for name in ("operating_cost", "permitted_profit"))
    assert Decimal(result.value) == parts + tax
    return result.find("tax").value


def year_of_yield(given):
    return parameters.year_of_yield(given["place"], given["first"], given["until"], on=given["day"])


def reconcile(given):
    survey.reconcile(cost_rows(given), Decimal(given["books_total"]))
    return AGREES


def check_holders_paid_once(given):
    survey.check_holders_paid_once(cost_rows(given), Decimal(given["share"]))
    return AGREES


def ceilings(given):
    names = ("form", "unit", "tiers", "expected_quantity", "customers")
    lines = [dict(zip(names, row, strict=True)) | {"product": "p"} for row in given["lines"]]
    lines = [line | {"tiers": tiers(line["tiers"])} for line in lines]
    return replay.derive("ceilings", {"permitted_revenue": given["permitted"], "lines": lines}).result.value


def under_ceiling(given):
    fees.check_under_ceiling(tariff.read("fee", tiers(given["fee"])), tariff.read("ceiling", tiers(given["ceiling"])))
    return AGREES


def trial(given):
    months = parameters.lookup(parameters.FULL_YEAR, on=DAY)
    fees.check_trial(first_operated_on=given["first_operated_on"], on=given["on"], months=months)
    return AGREES


def quote(given):
    free = parameters.FREE + given["scenario"]
    ceiling = {"id": "c", "tiers": tiers(given["ceiling"])} if "ceiling" in given else None
    arguments = {
        "form": given.get("form", "per_call"),
        "unit": given.get("unit", "元/次"),
        "quantity": given["quantity"],
        "scenario": given["scenario"],
        "fee": {"id": "f", "kind": given.get("kind", "guided"), "tiers": tiers(given["tiers"])},
        "ceiling": ceiling,
        "reductions": [{"name_zh": "减免", "name_en": "r", "percent": one} for one in given.get("reductions", [])],
        "parameters": {free: written(free)},
    }
    return replay.derive("quote", arguments).result.value


def unit(given):
    units.check_unit(product_type=given["product_type"], form=ChargingForm(given["form"]), unit=given["unit"])
    return AGREES


def deviated(given):
    threshold = {parameters.DEVIATION_THRESHOLD: written(parameters.DEVIATION_THRESHOLD)}
    node = deviation.calculate(given | {"parameters": threshold})
    return node.value, node.source


def distribution(given):
    result = replay.derive("distribution", given).result
    return {node.id.removeprefix("share."): node.value for node in result.inputs}


def plan(given):
    plans.check_form(PlanKind(given["kind"]), ChargingForm(given["form"]))
    limit = tariff.read("ceiling", tiers(given["ceiling"]))
    return figures.yuan_text(plans.check_price(Decimal(given["price"]), Decimal(given["quantity"]), limit))


def fixed_shares(given):
    names = {party: {"zh": party, "en": party} for party in given["shares"]}
    result = replay.derive("split", given | {"names": names}).result
    return {node.name_zh: node.value for node in result.inputs}


def valuation(given):
    return replay.derive("valuation", given).result.value


RULES = {
    "operating_cost": operating_cost,
    "profit_rate": profit_rate,
    "permitted_profit": permitted_profit,
    "deduction": deduction,
    "permitted_revenue": permitted_revenue,
    "tax_by_rate": tax_by_rate,
    "year_of_yield": year_of_yield,
    "reconcile": reconcile,
    "check_holders_paid_once": check_holders_paid_once,
    "ceilings": ceilings,
    "under_ceiling": under_ceiling,
    "trial": trial,
    "quote": quote,
    "unit": unit,
    "deviation": deviated,
    "distribution": distribution,
    "plan": plan,
    "split": fixed_shares,
    "valuation": valuation,
}


def cases():
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield pytest.param(document["rule"], case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize(("rule", "case"), list(cases()))
def test_case(rule, case):
    if "error" in case:
        with pytest.raises(DomainError) as refused:
            RULES[rule](case["given"])
        assert refused.value.code == case["error"]
        assert refused.value.sentence("zh") != refused.value.sentence("en")
        assert refused.value.law or refused.value.code.startswith("kernel.")
        for name, value in case.get("facts", {}).items():
            fact = refused.value.facts[name]
            assert (Decimal(value) == fact) if isinstance(fact, Decimal) else (value == fact)
        return
    found = RULES[rule](case["given"])
    extra = case.get("left", case.get("adjuster"))
    expected = (case["expect"], extra) if extra is not None else case["expect"]
    assert (found[0] if rule == "deduction" and extra is None else found) == expected


def test_there_are_at_least_sixty_cases_and_each_is_explained():
    found = [case.values[1] for case in cases()]
    assert len(found) >= 60
    assert all(case["why"] for case in found)


@pytest.mark.parametrize("path", sorted((FOLDER / "golden").glob("*.json")), ids=lambda path: path.stem)
def test_derivations_of_the_past_replay_word_for_word(path):
    document = path.read_bytes()
    assert replay.replay(document) == document
