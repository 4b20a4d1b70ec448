"""The edges where a rule begins and ends, tables as people write them, and clauses as they stand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kernel.errors import DomainError
from kernel.law import Article
from pricing import (
    articles,
    derivation,
    distribution,
    evidence,
    fees,
    figures,
    files,
    parameters,
    quoting,
    sharing,
    sheet,
    split,
    survey,
    table,
    tariff,
)
from pricing.articles import Change, ChangeOfLaw, Standing

DAY = date(2026, 9, 1)
MONTHS = parameters.lookup(parameters.FULL_YEAR, on=DAY)
GOOD = {
    "year": 2025,
    "costs": [{"head": "platform", "use": "industry", "amount": "100"}],
    "subsidy": "0",
    "bond_yield": "1.75",
    "add_on": "6",
    "tax": "0",
    "previous_excess": "0",
}


class TestEdges:
    @pytest.mark.parametrize("year", [2000, 2999])
    def test_the_years_that_are_taken(self, year):
        assert files.permitted_revenue(GOOD | {"year": year}, on=DAY)["permitted_revenue"] == "107.75"

    def test_a_file_in_yuan_and_how_it_is_shared(self):
        assert files.permitted_revenue(GOOD | {"currency": "CNY"}, on=DAY)["tax"] == "0.00"
        answer = files.distribute({"amount": "1.00", "values": {"": "0", "A": "1"}})
        assert sorted(answer) == ["amount", "derivation", "method", "shares"]
        assert answer["method"] == "精确计算，1 个资源"

    @pytest.mark.parametrize(
        ("first", "months", "due"),
        [
            (date(2024, 2, 29), 12, date(2025, 3, 1)),
            (date(2025, 8, 31), 3, date(2025, 12, 1)),
            (date(2025, 10, 31), 25, date(2027, 12, 1)),
            (date(2025, 1, 31), 13, date(2026, 3, 1)),
            (date(2025, 12, 15), 12, date(2026, 12, 15)),
            (date(2025, 1, 15), 12, date(2026, 1, 15)),
            (date(2025, 11, 30), 1, date(2025, 12, 30)),
        ],
    )
    def test_a_full_year_and_other_spans(self, first, months, due):
        assert fees.year_full_on(first, replace(MONTHS, value=Decimal(months))) == due

    def test_names_and_sizes_of_evidence(self):
        longest = "n" * (200 - 4) + ".pdf"
        assert evidence.check(longest, b"%PDF-").name == longest
        assert evidence.check("a.b.PDF", b"%PDF-").media_type == "application/pdf"
        assert evidence.check("C:\\x\\y.pdf", b"%PDF-").name == "y.pdf"
        whole = b"%PDF-" + b"x" * (evidence.LARGEST - 5)
        assert evidence.check("a.pdf", whole).size == evidence.LARGEST
        assert evidence.check(".pdf", b"%PDF-").name == ".pdf"

    def test_twelve_resources_are_exact_and_thirteen_are_sampled(self):
        def measured(count):
            names = {f"R{n:02}": ["x", f"own{n}"] for n in range(count)}
            weights = {"x": "13", **{f"own{n}": "1" for n in range(count)}}
            return sharing.contributions({"measure": {"weights": weights, "resources": names}})

        assert {one.error for one in measured(12).values()} == {None}
        sampled = measured(13)
        assert all(one.error is not None for one in sampled.values())
        assert sampled == sharing.contributions(
            {
                "seed": "",
                "permutations": "2000",
                "measure": {
                    "weights": {"x": "13", **{f"own{n}": "1" for n in range(13)}},
                    "resources": {f"R{n:02}": ["x", f"own{n}"] for n in range(13)},
                },
            }
        )

    def test_a_thousand_items_are_measured(self):
        weights = {str(n): "1" for n in range(1000)}
        parties, worth = sharing.read_measure({"measure": {"weights": weights, "resources": {"A": list(weights)}}})
        assert (parties, worth(frozenset("A"))) == (("A",), 1000)

    @pytest.mark.parametrize("count", ["2", "20000"])
    def test_permutations_from_two_to_twenty_thousand(self, count):
        assert sharing.bounds({}, "caps") == {}
        assert sharing._permutations({"permutations": count}) == int(count)

    @pytest.mark.parametrize("count", ["1", "20001", "2.5"])
    def test_other_numbers_of_permutations(self, count):
        with pytest.raises(DomainError) as refused:
            sharing._permutations({"permutations": count})
        assert refused.value.facts["name"] == "permutations"

    def test_half_a_millionth_is_rounded_up(self):
        assert sharing.standard_error(distribution.Estimate(Fraction(0), Fraction(5, 10**7) ** 2)) == Decimal(
            "0.000001"
        )
        charge = quoting.quote(tariff.flat(Decimal("0.0000005")), Decimal(1))
        assert charge.unit_price(Decimal(1)) == Decimal("0.000001")

    def test_tiers_as_people_write_them(self):
        assert tariff.parse("0:1\n10：2") == [{"above": "0", "unit_price": "1"}, {"above": "10", "unit_price": "2"}]
        assert tariff.parse("5:2") == [{"above": "5", "unit_price": "2"}]
        assert tariff.parse("0:1:2, 5") == [{"above": "0", "unit_price": "1:2"}, {"above": "5", "unit_price": ""}]

    @pytest.mark.parametrize(
        ("cell", "text"),
        [(None, ""), (7.0, "7"), (0.1, "0.1"), (2.0**53, "9007199254740992.0"), (2.0**53 - 1, "9007199254740991")],
    )
    def test_cells_of_a_workbook(self, cell, text):
        assert sheet._text(cell) == text

    def test_a_missing_node_is_named(self):
        with pytest.raises(KeyError, match="nowhere"):
            derivation.Node("a", "", "", "").find("nowhere")


class TestTables:
    def test_every_title_word_and_column(self):
        rows = [[*table.TITLES], ["平台", "产业", "1,000.00", "1,0.00", "n", "p", "50", "工时"]]
        (read,) = table.read_rows(rows).lines
        assert read == survey.CostLine(
            "platform", survey.Use.INDUSTRY, Decimal(1000), "n", "p", Decimal(50), "工时", Decimal(10)
        )
        for word, meant in table.WORDS.items():
            other = ["platform", "industry", "1"]
            other[0 if meant in survey.HEADS else 1] = word
            (line_read,) = table.read_rows([["head", "use", "amount"], other]).lines
            assert meant in (line_read.head, line_read.use)

    def test_written_with_its_headings(self):
        lines = table.read("head,use,amount,note\nstaff,public,2,n").lines
        assert table.write(lines) == (
            "head,use,amount,subsidy,note,product,allocation,allocation_key\r\nstaff,public,2.00,,n,,,\r\n"
        )

    def test_rows_are_numbered_as_in_the_file_and_blank_ones_passed_over(self):
        read = table.read("\ufeffhead,use,amount\n,,\nstaff,industry,1,extra\n\nwine,industry,1")
        assert [line_read.head for line_read in read.lines] == ["staff"]
        assert [number for number, _ in read.errors] == [5]

    def test_a_cell_left_empty_has_its_usual_value(self):
        read = table.read("head,use,amount,subsidy,allocation\nstaff,industry, 1 , , ")
        assert (read.lines[0].subsidy, read.lines[0].allocation) == (0, 100)
        (error,) = table.read("head,use,amount\n,industry,1").errors
        assert error[1].facts["head"] == ""


def clause(number, *, until=None, begins=date(2025, 3, 1), title="t"):
    return Article(document="d", article=number, title=title, valid_from=begins, valid_until=until)


def change(kind, on, until=None, number="一", document="d"):
    article = Article(document=document, article=number, title=kind, valid_from=on, valid_until=until)
    return ChangeOfLaw(article=article, change=Change(kind))


class TestLaw:
    @pytest.mark.parametrize(
        ("number", "parts"),
        [
            ("一", ("一", "")),
            ("二 第一款", ("二", "第一款")),
            ("三(一)", ("三", "(一)")),
            ("第十七条", ("第十七条", "")),
            ("第三条第二款", ("第三条", "第二款")),
            ("表 C.1", ("表 C.1", "")),
            ("", ("", "")),
        ],
    )
    def test_article_and_clause(self, number, parts):
        assert articles.parts(clause(number)) == parts

    @pytest.mark.parametrize(
        ("changes", "on", "state", "since"),
        [
            ((), date(2025, 2, 28), Standing.PENDING, date(2025, 3, 1)),
            ((), date(2025, 3, 1), Standing.IN_FORCE, None),
            ((), date(2030, 3, 1), Standing.REPEALED, date(2030, 3, 1)),
            ((("amended", date(2026, 1, 1)),), date(2025, 12, 31), Standing.IN_FORCE, None),
            ((("amended", date(2026, 1, 1)),), date(2026, 1, 1), Standing.AMENDED, date(2026, 1, 1)),
            ((("repealed", date(2026, 1, 1)),), date(2026, 1, 1), Standing.REPEALED, date(2026, 1, 1)),
            (
                (("repealed", date(2026, 1, 1)), ("enacted", date(2027, 1, 1))),
                date(2027, 1, 1),
                Standing.IN_FORCE,
                date(2027, 1, 1),
            ),
            (
                (("enacted", date(2027, 1, 1)), ("amended", date(2026, 1, 1))),
                date(2028, 1, 1),
                Standing.IN_FORCE,
                date(2027, 1, 1),
            ),
            (
                (("amended", date(2026, 1, 1), date(2026, 7, 1)),),
                date(2026, 7, 1),
                Standing.REPEALED,
                date(2026, 1, 1),
            ),
        ],
    )
    def test_how_a_clause_stands(self, changes, on, state, since):
        found = articles.standing(clause("一", until=date(2030, 3, 1)), [change(*one) for one in changes], on=on)
        assert found == (state, since)

    def test_the_changes_of_one_clause(self):
        later, earlier = change("repealed", date(2027, 1, 1)), change("amended", date(2026, 1, 1))
        others = (change("amended", date(2026, 1, 1), number="二"), change("amended", date(2026, 1, 1), document="e"))
        assert articles.of_clause([later, *others, earlier], "d", "一") == (earlier, later)

    def test_the_notices_clauses(self):
        assert [str(one) for one in articles.ARTICLES[:3]] == [
            "发改价格〔2025〕65号 一",
            "发改价格〔2025〕65号 二 第一款",
            "发改价格〔2025〕65号 二 第二款",
        ]
        assert articles.REPORT.title == "年度经营情况报告"


def test_a_hundred_parties_share():
    shares = {f"p{number:03}": "0.01" for number in range(100)}
    names = {party: {"zh": party, "en": party} for party in shares}
    assert len(split.calculate({"amount": "1.00", "shares": shares, "names": names}).inputs) == 100


def fixed_share(party):
    return {
        "id": f"fixed.{party}",
        "name_zh": "协议约定比例",
        "name_en": "Share fixed in the agreement",
        "value": "50",
        "unit": "%",
        "formula_zh": "",
        "formula_en": "",
        "article": str(articles.SHARING),
        "source": "授权运营协议",
        "inputs": [],
    }


def test_fixed_shares_to_the_fen():
    names = {"b": {"zh": "乙", "en": "B"}, "a": {"zh": "甲", "en": "A"}}
    node = split.calculate({"amount": "0.05", "shares": {"b": "0.5", "a": "0.50000000"}, "names": names})
    assert derivation.as_mapping(node) == {
        "id": "amount",
        "name_zh": "分配总额",
        "name_en": "Amount shared",
        "value": "0.05",
        "unit": "元",
        "formula_zh": "按协议约定的比例分配；尾差按最大余数法归集，合计等于总额",
        "formula_en": "by the agreement's shares, leftover fen to the largest remainders, the sum unchanged",
        "article": str(articles.SHARING),
        "source": "授权运营协议",
        "inputs": [
            {
                "id": f"share.{party}",
                "name_zh": zh,
                "name_en": en,
                "value": value,
                "unit": "元",
                "formula_zh": "总额 × 约定比例",
                "formula_en": "amount × fixed share",
                "article": str(articles.SHARING),
                "source": "",
                "inputs": [fixed_share(party)],
            }
            for party, zh, en, value in (("a", "甲", "A", "0.03"), ("b", "乙", "B", "0.02"))
        ],
    }


def test_a_figure_is_as_long_as_it_may_be():
    assert figures.yuan("x", "9" * 13 + ".99") == Decimal("9" * 13 + ".99")
    assert figures.price("x", "0.1234560") == Decimal("0.123456")
