"""The corners of the pure rules that no worked case reaches."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kernel.law import NoRate, Rate
from kernel.money import CurrencyMismatch, Money
from pricing import (
    articles,
    ceilings,
    derivation,
    deviation,
    distribution,
    fees,
    figures,
    files,
    parameters,
    survey,
    table,
    tariff,
    units,
)
from pricing import replay as replaying
from pricing.derivation import Node

DAY = date(2026, 6, 1)


class TestParameters:
    def test_no_rate_before_the_notice_was_in_force(self):
        with pytest.raises(NoRate):
            parameters.lookup(parameters.ADD_ON_CAP, on=date(2025, 2, 28))

    def test_a_province_comes_before_the_nation(self):
        national = parameters.TABLE.lookup(parameters.ADD_ON_CAP, on=DAY)
        table = parameters.TABLE.extended([replace(national, value=Decimal(4), jurisdiction="350000")])
        found = parameters.lookup(parameters.ADD_ON_CAP, on=DAY, jurisdiction="350000", table=table)
        assert (found.value, found.version) == (Decimal(4), "350000@2025-03-01")
        assert parameters.lookup(parameters.ADD_ON_CAP, on=DAY, table=table).value == Decimal(6)

    def test_written_and_read(self):
        found = parameters.lookup(parameters.DEVIATION_THRESHOLD, on=DAY)
        assert parameters.read(parameters.write(found)) == found

    def test_every_rate_rests_on_an_article(self):
        assert all(isinstance(rate, Rate) and rate.article in articles.ARTICLES for rate in parameters.TABLE.rates)

    def test_report_day(self):
        names = (parameters.REPORT_MONTH, parameters.REPORT_DAY, parameters.EVALUATION_CYCLE)
        assert [int(parameters.lookup(name, on=DAY).value) for name in names] == [3, 31, 3]


class TestArticles:
    def test_rules_of_an_article(self):
        assert articles.rules_of(articles.S65, "四 第二款") == ("pricing.deviation.deviation",)
        assert len(articles.rules_of(articles.S65)) > 10
        assert articles.rules_of("nothing") == ()

    def test_every_rule_has_a_name(self):
        assert articles.RULE_NAMES.keys() == articles.RULES.keys()

    def test_every_rule_exists(self):
        modules = {"formula", "survey", "ceilings", "fees", "quoting", "units", "deviation", "distribution"}
        modules |= {"sharing", "plans", "valuation", "evidence", "split"}
        assert {rule.split(".")[1] for rule in articles.RULES} == modules


class TestFigures:
    @pytest.mark.parametrize(
        ("given", "decimals", "expected"),
        [
            ("0", 0, "0"),
            ("-0", 0, "0"),
            ("-0.00", 2, "0.00"),
            ("1.50", 0, "1.5"),
            ("100", 2, "100.00"),
            ("-1.5", 0, "-1.5"),
        ],
    )
    def test_text(self, given, decimals, expected):
        assert figures.text(Decimal(given), decimals=decimals) == expected

    def test_decimals_and_whole_numbers_are_taken_floats_are_not(self):
        assert figures.yuan("x", Decimal("1E+2")) == 100
        assert figures.yuan("x", 7) == 7
        for given in (7.0, True, None, Decimal("Infinity"), "１２", "1_000", " 1", "+1", "0x1"):
            with pytest.raises(figures.NotAFigure):
                figures.yuan("x", given)

    def test_money_is_read_in_yuan(self):
        assert figures.major(Money.of("1234.56")) == Decimal("1234.56")

    def test_exact_arithmetic_refuses_to_round(self):
        with pytest.raises(ArithmeticError):
            figures.EXACT.divide(Decimal(1), Decimal(3))


class TestDerivation:
    def test_find_and_walk(self):
        tree = Node("a", "甲", "a", "1", inputs=(Node("b", "乙", "b", "2"),))
        assert [node.id for node in tree.walk()] == ["a", "b"]
        assert tree.find("b").value == "2"
        with pytest.raises(KeyError):
            tree.find("c")
        assert derivation.as_node(derivation.as_mapping(tree)) == tree

    @pytest.mark.parametrize("document", [b"", b"[]", b"{}", b"\xff", b'{"calculation": 1}'])
    def test_not_a_derivation(self, document):
        with pytest.raises(replaying.NotReplayable):
            replaying.replay(document)

    def test_unknown_calculation(self):
        with pytest.raises(replaying.NotReplayable):
            replaying.derive("astrology", {})

    def test_arguments_that_cannot_be_canonical(self):
        with pytest.raises(replaying.NotReplayable):
            replaying.derive("distribution", {"amount": "1", "values": {"": "0", "A": "1"}, "x": 2**60})


class TestSurvey:
    def test_money_of_another_currency(self):
        with pytest.raises(CurrencyMismatch):
            survey.read_line(1, {"head": "platform", "use": "industry", "amount": "1", "currency": "USD"})

    def test_lines_write_what_they_read(self):
        row = {
            "head": "other:测评",
            "use": "public",
            "amount": "1.50",
            "note": "n",
            "product": "p",
            "allocation": "50",
            "allocation_key": "工时",
        }
        assert survey.write_line(survey.read_line(1, row)) == row
        assert survey.head_names("other:测评") == ("其他：测评", "Other: 测评")


class TestTariff:
    def test_too_many_tiers(self):
        rows = [{"above": str(index), "unit_price": "1"} for index in range(21)]
        with pytest.raises(tariff.TiersOutOfOrder):
            tariff.read("fee", rows)
        assert len(tariff.read("fee", rows[:20])) == 20

    def test_highest(self):
        tiers = tariff.read("fee", [{"above": "0", "unit_price": "1"}, {"above": "5", "unit_price": "2"}])
        assert tariff.highest(tiers) == 2
        assert tariff.price_at(tiers, Decimal(5)) == 2

    def test_empty(self):
        with pytest.raises(tariff.TiersOutOfOrder):
            tariff.read("fee", [])


class TestFees:
    def test_full_year(self):
        months = parameters.lookup(parameters.FULL_YEAR, on=DAY)
        with pytest.raises(fees.NoFullYear) as refused:
            fees.check_full_year(first_operated_on=date(2025, 12, 31), on=DAY, months=months)
        assert refused.value.due == date(2026, 12, 31)
        with pytest.raises(fees.NoFullYear):
            fees.check_full_year(first_operated_on=None, on=DAY, months=months)
        fees.check_full_year(first_operated_on=date(2025, 6, 1), on=DAY, months=months)

    def test_year_of_a_leap_day_in_december_turns(self):
        months = replace(parameters.lookup(parameters.FULL_YEAR, on=DAY), value=Decimal(6))
        assert fees.year_full_on(date(2025, 8, 31), months) == date(2026, 3, 1)
        assert fees.year_full_on(date(2025, 6, 30), months) == date(2025, 12, 30)


class TestUnits:
    def test_first_unit(self):
        assert units.first_unit(product_type="02", form=units.ChargingForm.PER_CALL) == "元/次"
        with pytest.raises(units.UnitNotInTable):
            units.first_unit(product_type="02", form=units.ChargingForm.PER_ITEM)

    def test_every_unit_has_a_name(self):
        every = {unit for measure in units.MEASURES.values() for unit in measure.units}
        assert every == set(units.UNIT_NAMES)
        assert {u for forms in units.TABLE.values() for us in forms.values() for u in us} <= every


class TestCeilings:
    def test_none_at_all(self):
        with pytest.raises(ceilings.CeilingTwice):
            ceilings.within_permitted_revenue([], Decimal(1))

    def test_written_and_read(self):
        row = {
            "product": "p",
            "name": "n",
            "form": "per_call",
            "unit": "元/次",
            "tiers": [{"above": "0", "unit_price": "0.500000"}],
            "expected_quantity": "10",
            "customers": "2",
        }
        assert ceilings.write_line(ceilings.read_line(1, row)) == row


def test_excess_never_carries_a_shortfall():
    assert deviation.excess(actual=Decimal(5), maximum=Decimal(3)) == 2
    assert deviation.excess(actual=Decimal(3), maximum=Decimal(5)) == 0


class TestDistribution:
    def test_split(self):
        parts = distribution.split(Money.of("100.00"), {"a": Decimal("0.333333"), "b": Decimal("0.666667")})
        assert parts == {"a": Money.of("33.33"), "b": Money.of("66.67")}
        assert distribution.split(Money(-1), {"a": Decimal("0.5"), "b": Decimal("0.5")}) == {
            "a": Money(-1),
            "b": Money(0),
        }

    @pytest.mark.parametrize("shares", [{}, {"a": "0.9"}, {"a": "1.1", "b": "-0.1"}])
    def test_shares_that_are_not_the_whole(self, shares):
        with pytest.raises(distribution.SharesDoNotSum):
            distribution.split(Money(100), {name: Decimal(share) for name, share in shares.items()})

    def test_nothing_to_apportion_by(self):
        with pytest.raises(distribution.NoValueToShare):
            distribution.apportion(Money(1), {})

    def test_too_many_for_exact(self):
        with pytest.raises(distribution.TooManyParties):
            distribution.shapley([str(index) for index in range(13)], len)
        with pytest.raises(distribution.TooManyParties):
            distribution.read_values({str(index): "1" for index in range(13)})

    def test_sampling_is_repeatable_and_adds_up(self):
        parties = [f"p{index:02}" for index in range(14)]

        def worth(group):
            return Fraction(sum(int(name[1:]) for name in group))

        first = distribution.estimate(parties, worth, permutations=20, seed="s")
        assert first == distribution.estimate(list(reversed(parties)), worth, permutations=20, seed="s")
        assert sum(one.value for one in first.values()) == worth(frozenset(parties))
        assert first["p05"] == distribution.Estimate(Fraction(5), Fraction(0))
        single = distribution.estimate(parties, worth, permutations=1, seed="s")
        assert single["p05"].variance == 0

    def test_sampling_states_its_error(self):
        def worth(group):
            return Fraction(1 if len(group) >= 2 else 0)

        found = distribution.estimate(["a", "b", "c"], worth, permutations=50, seed="s")
        assert all(0 < one.variance < Fraction(1, 50) for one in found.values())

    def test_impossible_bounds(self):
        weights = {"a": Fraction(1), "b": Fraction(1)}
        for floors, caps in (
            ({"a": Fraction(3, 4), "b": Fraction(1, 2)}, {}),
            ({}, {"a": Fraction(1, 4), "b": Fraction(1, 4)}),
            ({"a": Fraction(1, 2)}, {"a": Fraction(1, 4)}),
        ):
            with pytest.raises(distribution.BoundsImpossible):
                distribution.bounded(weights, floors, caps)

    def test_everyone_at_a_bound(self):
        weights = {"a": Fraction(1), "b": Fraction(9)}
        half = {"a": Fraction(1, 2), "b": Fraction(1, 2)}
        assert distribution.bounded(weights, half, half) == half


class TestFiles:
    GOOD = (
        b'{"year": 2025, "costs": [{"head": "platform", "use": "industry", "amount": "100"}], "subsidy": "0", '
        b'"bond_yield": "1.75", "add_on": "6", "tax": "0", "previous_excess": "0"}'
    )

    def test_permitted_revenue(self):
        answer = files.permitted_revenue(files.read(self.GOOD), on=DAY)
        assert answer.pop("derivation")["calculation"] == "permitted_revenue"
        assert answer == {
            "operating_cost": "100.00",
            "profit_rate": "7.75",
            "permitted_profit": "7.75",
            "tax": "0.00",
            "deduction": "0.00",
            "permitted_revenue": "107.75",
        }

    @pytest.mark.parametrize(
        "data",
        [b"", b"[]", b"{", b'{"a": NaN}', b'{"a": 1e400}', b'{"a": 1.5}', b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000],
    )
    def test_unreadable(self, data):
        with pytest.raises(files.FileRefused):
            files.read(data)

    @pytest.mark.parametrize(
        "changes",
        [{"surprise": "1"}, {"year": "2025"}, {"year": True}, {"year": 12}, {"costs": {}}, {"costs": ["x"]}],
    )
    def test_refused(self, changes):
        with pytest.raises(files.FileRefused):
            files.permitted_revenue(files.read(self.GOOD) | changes, on=DAY)

    def test_missing_field(self):
        given = files.read(self.GOOD)
        del given["subsidy"]
        with pytest.raises(files.FileRefused):
            files.permitted_revenue(given, on=DAY)

    def test_another_currency(self):
        with pytest.raises(CurrencyMismatch):
            files.permitted_revenue(files.read(self.GOOD) | {"currency": "USD"}, on=DAY)

    def test_distribute(self):
        answer = files.distribute(
            files.read(b'{"amount": "100.00", "values": {"": "0", "A": "1", "B": "2", "A,B": "4"}}')
        )
        assert (answer["amount"], answer["shares"]) == ("100.00", {"A": "37.50", "B": "62.50"})
        with pytest.raises(files.FileRefused):
            files.distribute({"amount": "1", "values": []})


class TestTable:
    def test_both_kinds_of_headings(self):
        english = table.read("head,use,amount,note\nplatform,industry,1.50,n\n\n")
        chinese = table.read("\ufeff成本项目,用途,金额,说明\n平台,产业,1.50,n")
        assert english == chinese
        assert [line.amount for line in english.lines] == [Decimal("1.50")]

    def test_each_wrong_row_is_named(self):
        found = table.read(
            'head,use,amount\nplatform,industry,"1,000.00"\nwine,industry,1\nstaff,public\nstaff,public,x'
        )
        assert [line.amount for line in found.lines] == [Decimal(1000)]
        assert [(row, error.code) for row, error in found.errors] == [
            (3, "pricing.unknown_head"),
            (4, "pricing.not_a_figure"),
            (5, "pricing.not_a_figure"),
        ]

    @pytest.mark.parametrize("text", ["", "a,b", "head,use", "head,use,amount,head", 'head,use,amount\n"x'])
    def test_not_a_table(self, text):
        with pytest.raises(table.NotATable):
            table.read(text)

    def test_written_and_read(self):
        lines = table.read("head,use,amount,allocation,allocation_key\nplatform,industry,1.50,25,工时").lines
        assert table.read(table.write(lines)).lines == lines
        assert figures.yuan_text(lines[0].counted) == "0.375"


class TestTariffText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("0.12", [("0", "0.12")]), ("0:0.2，1000：0.1", [("0", "0.2"), ("1000", "0.1")]), ("", [])],
    )
    def test_parse(self, text, expected):
        assert [(row["above"], row["unit_price"]) for row in tariff.parse(text)] == expected
