"""The decision on permitted revenue and the ceilings and fees under it."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from kernel.actors import RoleRequired
from kernel.money import Money
from pricing import queries, replay, services
from pricing.ceilings import CeilingsExceedPermittedRevenue
from pricing.fees import FeeAboveCeiling, FeeKind
from pricing.figures import NotAFigure
from pricing.formula import AddOnOutsideCap, YieldMissing
from pricing.models import Ceiling, Derivation, Fee, RevenueDecision
from pricing.tariff import Tier, flat
from pricing.types import CeilingRequest, RevenueTerms
from pricing.units import ChargingForm, Scenario
from tests.factories.pricing import DECIDED, NOW, PRICED, TERMS, moment

pytestmark = pytest.mark.django_db


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
        assert "上限收费标准" in queries.ceiling_reports(market.agreement)[0].text_zh

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
