"""The corners of parameters by place, workbooks, evidence, plans, sharing and valuation."""

import hashlib
import io
import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest

from kernel.errors import DomainError
from kernel.law import Rate
from pricing import articles, distribution, evidence, files, parameters, plans, quoting, sharing, sheet, survey, tariff
from pricing.plans import PlanKind
from pricing.units import ChargingForm
from pricing.valuation import ApproachesUnclear
from pricing.valuation import calculate as value

DAY = date(2026, 9, 1)
PAIR = {"values": {"": "0", "A": "1", "B": "1", "A,B": "1"}}


def local(amount, place):
    return Rate(
        name=parameters.ADD_ON_CAP,
        value=Decimal(amount),
        unit="个百分点",
        article=articles.REVENUE,
        valid_from=DAY,
        jurisdiction=place,
    )


class TestPlaces:
    @pytest.mark.parametrize(
        ("region", "expected"),
        [
            ("350102", ("350102", "350100", "350000", "CN")),
            ("350000", ("350000", "CN")),
            ("100000", ("CN",)),
            ("", ("CN",)),
            ("abcdef", ("CN",)),
        ],
    )
    def test_chain(self, region, expected):
        assert parameters.chain(region) == expected

    def test_the_nearest_place_decides(self):
        table = parameters.TABLE.extended([local(5, "350000"), local(4, "350100")])
        given = {"on": DAY, "table": table}
        found = [parameters.nearest(parameters.ADD_ON_CAP, region=r, **given).value for r in ("350102", "350200", "")]
        assert found == [4, 5, 6]

    def test_rows(self):
        given = {"on": DAY, "table": parameters.TABLE}
        assert parameters.check_row(parameters.ADD_ON_CAP, "6", "350000", **given) == (6, "个百分点")
        assert parameters.check_row(parameters.ADD_ON_CAP, "7", "CN", **given) == (7, "个百分点")
        for name, amount, place, code in (
            (parameters.ADD_ON_CAP, "6.0001", "350000", "pricing.looser_than_national"),
            (parameters.ADD_ON_FLOOR, "0", "CN", "pricing.not_a_parameter"),
            (parameters.ADD_ON_CAP, "5", "35000", "pricing.not_a_parameter"),
            (parameters.ADD_ON_CAP, "5", "３５００００", "pricing.not_a_parameter"),
            (parameters.ADD_ON_CAP, "100.1", "CN", "pricing.figure_out_of_range"),
        ):
            with pytest.raises(DomainError) as refused:
                parameters.check_row(name, amount, place, **given)
            assert refused.value.code == code


def packed(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


class TestSheet:
    def test_cells_become_what_was_typed(self):
        read = sheet.read(packed(("head", "use", "amount"), ("staff", "industry", 0.1), ("staff", "public", 7.0)))
        assert [line.amount for line in read.lines] == [Decimal("0.1"), Decimal(7)]
        assert read.errors == ()

    def test_wrong_rows_are_numbered(self):
        read = sheet.read(packed(("head", "use", "amount"), ("wine", "industry", 1), ("staff", "x", 1), ("staff",)))
        assert [(number, error.code) for number, error in read.errors] == [
            (2, "pricing.unknown_head"),
            (3, "pricing.unknown_use"),
            (4, "pricing.unknown_use"),
        ]

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * (sheet.LARGEST_FILE + 1)])
    def test_no_workbook(self, data):
        with pytest.raises(sheet.NotAWorkbook):
            sheet.read(data)

    def test_a_bomb_is_not_unpacked(self, monkeypatch):
        monkeypatch.setattr(sheet, "LARGEST_CONTENT", 10)
        with pytest.raises(sheet.NotAWorkbook, match="unpacked"):
            sheet.read(packed(("head", "use", "amount")))

    def test_a_zip_that_is_no_workbook(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as empty:
            empty.writestr("a", "b")
        with pytest.raises(sheet.NotAWorkbook):
            sheet.read(out.getvalue())


class TestEvidence:
    def test_kept_facts(self):
        found = evidence.check(" C:\\a/凭证.PDF ", b"%PDF-1")
        assert found == evidence.File("凭证.PDF", "application/pdf", 6, hashlib.sha256(b"%PDF-1").hexdigest())

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", b""),
            ("a.pdf", b"%PDF-" + b"x" * evidence.LARGEST),
            ("a.pdf", b"\x89PNG\r\n\x1a\n"),
            ("a", b"%PDF-"),
            ("a\n.pdf", b"%PDF-"),
            ("x" * 200 + ".pdf", b"%PDF-"),
        ],
    )
    def test_refused(self, name, content):
        with pytest.raises(evidence.EvidenceRefused) as refused:
            evidence.check(name, content)
        assert refused.value.size == len(content)
        assert refused.value.kinds == "pdf, png, jpg, jpeg, xlsx, ofd"


class TestPlans:
    def test_forms(self):
        plans.check_form(PlanKind.VOLUME, ChargingForm.PER_CALL)
        plans.check_form(PlanKind.SUBSCRIPTION, ChargingForm.PER_PERIOD)
        for kind, form in ((PlanKind.TIME, ChargingForm.PER_CALL), (PlanKind.VOLUME, ChargingForm.PER_PERIOD)):
            with pytest.raises(plans.PlanOfOtherForm):
                plans.check_form(kind, form)

    def test_at_the_ceiling_and_a_fen_above(self):
        limit = tariff.flat(Decimal("0.15"))
        assert plans.check_price(Decimal(150), Decimal(1000), limit) == 150
        with pytest.raises(plans.PlanAboveCeiling) as refused:
            plans.check_price(Decimal("150.01"), Decimal(1000), limit)
        assert (refused.value.price, refused.value.limit) == (Decimal("150.01"), 150)


class TestSharing:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({}, "pricing.measure_unclear"),
            ({"measure": {"weights": {}}}, "pricing.measure_unclear"),
            ({"measure": {"weights": [], "resources": {}}}, "pricing.measure_unclear"),
            ({"measure": {"weights": {}, "resources": {}}}, "pricing.too_many_parties"),
            ({"measure": {"weights": {"x": "1"}, "resources": {"A": ["y"]}}}, "pricing.measure_unclear"),
            ({"measure": {"weights": {"x": "0"}, "resources": {"A": ["x"]}}}, "pricing.no_value_to_share"),
            ({"values": {"": "0", "A": "1"}, "floors": {"B": "1"}}, "pricing.measure_unclear"),
            ({"values": {"": "0", "A": "1"}, "floors": ["A"]}, "pricing.measure_unclear"),
            (
                {"values": {"": "0", "A": "1", "B": "1", "A,B": "0.5"}, "caps": {"A": "1", "B": "1"}},
                "pricing.bounds_impossible",
            ),
            ({"values": {"": "0", "A": "5", "B": "0", "A,B": "1"}}, "pricing.no_value_to_share"),
        ],
    )
    def test_refused(self, given, code):
        with pytest.raises(DomainError) as refused:
            sharing.calculate({"amount": "1.00", **given})
        assert refused.value.code == code

    def test_bounds_of_weightless_parties(self):
        zero = Fraction(0)
        shares = distribution.bounded({"A": zero, "B": zero}, {}, {})
        assert shares == {"A": Fraction(1, 2), "B": Fraction(1, 2)}

    def test_the_standard_error_is_the_root_of_the_variance(self):
        assert sharing.standard_error(distribution.Estimate(Fraction(1), Fraction(2))) == Decimal("1.414214")

    def test_files_name_one_measure(self):
        for given in ({"amount": "1"}, {"amount": "1", "values": {}, "measure": {}}):
            with pytest.raises(files.FileRefused):
                files.distribute(given)


def test_approaches_must_be_objects():
    with pytest.raises(ApproachesUnclear):
        value({"cost": "x", "weights": {"cost": "100"}})


def test_subsidy_of_a_line():
    row = {"head": "staff", "use": "industry", "amount": "10.00", "subsidy": "4.00"}
    row |= {"allocation": "50", "allocation_key": "工时"}
    line = survey.read_line(1, row)
    assert (line.counted, survey.write_line(line)["subsidy"]) == (3, "4.00")
    assert survey.read_line(1, survey.write_line(line)) == line
    with pytest.raises(survey.SubsidyExceedsCost):
        survey.read_line(1, row | {"subsidy": "10.01"})


def test_written_prices_and_quotes():
    assert quoting.quote(tariff.flat(Decimal("0.1")), Decimal(3)).unit_price(Decimal(3)) == Decimal("0.100000")
    assert tariff.write_unread(tariff.flat(Decimal(2))) == [{"above": 0, "unit_price": 2}]
