"""The pure rules: plans, policies, budgets, lattices, limbs, envelopes."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kernel.signer import Ed25519Signer
from privacy import budget, disclosure, envelope, frames, limbs, plan, policy
from privacy.lattice import Dimension, Lattice, NoSuchCell
from privacy.profile import BFV4096_T20
from tests.factories.privacy import by, dictionary, rules

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "privacy" / "plans.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_plans_and_the_rule_that_refuses_them(case):
    allowed = rules()
    if case["rule"] is None:
        plan.check(plan.parse(case["plan"], allowed), allowed)
        return
    with pytest.raises(plan.PlanRefused) as refused:
        plan.check(plan.parse(case["plan"], allowed), allowed)
    assert refused.value.rule == case["rule"]
    assert refused.value.reason_zh
    assert refused.value.reason_en
    assert "{" not in refused.value.sentence("zh") + refused.value.sentence("en")


def test_a_bottomless_plan_is_malformed():
    nested = {}
    for _ in range(900):
        nested = {"group_by": [nested]}
    with pytest.raises(plan.PlanRefused, match="malformed"):
        plan.parse(nested, rules())


def test_equal_questions_have_one_hash():
    one = by("health", sums=["mdvis"], only={"plan": ["free", "rate_25"]})
    other = {
        "measures": [{"op": "sum", "col": "mdvis"}],
        "filter": [{"in": ["rate_25", "free", "free"], "dim": "plan"}],
        "group_by": [{"dim": "health"}],
    }
    named = {"table": "randhie", "content_hash": "a" * 64, "policy": "b" * 64}
    hashes = {plan.parse(each, rules()).digest(**named) for each in (one, other)}
    assert len(hashes) == 1
    assert plan.parse(by("health"), rules()).digest(**named) not in hashes


def test_the_hash_changes_with_the_data_and_the_policy():
    asked = plan.parse(by("health"), rules())
    hashes = {asked.digest(table="t", content_hash=c, policy=p) for c in ("1", "2") for p in ("3", "4")}
    assert len(hashes) == 4


def test_a_filter_on_a_grouping_column_narrows_the_answer():
    asked = plan.parse(by("health", only={"health": ["poor", "fair"]}), rules())
    assert list(asked.lattice(rules()).keys()) == [("fair",), ("poor",)]


class TestPolicy:
    def test_the_proposed_policies_stay_within_their_holders_limits(self):
        for name in ("randhie", "grunfeld", "modechoice"):
            told = dictionary(name)
            unit = {"unit": told["unit"]["column"], "max_rows": told["unit"]["max_rows"]}
            allowed = rules(name)
            policy.within(allowed, told["limits"] | unit, {each["name"]: each["class"] for each in told["columns"]})
            assert plan.cube(allowed).rho == 100_000

    @pytest.mark.parametrize(
        ("limit", "changes"),
        [
            ("k", {"k": 9}),
            ("rho", {"rho": {"default": "0.005", "max": "0.21"}}),
            ("lifetime", {"budget": {"version_lifetime": "1.1", "per_licensee": "0.25"}}),
            ("cells", {"max_cells": 20_001}),
            ("unit", {"privacy_unit": "plan"}),
        ],
    )
    def test_a_policy_beyond_the_holders_limits(self, limit, changes):
        told = dictionary()
        unit = {"unit": "row_id", "max_rows": 1}
        classes = {each["name"]: each["class"] for each in told["columns"]}
        with pytest.raises(policy.PolicyExceedsLimits) as refused:
            policy.within(rules(**changes), told["limits"] | unit, classes)
        assert refused.value.limit == limit

    def test_a_policy_that_opens_a_hidden_column(self):
        told = dictionary()
        document = policy.proposed(told)
        document["columns"]["lpi"] = {"class": "group", "domain": ["0"]}
        classes = {each["name"]: each["class"] for each in told["columns"]}
        with pytest.raises(policy.PolicyExceedsLimits) as refused:
            policy.within(policy.parse(document), told["limits"] | {"unit": "row_id", "max_rows": 1}, classes)
        assert refused.value.limit == "lpi"

    @pytest.mark.parametrize(
        "changes",
        [
            {"k": 2},
            {"k": "ten"},
            {"suppress": "show"},
            {"rho": {"default": "0", "max": "0.02"}},
            {"rho": {"default": "0.05", "max": "0.02"}},
            {"budget": {"version_lifetime": "0.1", "per_licensee": "0.25"}},
            {"columns": {"health": {"class": "group"}}},
            {"columns": {"mdvis": {"class": "aggregate", "clamp": ["5", "5"], "grain": "1"}}},
            {"columns": {"mdvis": {"class": "aggregate", "clamp": ["0", "5"], "grain": "0"}}},
            {"columns": {"mdvis": {"class": "aggregate"}}},
            {"columns": {"Robert'); DROP TABLE": {"class": "hidden"}}},
            {"surprise": 1},
        ],
    )
    def test_a_policy_that_contradicts_itself(self, changes):
        with pytest.raises(policy.BadPolicy):
            rules(**changes)

    def test_bounds_are_whole_grains(self):
        column = rules().columns["disea"]
        assert (column.bounds, column.reach) == ((0, 400), 400)
        wide = policy.Column(
            name="x", access=policy.ColumnClass.AGGREGATE, clamp=(Decimal("-3.5"), Decimal("2")), grain=Decimal("1")
        )
        assert (wide.bounds, wide.reach) == ((-4, 2), 4)


class TestBudget:
    @given(st.integers(min_value=0, max_value=9_999_999_999))
    def test_written_amounts_read_back(self, amount):
        assert budget.micro(budget.written(amount)) == amount

    @pytest.mark.parametrize("text", ["", "1.", ".5", "-1", "1e3", "0.1234567", "00", "١", "0.1 "])
    def test_other_texts_are_refused(self, text):
        with pytest.raises(budget.BadRho):
            budget.micro(text)

    @given(st.integers(min_value=1, max_value=10**6), st.integers(min_value=1, max_value=10**6))
    def test_the_deviation_never_spends_more_than_it_was_given(self, rho, sensitivity):
        sigma = Decimal(budget.deviation(rho, sensitivity))
        assert Decimal(sensitivity) ** 2 / (2 * sigma**2) <= Decimal(rho) / budget.MICRO

    def test_answers_left(self):
        assert budget.answers_left(500_000, 100_000, 5_000) == 80
        assert budget.answers_left(100, 200, 5) == 0


class TestLattice:
    LATTICE = Lattice((Dimension("a", ("x", "y")), Dimension("b", ("1", "2", "3"))))

    def test_numbers_follow_the_keys(self):
        assert [self.LATTICE.number(key) for key in list(self.LATTICE.keys())] == list(range(6))

    def test_matching(self):
        assert self.LATTICE.matching({"b": ["3", "1"]}) == [0, 2, 3, 5]
        assert self.LATTICE.matching({}) == list(range(6))

    @pytest.mark.parametrize("key", [("x",), ("x", "4"), ("x", "1", "1")])
    def test_no_such_cell(self, key):
        with pytest.raises(NoSuchCell):
            self.LATTICE.number(key)

    @pytest.mark.parametrize("chosen", [{"c": ["1"]}, {"a": ["z"]}])
    def test_nothing_to_match(self, chosen):
        with pytest.raises(NoSuchCell):
            self.LATTICE.matching(chosen)


class TestLimbs:
    @given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=300), st.data())
    def test_totals_over_any_cells_join_exactly(self, values, data):
        shape = limbs.layout({"v": values}, BFV4096_T20)
        rows = limbs.plaintexts({"v": values}, shape, BFV4096_T20)
        chosen = data.draw(st.sets(st.integers(min_value=0, max_value=len(values) - 1)))
        slots = [block for row in rows for block in row]
        totals = [sum(block[cell] for cell in chosen) for block in slots]
        assert max(totals) < BFV4096_T20.plain_modulus
        assert limbs.joined(totals, shape) == {"v": sum(values[cell] for cell in chosen)}

    def test_even_all_cells_at_their_greatest_stay_below_the_modulus(self):
        for cells in (1, 200, 4095, 4096, 100_000, 500_000):
            shape = limbs.layout({"v": [7] * cells}, BFV4096_T20)
            assert cells * (shape.base - 1) < BFV4096_T20.plain_modulus
            assert shape.blocks == -(-cells // 4095)

    def test_too_many_cells(self):
        with pytest.raises(limbs.TableTooLarge):
            limbs.layout({"v": [1] * 1_100_000}, BFV4096_T20)

    def test_the_last_slot_of_every_block_is_one(self):
        columns = {"v": [0] * 5000}
        rows = limbs.plaintexts(columns, limbs.layout(columns, BFV4096_T20), BFV4096_T20)
        assert [[block[-1] for block in row] for row in rows] == [[1, 1]]
        assert {len(block) for row in rows for block in row} == {4096}

    def test_the_layout_reads_back(self):
        shape = limbs.layout({"present": [1], "count": [99999]}, BFV4096_T20)
        assert limbs.Layout.read(shape.document()) == shape


class TestEnvelope:
    SIGNER = Ed25519Signer.generate("s")

    def test_what_was_signed_opens(self):
        sent = envelope.sign(envelope.PLAN, {"b": 1, "a": "公"}, self.SIGNER)
        assert sent["body"] == '{"a":"公","b":1}'
        assert envelope.opened(sent, kind=envelope.PLAN, public_key=self.SIGNER.public_key) == {"a": "公", "b": 1}

    @pytest.mark.parametrize(
        "changes",
        [
            {"body": '{"a":2}'},
            {"type": envelope.ANSWER},
            {"signature": "00" * 64},
            {"signature": "no hexadecimal"},
            {"key": "00" * 32},
            {"body": 1},
            {"more": "x"},
        ],
    )
    def test_what_was_changed_does_not(self, changes):
        sent = envelope.sign(envelope.PLAN, {"a": 1}, self.SIGNER) | changes
        with pytest.raises(envelope.BadEnvelope):
            envelope.opened(sent, kind=envelope.PLAN, public_key=self.SIGNER.public_key)

    def test_an_answer_cannot_stand_in_for_a_plan(self):
        sent = envelope.sign(envelope.ANSWER, {"a": 1}, self.SIGNER)
        with pytest.raises(envelope.BadEnvelope):
            envelope.opened(sent | {"type": envelope.PLAN}, kind=envelope.PLAN, public_key=self.SIGNER.public_key)


class TestFrames:
    def test_blobs_come_back(self):
        assert frames.unpacked(frames.packed([b"one", b""]), count=2, longest=3) == [b"one", b""]

    @pytest.mark.parametrize(
        "file",
        [
            b"",
            b"GSHE1\n",
            b"XXXXX\n" + b"\0\0\0\1\0\0\0\1a",
            frames.packed([b"a"]),
            frames.packed([b"a", b"b"])[:-1],
            frames.packed([b"a", b"b"]) + b"!",
            frames.packed([b"a", b"bbbb"]),
            b"GSHE1\n\0\0\0\2\xff\xff\xff\xff",
        ],
    )
    def test_anything_else_is_refused(self, file):
        with pytest.raises(frames.BadFrame):
            frames.unpacked(file, count=2, longest=3)


class TestDisclosure:
    def test_cells_below_the_threshold_are_dropped_and_the_rest_rounded(self):
        asked = plan.parse(by("health", sums=["mdvis"]), rules())
        keys = list(asked.lattice(rules()).keys())
        noisy = {"count": [9, 10, 13, -4], "sum:mdvis": [70, -3, 44, 8]}
        assert disclosure.released(keys, noisy, rules(), asked) == [
            {"key": ["good"], "values": [10, 0]},
            {"key": ["fair"], "values": [15, 44]},
        ]

    def test_dense_columns_hold_zero_where_a_cell_was_dropped(self):
        lattice = Lattice((Dimension("a", ("x", "y", "z")),))
        cells = [{"key": ["y"], "values": [15, 4]}]
        assert disclosure.columns(lattice, ["count", "sum:v"], cells) == {
            "present": [0, 1, 0],
            "count": [0, 15, 0],
            "sum:v": [0, 4, 0],
        }

    @pytest.mark.parametrize(("figure", "expected"), [(0, 0), (12, 10), (13, 15), (-3, -5), (-2, 0)])
    def test_rounding(self, figure, expected):
        assert disclosure.rounded(figure, 5) == expected
