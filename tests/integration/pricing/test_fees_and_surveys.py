"""Trial fees and cost surveys: who may submit what, and that a refusal changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from kernel.actors import RoleRequired
from kernel.money import CurrencyMismatch, Money
from ledger import queries as ledger
from pricing import queries, services
from pricing.fees import FeeKind, NoFullYear, TrialOver
from pricing.figures import FigureOutOfRange, NotAFigure, TooPrecise
from pricing.models import CostLine, CostSurvey, Fee
from pricing.survey import CostLine as Line
from pricing.survey import SubsidyExceedsCost, SurveyDoesNotAddUp, Use
from pricing.units import ChargingForm, UnitNotInTable
from tests.factories.pricing import LINES, NOW, SURVEYED, TRIAL, moment

pytestmark = pytest.mark.django_db


class TestTrialFee:
    def test_before_a_full_year(self, market):
        fee = market.trial_fee()
        assert (fee.kind, fee.unit, fee.unit_price) == (FeeKind.TRIAL, "元/次", Decimal("0.200000"))
        assert ledger.entry(fee.entry_id).payload["tiers"] == [{"above": "0", "unit_price": "0.200000"}]

    def test_after_a_full_year(self, market):
        with pytest.raises(TrialOver) as refused:
            market.trial_fee(now=moment(2026, 8, 1))
        assert (refused.value.first_operated_on, refused.value.on) == (date(2025, 8, 1), date(2026, 8, 1))
        assert Fee.objects.count() == 0

    def test_on_the_last_day_of_the_year(self, market):
        assert market.trial_fee(now=moment(2026, 7, 31)).valid_until is None

    def test_a_new_one_ends_the_old(self, market):
        market.trial_fee()
        market.trial_fee("0.18", now=moment(2025, 9, 1))
        assert [fee.unit_price for fee in queries.fees(market.product, now=TRIAL)] == [Decimal("0.2")]
        assert [fee.unit_price for fee in queries.fees(market.product, now=NOW)] == [Decimal("0.18")]

    @pytest.mark.parametrize(
        ("price", "error"),
        [("NaN", NotAFigure), ("-1", FigureOutOfRange), ("0.1234567", TooPrecise), ("1E+400", FigureOutOfRange)],
    )
    def test_absurd_prices(self, market, price, error):
        with pytest.raises((error, NotAFigure)):
            market.trial_fee(price)
        assert Fee.objects.count() == 0

    def test_only_its_operator(self, market):
        with pytest.raises(RoleRequired):
            services.set_trial_fee(
                product_id=market.product,
                form=ChargingForm.PER_CALL,
                price=Decimal("0.2"),
                actor=market.buyer,
                now=TRIAL,
            )

    def test_only_in_a_unit_of_the_table(self, market):
        with pytest.raises(UnitNotInTable):
            services.set_trial_fee(
                product_id=market.product,
                form=ChargingForm.PER_ITEM,
                price=Decimal("0.2"),
                actor=market.operator,
                now=TRIAL,
            )


class TestSurvey:
    def test_kept_line_by_line(self, market):
        survey = market.survey()
        assert (survey.state, survey.edition, len(survey.lines)) == ("submitted", 1, 4)
        assert ledger.entry(survey.entry_id).payload["lines"] == 4
        assert "books_total" in ledger.entry(survey.entry_id).payload["commitments"]

    def test_a_repeat_is_a_new_edition(self, market):
        first, second = market.survey(), market.survey()
        assert second.edition == 2
        assert queries.survey(first.id).state == "superseded"

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"books_total": Money.of("1000000.51")}, SurveyDoesNotAddUp),
            ({"subsidy": Money.of("950000.51")}, SubsidyExceedsCost),
            ({"subsidy": Money.of("-0.01")}, SubsidyExceedsCost),
            ({"subsidy": Money(100, "USD")}, CurrencyMismatch),
            ({"year": 2024}, services.WrongSurveyYear),
            ({"year": 2027}, services.WrongSurveyYear),
            ({"now": moment(2026, 7, 31)}, NoFullYear),
            ({"lines": (Line("platform", Use.INDUSTRY, Decimal("-1")),)}, FigureOutOfRange),
            ({"lines": (Line("platform", Use.INDUSTRY, Decimal("NaN")),)}, (NotAFigure, ValueError, ArithmeticError)),
        ],
    )
    def test_refused(self, market, changes, error):
        with pytest.raises(error):
            market.survey(**changes)
        assert CostSurvey.objects.count() == 0
        assert CostLine.objects.count() == 0

    def test_only_its_operator(self, market):
        with pytest.raises(RoleRequired):
            market.survey(actor=market.price_authority)

    def test_adjusted_line_keeps_both(self, market):
        survey = market.applied()
        after = services.adjust_cost_line(
            survey_id=survey.id,
            number=1,
            amount=Money.of("380000.00"),
            reason="扣除与授权运营无关的机房租金",
            actor=market.price_authority,
            now=SURVEYED,
        )
        line = after.lines[0]
        assert (line.submitted, line.adjusted) == (Money.of("400000.00"), Money.of("380000.00"))
        assert line.line.amount == Decimal("380000.00")

    def test_submitted_amounts_cannot_be_changed_in_the_table(self, market):
        market.survey()
        with pytest.raises(DatabaseError), transaction.atomic():
            CostLine.objects.update(amount=1)


def test_lines_of_the_factory_add_up():
    assert sum(line.amount for line in LINES) == Decimal("1000000.50")
