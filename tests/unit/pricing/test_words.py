"""What each refusal says: its code and every fact in it, call by call; and the edges where it begins."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import pytest

from kernel.errors import DomainError
from kernel.money import Money
from pricing import (
    ceilings,
    distribution,
    evidence,
    fees,
    figures,
    files,
    parameters,
    plans,
    sharing,
    sheet,
    split,
    survey,
    table,
    tariff,
    units,
    valuation,
)
from pricing.plans import PlanKind
from pricing.units import ChargingForm

DAY = date(2026, 9, 1)
MONTHS = parameters.lookup(parameters.FULL_YEAR, on=DAY)
UNCLEAR: tuple[dict[str, Any], ...] = (
    {"weights": [], "resources": {}},
    {"weights": {}, "resources": []},
    {"weights": {str(n): "1" for n in range(1001)}, "resources": {"A": []}},
)
ROW: dict[str, Any] = {"on": DAY, "table": parameters.TABLE}
GOOD = {
    "year": 2025,
    "costs": [{"head": "platform", "use": "industry", "amount": "100"}],
    "subsidy": "0",
    "bond_yield": "1.75",
    "add_on": "6",
    "tax": "0",
    "previous_excess": "0",
}
HEADS = "platform, processing, staff, acquisition, period"
NAMES = ", ".join(parameters.ENTERABLE)
KINDS = {"kinds": "pdf, png, jpg, jpeg, xlsx, ofd", "largest": 10_000_000}
FORMS_01 = (
    "per_volume MB/GB/TB; per_period 天/月/年; per_item 条/件; per_budget ρ; per_encrypted_query 次; per_model_call 次"
)


SOLD = ceilings.CeilingLine("p", "", ChargingForm.PER_CALL, "元/次", tariff.flat(Decimal(1)), Decimal(1))


def revenue(**changes):
    return lambda: files.permitted_revenue(GOOD | changes, on=DAY)


def without(name):
    return lambda: files.permitted_revenue({key: value for key, value in GOOD.items() if key != name}, on=DAY)


def line(**changes):
    return lambda: survey.read_line(3, {"head": "platform", "use": "industry", "amount": "1"} | changes)


REFUSALS = [
    # units
    (
        lambda: units.check_unit(product_type="01", form=ChargingForm.PER_CALL, unit="元/次"),
        "pricing.unit_not_in_table",
        {"product_type": "01", "form": "per_call", "unit": "元/次", "allowed": FORMS_01},
    ),
    (
        lambda: units.check_unit(product_type="99", form=ChargingForm.PER_CALL, unit="元/次"),
        "pricing.unit_not_in_table",
        {"product_type": "99", "form": "per_call", "unit": "元/次", "allowed": "—"},
    ),
    (
        lambda: units.first_unit(product_type="01", form=ChargingForm.PER_CALL),
        "pricing.unit_not_in_table",
        {"product_type": "01", "form": "per_call", "unit": "—", "allowed": FORMS_01},
    ),
    (
        lambda: units.first_unit(product_type="99", form=ChargingForm.PER_CALL),
        "pricing.unit_not_in_table",
        {"product_type": "99", "form": "per_call", "unit": "—", "allowed": "—"},
    ),
    # parameters
    (
        lambda: parameters.check_row("x" * 70, "1", "y" * 20, **ROW),
        "pricing.not_a_parameter",
        {"name": "x" * 60, "jurisdiction": "y" * 10, "allowed": NAMES},
    ),
    (
        lambda: parameters.check_row(parameters.ADD_ON_CAP, "6.5", "350000", **ROW),
        "pricing.looser_than_national",
        {"local": Decimal("6.5"), "national": Decimal(6), "jurisdiction": "350000"},
    ),
    (
        lambda: parameters.check_row(parameters.EVALUATION_CYCLE, "0", "CN", **ROW),
        "pricing.figure_out_of_range",
        {"name": "evaluation_cycle", "figure": Decimal(0), "minimum": Decimal(1), "maximum": Decimal(10)},
    ),
    (
        lambda: parameters.check_row(parameters.ADD_ON_CAP, "5.00001", "CN", **ROW),
        "pricing.too_precise",
        {"name": "profit_add_on_cap", "figure": Decimal("5.00001"), "digits": 4},
    ),
    (
        lambda: parameters.read(parameters.write(MONTHS) | {"value": "NaN"}),
        "pricing.not_a_figure",
        {"name": "parameters.full_operating_year", "given": "NaN"},
    ),
    # files
    (lambda: files.read(b"[]"), "pricing.file_refused", {"problem": "not an object / 应为 JSON 对象"}),
    (
        lambda: files.read(b'{"a": ' + b"1" * 50 + b".5}"),
        "pricing.file_refused",
        {"problem": "1" * 40 + ": write numbers as text / 数字请写成文本"},
    ),
    (lambda: files.read(b'{"a": 1, "a": 2}'), "pricing.file_refused", {"problem": "a name stands twice / 字段重复"}),
    (
        lambda: files.read(b"{"),
        "pricing.file_refused",
        {"problem": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
    ),
    (without("tax"), "pricing.file_refused", {"problem": "missing / 缺少: tax"}),
    (revenue(b="1", a="1"), "pricing.file_refused", {"problem": "unknown / 未知: a, b"}),
    (
        lambda: files.distribute({"measure": {}, "x": "1"}),
        "pricing.file_refused",
        {"problem": "missing / 缺少: amount; unknown / 未知: x"},
    ),
    (revenue(**{"x" * 300: "1"}), "pricing.file_refused", {"problem": "unknown / 未知: " + "x" * 186}),
    (
        revenue(costs={}),
        "pricing.file_refused",
        {"problem": "costs: a list of objects / costs 应为对象列表"},
    ),
    *(
        (
            revenue(year=year),
            "pricing.file_refused",
            {"problem": "year: a whole number of four digits / year 应为四位整数"},
        )
        for year in (1999, 3000, True, "2025")
    ),
    (revenue(currency="USDUSDUSDUSD"), "pricing.currency_mismatch", {"left": "USDUSDUSDUSD", "right": "CNY"}),
    (lambda: files.distribute({"amount": "1"}), "pricing.file_refused", {"problem": "missing / 缺少: values"}),
    (
        lambda: files.distribute({"amount": "1", "values": []}),
        "pricing.file_refused",
        {"problem": "values: an object / values 应为对象"},
    ),
    # figures
    (lambda: figures.major(Money(1, "USD")), "pricing.currency_mismatch", {"left": "USD", "right": "CNY"}),
    # fees
    (
        lambda: fees.check_trial(first_operated_on=date(2025, 9, 1), on=DAY, months=MONTHS),
        "pricing.trial_over",
        {"first_operated_on": date(2025, 9, 1), "on": DAY},
    ),
    (
        lambda: fees.check_full_year(first_operated_on=date(2025, 9, 2), on=DAY, months=MONTHS),
        "pricing.no_full_year",
        {"on": DAY, "due": date(2026, 9, 2)},
    ),
    (
        lambda: fees.check_full_year(first_operated_on=None, on=DAY, months=MONTHS),
        "pricing.no_full_year",
        {"on": DAY, "due": None},
    ),
    # plans
    (
        lambda: plans.check_form(PlanKind.TIME, ChargingForm.PER_CALL),
        "pricing.plan_of_other_form",
        {"kind": "time", "form": "per_call"},
    ),
    # evidence
    (
        lambda: evidence.check("a/b\\" + "n" * 250 + ".exe", b"MZ"),
        "pricing.evidence_refused",
        {"name": "n" * 200, "size": 2, **KINDS},
    ),
    (
        lambda: evidence.check("a.txt", b"XX\x00neverXX"),
        "pricing.evidence_refused",
        {"name": "a.txt", "size": 10, **KINDS},
    ),
    (lambda: evidence.check("a.txt", b"\x00never"), "pricing.evidence_refused", {"name": "a.txt", "size": 6, **KINDS}),
    (lambda: evidence.check("a.txt", b"\x00NEVER"), "pricing.evidence_refused", {"name": "a.txt", "size": 6, **KINDS}),
    (lambda: evidence.check("", b"%PDF-"), "pricing.evidence_refused", {"name": "", "size": 5, **KINDS}),
    # sharing
    (
        lambda: sharing.read_measure({"measure": {"weights": {}}}),
        "pricing.measure_unclear",
        {"problem": "measure = {weights, resources}"},
    ),
    *(
        (
            partial(sharing.read_measure, {"measure": measure}),
            "pricing.measure_unclear",
            {"problem": "weights, resources ≤ 1000"},
        )
        for measure in UNCLEAR
    ),
    (lambda: sharing.bounds({"caps": ["A"]}, "caps"), "pricing.measure_unclear", {"problem": "caps"}),
    (
        lambda: sharing.calculate({"amount": "1", "values": {"": "0", "A": "1"}, "floors": {"C": "1", "B": "1"}}),
        "pricing.measure_unclear",
        {"problem": "floors, caps: B, C"},
    ),
    # distribution
    (
        lambda: distribution.shapley([str(n) for n in range(13)], lambda parties: Fraction(len(parties))),
        "pricing.too_many_parties",
        {"given": 13, "most": 12},
    ),
    (
        lambda: distribution.split(Money(1), {"a": Decimal("0.5")}),
        "pricing.shares_do_not_sum",
        {"total": Decimal("0.5"), "expected": Decimal(1)},
    ),
    (
        lambda: distribution.apportion(Money(1), {}),
        "pricing.no_value_to_share",
        {"party": "—", "contribution": "0", "whole": "0"},
    ),
    (
        lambda: distribution.apportion(Money(1), {"a": Fraction(1), "b": Fraction(-1, 2)}),
        "pricing.no_value_to_share",
        {"party": "b", "contribution": "-1/2", "whole": "1/2"},
    ),
    (
        lambda: distribution.bounded({"a": Fraction(1)}, {"a": Fraction(1)}, {"a": Fraction(1, 2)}),
        "pricing.bounds_impossible",
        {"floors": "1", "caps": "1/2"},
    ),
    # split
    (
        lambda: split.calculate({"amount": "1", "shares": {}, "names": {}}),
        "pricing.no_shares_fixed",
        {"given": 0, "most": 100},
    ),
    (
        lambda: split.calculate({"amount": "1", "shares": {str(n): "0" for n in range(101)}, "names": {}}),
        "pricing.no_shares_fixed",
        {"given": 101, "most": 100},
    ),
    (
        lambda: split.calculate({"amount": "1", "shares": {"a": "1.1"}, "names": {}}),
        "pricing.figure_out_of_range",
        {"name": "shares[a]", "figure": Decimal("1.1"), "minimum": Decimal(0), "maximum": Decimal(1)},
    ),
    (
        lambda: split.calculate({"amount": "1", "shares": {"a": "0.123456789"}, "names": {}}),
        "pricing.too_precise",
        {"name": "shares[a]", "figure": Decimal("0.123456789"), "digits": 8},
    ),
    (
        lambda: split.calculate({"amount": "-1", "shares": {"a": "1"}, "names": {}}),
        "pricing.figure_out_of_range",
        {"name": "amount", "figure": Decimal(-1), "minimum": Decimal(0), "maximum": Decimal(10_000_000_000_000)},
    ),
    # survey and table
    (line(head="wine" * 20), "pricing.unknown_head", {"line": 3, "head": ("wine" * 20)[:60], "allowed": HEADS}),
    (line(head="other:"), "pricing.unknown_head", {"line": 3, "head": "other:", "allowed": HEADS}),
    (
        line(head="other:" + "x" * 61),
        "pricing.unknown_head",
        {"line": 3, "head": "other:" + "x" * 54, "allowed": HEADS},
    ),
    (line(use="x" * 70), "pricing.unknown_use", {"line": 3, "use": "x" * 60}),
    (line(allocation="50"), "pricing.allocation_unexplained", {"line": 3, "allocation": Decimal(50)}),
    (line(subsidy="1.01"), "pricing.subsidy_exceeds_cost", {"subsidy": Decimal("1.01"), "cost": Decimal(1)}),
    (line(currency="U" * 70), "pricing.currency_mismatch", {"left": "U" * 60, "right": "CNY"}),
    (lambda: survey.read_lines([]), "pricing.no_cost_lines", {"given": 0, "most": 5000}),
    (lambda: survey.read_lines([{}] * 5001), "pricing.no_cost_lines", {"given": 5001, "most": 5000}),
    (lambda: table.read(""), "pricing.not_a_table", {"problem": "amount, head, use"}),
    (lambda: table.read("head,use"), "pricing.not_a_table", {"problem": "amount"}),
    (lambda: table.read("head,use,amount,b,a"), "pricing.not_a_table", {"problem": "b, a"}),
    (lambda: table.read("head,use,amount,head"), "pricing.not_a_table", {"problem": "-"}),
    (lambda: table.read('head,use,amount\n"x'), "pricing.not_a_table", {"problem": "unexpected end of data"}),
    # sheet
    (
        lambda: sheet.read(b"x" * (sheet.LARGEST_FILE + 1)),
        "pricing.not_a_workbook",
        {"problem": "5000001 bytes", "largest": 5_000_000},
    ),
    (lambda: sheet.read(b""), "pricing.not_a_workbook", {"problem": "File is not a zip file", "largest": 5_000_000}),
    # tariff
    (lambda: tariff.read("fee", []), "pricing.tiers_out_of_order", {"starts": "—", "most": 20}),
    (
        lambda: tariff.read("fee", [{"above": "1", "unit_price": "1"}, {"above": "0.50", "unit_price": "1"}]),
        "pricing.tiers_out_of_order",
        {"starts": "1, 0.5", "most": 20},
    ),
    # valuation
    (
        lambda: valuation.calculate({"weights": {}}),
        "pricing.approaches_unclear",
        {"problem": "— ≠ weights"},
    ),
    (
        lambda: valuation.calculate({"cost": {}, "market": {}, "weights": {"cost": "100"}}),
        "pricing.approaches_unclear",
        {"problem": "cost, market ≠ weights"},
    ),
    (
        lambda: valuation.calculate({"cost": {"rows": []}, "weights": {"cost": "100"}}),
        "pricing.approaches_unclear",
        {"problem": "cost.rows: 1–200"},
    ),
    (
        lambda: valuation.calculate({"cost": "x", "weights": {"cost": "100"}}),
        "pricing.approaches_unclear",
        {"problem": "cost"},
    ),
    # ceilings
    (
        lambda: ceilings.within_permitted_revenue([SOLD, replace(SOLD, product="q"), SOLD], Decimal(9)),
        "pricing.ceiling_twice",
        {"what": "p / per_call / 元/次"},
    ),
    (
        lambda: ceilings.within_permitted_revenue([replace(SOLD, product="q"), SOLD, SOLD, SOLD], Decimal(9)),
        "pricing.ceiling_twice",
        {"what": "p / per_call / 元/次"},
    ),
    (lambda: ceilings.within_permitted_revenue([], Decimal(9)), "pricing.ceiling_twice", {"what": "0"}),
    (
        lambda: ceilings.calculate({"permitted_revenue": "0.123456789", "lines": []}),
        "pricing.too_precise",
        {"name": "permitted_revenue", "figure": Decimal("0.123456789"), "digits": 8},
    ),
]


@pytest.mark.parametrize(("act", "code", "facts"), REFUSALS)
def test_each_refusal_names_what_is_wrong(act, code, facts):
    with pytest.raises(DomainError) as refused:
        act()
    assert (refused.value.code, refused.value.facts) == (code, facts)
