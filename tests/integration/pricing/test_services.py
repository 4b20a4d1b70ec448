"""From trial fee to quote: who may do what, what comes out, and that a refusal changes nothing."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from kernel.actors import OtherOrganisation, RoleRequired
from kernel.money import CurrencyMismatch, Money
from ledger import queries as ledger
from pricing import queries, replay, services
from pricing.ceilings import CeilingsExceedPermittedRevenue
from pricing.fees import FeeAboveCeiling, FeeKind, NoFullYear, TrialOver
from pricing.figures import FigureOutOfRange, NotAFigure, TooPrecise
from pricing.formula import AddOnOutsideCap, YieldMissing
from pricing.models import Ceiling, CostLine, CostSurvey, Derivation, Fee, Quote, RevenueDecision
from pricing.survey import CostLine as Line
from pricing.survey import SubsidyExceedsCost, SurveyDoesNotAddUp, Use
from pricing.tariff import Tier, flat
from pricing.types import CeilingRequest, IncomeLine, RevenueTerms
from pricing.units import ChargingForm, Scenario, UnitNotInTable
from tests.factories.pricing import DECIDED, LINES, NOW, PRICED, SURVEYED, TERMS, TRIAL, Market, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def market():
    return Market()


def quoted(market, quantity=1000, scenario=Scenario.INDUSTRY, *, now=NOW, **more):
    return services.quote(
        product_id=market.product,
        form=ChargingForm.PER_CALL,
        quantity=quantity,
        scenario=scenario,
        actor=market.buyer,
        now=now,
        **more,
    )


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


class TestDecision:
    def test_worked_example(self, market):
        decision = market.decision()
        # 400000 + 250000.50 + 300000 - 100000 = 850000.50; × 7.75 % = 65875.03875; + tax 60000
        assert decision.operating_cost == Decimal("850000.50")
        assert decision.permitted_profit == Decimal("65875.03875")
        assert decision.permitted_revenue == Decimal("975875.53875")
        assert (decision.state, decision.bond_yield_year) == ("effective", 2025)
        assert (decision.valid_from, decision.valid_until) == (date(2026, 9, 1), date(2029, 9, 1))

    def test_derivation_replays(self, market):
        view = services.verify_derivation(derivation_id=market.decision().derivation_id)
        assert view.tree["value"] == "975875.53875"
        assert replay.replay(view.document) == view.document

    def test_needs_concurrence(self, market):
        proposal = market.proposal()
        assert proposal.state == "proposed"
        with pytest.raises(services.DecisionNotEffective):
            market.ceiling(decision=proposal)
        assert Ceiling.objects.count() == 0

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"add_on": "6.01"}, AddOnOutsideCap),
            ({"add_on": "-0.1"}, AddOnOutsideCap),
            ({"bond_yield": ""}, (YieldMissing, NotAFigure)),
            ({"bond_yield": "NaN"}, NotAFigure),
            ({"bond_yield": "1e400"}, NotAFigure),
            ({"bond_yield_source": " "}, YieldMissing),
        ],
    )
    def test_refused(self, market, changes, error):
        given = {"bond_yield": "1.75", "bond_yield_source": "来源", "add_on": "6"} | changes
        with pytest.raises(error):
            market.proposal(RevenueTerms(**given))
        assert RevenueDecision.objects.count() == 0
        assert Derivation.objects.count() == 0

    def test_without_assessment(self, market):
        survey = market.applied()
        with pytest.raises(services.AssessmentMissing):
            services.decide_permitted_revenue(
                survey_id=survey.id, terms=TERMS, assessment=" ", actor=market.price_authority, now=DECIDED
            )

    def test_without_application(self, market):
        with pytest.raises(services.WrongSurveyState):
            services.decide_permitted_revenue(
                survey_id=market.survey().id, terms=TERMS, assessment="有", actor=market.price_authority, now=DECIDED
            )

    def test_only_the_authorities(self, market):
        proposal = market.proposal()
        with pytest.raises(RoleRequired):
            services.concur_permitted_revenue(decision_id=proposal.id, actor=market.price_authority, now=DECIDED)

    def test_longer_cycle_needs_a_reason(self, market):
        proposal = market.proposal()
        with pytest.raises(services.CycleTooLong):
            services.concur_permitted_revenue(
                decision_id=proposal.id, years=4, actor=market.data_authority, now=DECIDED
            )
        decision = services.concur_permitted_revenue(
            decision_id=proposal.id, years=4, cycle_reason="与协议期限一致", actor=market.data_authority, now=DECIDED
        )
        assert decision.valid_until == date(2030, 9, 1)

    def test_withdrawn_can_be_decided_again(self, market):
        proposal = market.proposal()
        services.withdraw_permitted_revenue(
            decision_id=proposal.id, reason="加点过高", actor=market.data_authority, now=DECIDED
        )
        again = services.decide_permitted_revenue(
            survey_id=proposal.survey_id, terms=TERMS, assessment="有", actor=market.price_authority, now=DECIDED
        )
        assert again.state == "proposed"

    def test_overlapping_cycles(self, market):
        market.decision()
        survey = market.applied(year=2026, now=moment(2027, 3, 1))
        second = services.decide_permitted_revenue(
            survey_id=survey.id, terms=TERMS, assessment="有", actor=market.price_authority, now=moment(2027, 3, 2)
        )
        with pytest.raises(services.PeriodsOverlap) as refused:
            services.concur_permitted_revenue(
                decision_id=second.id, actor=market.data_authority, now=moment(2027, 3, 2)
            )
        assert refused.value.ends == date(2029, 9, 1)

    def test_simulation_stores_nothing(self, market):
        survey = market.applied()
        derived = queries.simulate(survey.id, TERMS, now=DECIDED)
        assert derived.result.value == "975875.53875"
        assert Derivation.objects.count() == 0


class TestCeilingsAndFees:
    def test_within_permitted_revenue(self, market):
        ceiling = queries.ceiling(market.ceiling("0.16"))
        tree = queries.derivation_tree(ceiling.derivation_id, language="zh")
        assert tree["value"] == "15875.53875"  # 975875.53875 - 600000 × 0.16 × 10
        assert "上限收费标准" in queries.ceiling_reports(market.agreement)[0][1]

    def test_beyond_permitted_revenue(self, market):
        with pytest.raises(CeilingsExceedPermittedRevenue) as refused:
            market.ceiling("0.17")
        assert refused.value.expected == Decimal(1_020_000)
        assert refused.value.permitted == Decimal("975875.53875")
        assert Ceiling.objects.count() == 0

    def test_all_ceilings_count_together(self, market):
        decision = market.decision()
        market.ceiling("0.16", decision=decision)
        with pytest.raises(CeilingsExceedPermittedRevenue):
            services.set_ceilings(
                decision_id=decision.id,
                ceilings=[
                    CeilingRequest(
                        product_id=market.product,
                        form=ChargingForm.PER_PERIOD,
                        unit="元/年",
                        tiers=flat(Decimal(16000)),
                        expected_quantity=Decimal(1),
                    )
                ],
                actor=market.body,
                now=PRICED,
            )

    def test_fee_under_ceiling_ends_the_trial(self, market):
        market.trial_fee()
        fee = market.fee()
        assert fee.kind is FeeKind.GUIDED
        (current,) = queries.fees(market.product, now=NOW)
        assert current.unit_price == Decimal("0.12")
        assert [one.kind for one in queries.fee_history(market.product)] == [FeeKind.GUIDED, FeeKind.TRIAL]
        assert [one.id for one in queries.fee_decisions(market.product, now=NOW)]

    def test_fee_above_ceiling(self, market):
        market.ceiling("0.15")
        with pytest.raises(FeeAboveCeiling) as refused:
            market.set_fee("0.150001")
        assert (refused.value.fee, refused.value.ceiling) == (Decimal("0.150001"), Decimal("0.15"))
        assert "0.150001" in refused.value.sentence("zh")
        assert Fee.objects.count() == 0

    def test_database_refuses_a_fee_above_its_ceiling(self, market):
        fee = market.fee()
        row = Fee.objects.get(public_id=fee.id)
        row.pk, row.public_id, row.entry_id, row.form = None, uuid4(), uuid4(), "per_period"
        row.top_price = Decimal(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_fee_without_ceiling(self, market):
        with pytest.raises(services.NoCeiling):
            market.set_fee("0.1")

    def test_lowered_ceiling_ends_the_fee(self, market):
        decision = market.decision()
        market.ceiling("0.15", decision=decision)
        market.set_fee("0.15")
        market.ceiling("0.10", decision=decision, now=moment(2026, 10, 1))
        assert queries.fees(market.product, now=NOW) == ()
        with pytest.raises(queries.NoFee):
            quoted(market)

    def test_tiers(self, market):
        decision = market.decision()
        tiers = (Tier(Decimal(0), Decimal("0.2")), Tier(Decimal(1000), Decimal("0.1")))
        services.set_ceilings(
            decision_id=decision.id,
            ceilings=[
                CeilingRequest(
                    product_id=market.product,
                    form=ChargingForm.PER_CALL,
                    tiers=tiers,
                    expected_quantity=Decimal(500_000),
                    customers=10,
                )
            ],
            actor=market.body,
            now=PRICED,
        )
        with pytest.raises(FeeAboveCeiling) as refused:
            market.set_fee("0.12")
        assert refused.value.above == 1000
        services.set_fee(
            product_id=market.product, form=ChargingForm.PER_CALL, price=tiers, actor=market.operator, now=PRICED
        )
        assert quoted(market, 1500).total == Money.of("250.00")  # 1000 × 0.2 + 500 × 0.1

    def test_fees_cannot_be_edited_in_the_table(self, market):
        market.fee()
        with pytest.raises(DatabaseError), transaction.atomic():
            Fee.objects.update(top_price=Decimal("0.01"))

    def test_touched_by_an_article(self, market):
        market.fee()
        touched = queries.touched_by("发改价格〔2025〕65号", "三(一)", now=NOW)
        assert len(touched.decisions) == 1
        assert len(touched.fees) == 1
        assert "pricing.formula.profit_rate" in touched.rules
        assert {rate.name for rate in touched.rates} == {"profit_add_on_cap", "profit_add_on_floor"}


class TestQuotes:
    def test_trial_quote(self, market):
        market.trial_fee("0.2")
        quote = quoted(market, 1234)
        assert (quote.total, quote.unit_price, quote.kind) == (Money.of("246.80"), Decimal("0.2"), FeeKind.TRIAL)
        assert queries.quote(quote.id) == quote

    def test_rounds_once_half_up(self, market):
        market.trial_fee("0.0005")
        assert quoted(market, 10).total == Money.of("0.01")
        assert quoted(market, 9).total == Money(0)

    def test_free_for_public_interest(self, market):
        market.trial_fee("0.2")
        quote = quoted(market, 1000, Scenario.PUBLIC_INTEREST)
        assert (quote.total, quote.free, quote.confirmed) == (Money(0), True, False)
        assert queries.derivation(quote.derivation_id).tree["inputs"][0]["id"] == "free"

    def test_confirmed_after_the_agency_confirms(self, market):
        market.trial_fee("0.2")
        declared = services.declare_scenario(
            product_id=market.product,
            scenario=Scenario.PUBLIC_INTEREST,
            title_zh="罕见病救助测算",
            purpose="为公益救助基金测算费用",
            actor=market.buyer,
            now=NOW,
        )
        services.confirm_scenario(application_id=declared.id, actor=market.body, now=NOW)
        assert quoted(market, 1000, Scenario.PUBLIC_INTEREST).confirmed is True
        assert [one.title_zh for one in queries.case_library()] == ["罕见病救助测算"]

    def test_reduction(self, market):
        market.trial_fee("0.2")
        declared = services.declare_scenario(
            product_id=market.product,
            scenario=Scenario.INDUSTRY,
            title_zh="小微企业普惠保险",
            purpose="普惠保险定价",
            actor=market.buyer,
            now=NOW,
        )
        services.confirm_scenario(
            application_id=declared.id, actor=market.body, now=NOW, reduction="30", reason="省级支持场景"
        )
        quote = quoted(market, 1000)
        assert quote.total == Money.of("140.00")
        assert replay.replay(queries.derivation(quote.derivation_id).document)

    def test_other_agency_cannot_confirm(self, market):
        declared = services.declare_scenario(
            product_id=market.product,
            scenario=Scenario.PUBLIC_INTEREST,
            title_zh="公益",
            purpose="公益",
            actor=market.buyer,
            now=NOW,
        )
        with pytest.raises((RoleRequired, OtherOrganisation)):
            services.confirm_scenario(application_id=declared.id, actor=market.price_authority, now=NOW)

    @pytest.mark.parametrize("quantity", ["NaN", "1e400", "-1", "1.5", "0"])
    def test_absurd_quantities(self, market, quantity):
        market.trial_fee("0.2")
        with pytest.raises(Exception) as refused:  # noqa: PT011 - the code is checked below
            quoted(market, quantity)
        assert refused.value.code.startswith("pricing.")
        assert Quote.objects.count() == 0

    def test_old_quote_stays_when_the_fee_changes(self, market):
        market.trial_fee("0.2")
        before = quoted(market, 1000, now=moment(2025, 8, 10))
        document = queries.derivation(before.derivation_id).document
        market.trial_fee("0.1", now=moment(2025, 9, 1))
        assert quoted(market, 1000).total == Money.of("100.00")
        assert queries.quote(before.id).total == Money.of("200.00")
        assert replay.replay(document) == document

    def test_entry_hides_the_total(self, market):
        market.trial_fee("0.2")
        payload = ledger.entry(quoted(market).entry_id).payload
        assert "total" not in payload
        assert set(payload["commitments"]) == {"quantity", "total"}

    def test_trace_reaches_the_agreement(self, market):
        market.fee()
        kinds = [entry.kind for entry in ledger.trace(quoted(market).entry_id)]
        for kind in ("agreement.concluded", "survey.submitted", "revenue.decided", "ceiling.set", "fee.set"):
            assert kind in kinds

    def test_quotes_cannot_be_changed_in_the_table(self, market):
        market.trial_fee("0.2")
        quoted(market)
        with pytest.raises(DatabaseError), transaction.atomic():
            Quote.objects.update(total=1)


class TestIncome:
    def test_review_within_and_beyond_the_threshold(self, market):
        market.fee()
        for month, amount in ((date(2026, 9, 1), "400000"), (date(2026, 10, 1), "450000")):
            services.record_income(
                agreement_id=market.agreement,
                month=month,
                lines=[IncomeLine(product_id=market.product, amount=Money.of(amount), quantity=Decimal(10))],
                actor=market.operator,
                now=NOW,
            )
        assert queries.income_by_month(market.agreement, year=2026)[-1][2] == Money.of("850000")
        review = services.review_year(
            agreement_id=market.agreement, year=2026, actor=market.body, now=moment(2027, 2, 1)
        )
        assert review.deviation == Decimal("12.8987")  # |850000 − 975875.53875| ÷ 975875.53875
        assert review.adjuster == "authorising_body"
        with pytest.raises(services.NothingToReview):
            services.review_year(agreement_id=market.agreement, year=2026, actor=market.body, now=moment(2027, 2, 2))

    def test_a_month_once(self, market):
        lines = [IncomeLine(product_id=market.product, amount=Money.of("1"))]
        services.record_income(
            agreement_id=market.agreement, month=date(2026, 9, 1), lines=lines, actor=market.operator, now=NOW
        )
        with pytest.raises(services.IncomeRecorded):
            services.record_income(
                agreement_id=market.agreement, month=date(2026, 9, 3), lines=lines, actor=market.operator, now=NOW
            )


def test_lines_of_the_factory_add_up():
    assert sum(line.amount for line in LINES) == Decimal("1000000.50")
