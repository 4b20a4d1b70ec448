"""What decisions rest on: yields and tax rates as parameters, the last cycle's excess; who may do and see what."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.actors import OtherOrganisation, RoleRequired
from kernel.law import NoRate
from kernel.money import Money
from ledger import queries as ledger
from pricing import parameters, queries, services
from pricing.formula import YieldMissing
from pricing.models import CeilingAct, CostSurvey, Distribution, ParameterRow, RevenueDecision
from pricing.parameters import YieldOfNoPastYear
from pricing.services.ceilings import NoProductOfClass
from pricing.survey import CostLine, HolderPaidTwice, Use
from pricing.tariff import flat
from pricing.types import CeilingRequest, IncomeLine
from pricing.units import ChargingForm
from registry.types import Role
from tests.factories.pricing import DECIDED, LINES, NOW, PRICED, SURVEYED, TERMS, moment
from tests.factories.registry import member
from tests.integration.pricing.test_pages import call, client_of, page

pytestmark = pytest.mark.django_db
FORMS = ("set-fee", "set-plan", "set-promotion", "share", "share-fixed", "value", "declare")


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def entered(market, name, value, **changes):
    given = {
        "name": name,
        "value": value,
        "jurisdiction": "CN",
        "document": "发改价格〔2025〕65号",
        "article": "三(一)",
        "source": "中国债券信息网 2025 年 10 年期国债收益率年平均（演示数据）",
        "valid_from": date(2025, 1, 1),
        "actor": market.price_authority,
        "now": SURVEYED,
    }
    return services.enter_parameter(**(given | changes))


def decided(market, survey, terms, *, now=DECIDED):
    return services.decide_permitted_revenue(
        survey_id=survey.id, terms=terms, assessment="具备定价基础", actor=market.price_authority, now=now
    )


class TestYields:
    def test_the_mean_of_the_year_before_the_survey_is_taken_with_its_source_and_version(self, market):
        row = entered(market, parameters.BOND_YIELD, "1.7512")
        assert (row.valid_from, row.valid_until) == (date(2025, 1, 1), date(2026, 1, 1))
        decision = decided(market, market.applied(), replace(TERMS, bond_yield="", bond_yield_source=""))
        assert (decision.bond_yield, decision.bond_yield_year) == (Decimal("1.7512"), 2025)
        assert decision.bond_yield_source.endswith("版本 CN@2025-01-01")
        arguments = services.verify_derivation(derivation_id=decision.derivation_id).arguments
        assert arguments["parameters"][parameters.BOND_YIELD]["value"] == "1.7512"
        assert [one.id for one in queries.touched_by("发改价格〔2025〕65号", "三(一)", now=NOW).decisions] == []

    def test_another_figure_is_refused_with_both(self, market):
        entered(market, parameters.BOND_YIELD, "1.7512")
        survey = market.applied()
        with pytest.raises(queries.YieldDiffers) as refused:
            decided(market, survey, TERMS)
        assert (refused.value.given, refused.value.entered, refused.value.year) == (
            Decimal("1.75"),
            Decimal("1.7512"),
            2025,
        )
        assert refused.value.law == "发改价格〔2025〕65号 三(一)"
        assert RevenueDecision.objects.count() == 0
        assert queries.simulate(survey.id, replace(TERMS, bond_yield="1.7512"), now=DECIDED)

    def test_missing_where_neither_is_there(self, market):
        with pytest.raises(YieldMissing, match="2025"):
            decided(market, market.applied(), replace(TERMS, bond_yield=""))
        assert RevenueDecision.objects.count() == 0

    @pytest.mark.parametrize(
        "changes",
        [
            {"valid_from": date(2026, 1, 1)},
            {"valid_from": date(2025, 1, 2)},
            {"jurisdiction": "350000"},
            {"valid_until": date(2027, 1, 1)},
            {"valid_from": date(9999, 1, 1)},
        ],
    )
    def test_only_of_one_whole_year_that_is_over(self, market, changes):
        with pytest.raises(YieldOfNoPastYear):
            entered(market, parameters.BOND_YIELD, "1.75", **changes)
        assert ParameterRow.objects.count() == 0


class TestTaxRate:
    def test_tax_by_the_rate_in_force(self, market):
        survey = market.applied()
        with pytest.raises(NoRate):
            decided(market, survey, replace(TERMS, tax=None))
        entered(market, parameters.TAX_RATE, "0.72", valid_from=date(2026, 1, 1), source="省税务局（演示）")
        decision = decided(market, survey, replace(TERMS, tax=None))
        tree = services.verify_derivation(derivation_id=decision.derivation_id).tree
        (tax,) = (one for one in tree["inputs"] if one["id"] == "tax")
        assert tax["value"] == "6594.30"  # (850000.50 + 65875.03875) × 0.72 %
        assert tax["inputs"][0]["source"] == "版本 CN@2026-01-01"
        assert decision.permitted_revenue == Decimal("922469.83875")

    def test_figures_of_many_decimals_are_kept_rounded_down(self, market):
        lines = (CostLine("platform", Use.INDUSTRY, Decimal("1000.01"), "", "", Decimal("33.3333"), "工时"),)
        survey = market.applied(lines=lines, books_total=Money.of("1000.01"), subsidy=Money(0))
        decision = decided(market, survey, replace(TERMS, bond_yield="1.7512", tax=Money(0)))
        exact = Decimal("1000.01") * Decimal("0.333333") * Decimal("1.077512")
        assert Decimal(queries.derivation(decision.derivation_id).tree["value"]) == exact
        assert decision.permitted_revenue == Decimal("359.17389919")
        assert decision.permitted_revenue <= exact
        assert ledger.entry(decision.entry_id).payload["permitted_revenue"] == "359.17389919"


class TestExcess:
    def test_what_the_last_cycle_took_too_much_cannot_be_left_out(self, market):
        market.fee()
        services.record_income(
            agreement_id=market.agreement,
            month=date(2026, 12, 1),
            lines=[IncomeLine(product_id=market.product, amount=Money.of("1000000.00"))],
            actor=market.operator,
            now=moment(2027, 1, 5),
        )
        later = moment(2029, 9, 2)
        services.review_year(agreement_id=market.agreement, year=2026, actor=market.body, now=moment(2027, 1, 6))
        assert queries.known_excess(market.agreement) == Money.of("24124.46")  # 1000000.00 − 975875.53875
        survey = market.applied(now=later, year=2028)
        with pytest.raises(services.ExcessUnderstated) as refused:
            decided(market, survey, replace(TERMS, previous_excess=Money.of("24124.45")), now=later)
        assert (refused.value.given, refused.value.known) == (Decimal("24124.45"), Decimal("24124.46"))
        assert refused.value.law == "发改价格〔2025〕65号 四 第一款"
        assert RevenueDecision.objects.count() == 1
        shown = client_of(market.price_authority).get(reverse("pricing:decide", args=[survey.id]))
        assert 'value="24124.46"' in shown.content.decode()
        spread = replace(TERMS, previous_excess=Money.of("24124.46"), excess_deducted=Money.of("10000.00"))
        second = decided(market, survey, spread, now=later)
        assert second.permitted_revenue == Decimal("965875.53875")
        services.concur_permitted_revenue(decision_id=second.id, actor=market.data_authority, now=later)
        assert queries.known_excess(market.agreement) == Money.of("14124.46")  # what is left for later cycles

    def test_a_shortfall_counts_as_nothing(self, market):
        market.decision()
        services.review_year(agreement_id=market.agreement, year=2026, actor=market.body, now=moment(2027, 3, 1))
        assert queries.known_excess(market.agreement) == Money(0)


class TestCosts:
    @pytest.mark.parametrize("product", ["x", "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10"])
    def test_a_line_names_a_product_of_the_agreement(self, market, product):
        lines = (LINES[0], replace(LINES[1], product=product), *LINES[2:])
        with pytest.raises(services.LineOfOtherProduct) as refused:
            market.survey(lines=lines)
        assert (refused.value.line, refused.value.product) == (2, product)
        assert str(market.product) in refused.value.products
        assert CostSurvey.objects.count() == 0
        assert market.survey(lines=(LINES[0], replace(LINES[1], product=str(market.product)), *LINES[2:]))

    def test_holders_are_paid_as_cost_or_by_contribution_never_both(self, market):
        bought = (*LINES, CostLine("acquisition", Use.INDUSTRY, Decimal("10.00"), "数据获取"))
        measure = {"values": {"": "0", market.world_code(): "1"}}
        given = {"product_id": market.product, "amount": Money.of("100.00"), "actor": market.operator, "now": NOW}
        market.survey(lines=bought, books_total=Money.of("1000010.50"))
        with pytest.raises(HolderPaidTwice) as refused:
            services.share_revenue(measure=measure, **given)
        assert refused.value.acquisition == Decimal("10.00")
        assert Distribution.objects.count() == 0
        market.survey()
        services.share_revenue(measure=measure, **given)
        with pytest.raises(HolderPaidTwice):
            market.survey(lines=bought, books_total=Money.of("1000010.50"))
        assert CostSurvey.objects.count() == 2


class TestClasses:
    def request(self, market, **changes):
        given = {
            "product_class": "02",
            "form": ChargingForm.PER_CALL,
            "tiers": flat(Decimal("0.15")),
            "expected_quantity": Decimal(600_000),
            "customers": 10,
        }
        return CeilingRequest(**(given | changes))

    def test_a_ceiling_for_a_class_is_one_for_each_of_its_products(self, market):
        decision = market.decision()
        rows = services.set_ceilings(
            decision_id=decision.id, ceilings=[self.request(market)], actor=market.body, now=PRICED
        )
        assert [one.product_id for one in rows] == [market.product]
        with pytest.raises(NoProductOfClass) as refused:
            services.set_ceilings(
                decision_id=decision.id, ceilings=[self.request(market, product_class="04")], actor=market.body, now=NOW
            )
        assert (refused.value.product_class, refused.value.classes) == ("04", "02")
        assert CeilingAct.objects.count() == 1

    def test_by_page_and_over_http(self, market):
        decision, body = market.decision(), client_of(market.body)
        assert "Every product of the class API" in page(body, "set-ceiling", decision.id)
        given = {"product": "every:02", "priced": "per_call|元/次", "price": "0.1", "expected_quantity": "10"}
        body.post(reverse("pricing:set-ceiling", args=[decision.id]), given | {"customers": "1", "confirmed": "on"})
        (made,) = queries.ceilings(market.product, now=NOW)
        assert made.tiers == flat(Decimal("0.1"))
        ceiling = {"product_class": "02", "form": "per_call", "tiers": [{"above": "0", "unit_price": "0.05"}]}
        asked = {"ceilings": [ceiling | {"expected_quantity": "10"}]}
        status, told = call(body, "POST", f"decisions/{decision.id}/ceilings", asked)
        assert (status, told[0]["product_id"]) == (201, str(market.product))


class TestDays:
    def test_the_price_of_another_day(self, market):
        market.fee("0.12")
        market.set_fee("0.10", now=moment(2026, 10, 1))
        path = f"price?product_id={market.product}&form=per_call&quantity=1000&scenario=industry"
        told = {
            on: call(Client(), "GET", f"{path}{on}")
            for on in ("", "&on=2026-09-30", "&on=2026-09-09", "&on=2024-12-31")
        }
        assert [(status, answer.get("total")) for status, answer in told.values()] == [
            (200, "100.00"),
            (200, "120.00"),
            (409, None),
            (422, None),
        ]
        asked = {"priced": "per_call|元/次", "quantity": "1000", "scenario": "industry", "on": "2026-09-30"}
        assert "¥120.00" in page(Client(), "product", market.product, **asked)

    def test_simulation_over_http(self, market):
        survey, path = market.applied(), "surveys/{}/simulation?bond_yield=1.75&tax=60000.00"
        status, rows = call(client_of(market.price_authority), "GET", path.format(survey.id))
        assert (status, len(rows)) == (200, 7)
        assert rows[6] == {
            "add_on": "6",
            "profit_rate": "7.75",
            "permitted_profit": "65875.03875",
            "permitted_revenue": "975875.53875",
        }
        assert RevenueDecision.objects.count() == 0
        assert call(client_of(market.operator), "GET", path.format(survey.id))[0] == 403
        assert call(client_of(market.price_authority), "GET", path.format(uuid4()))[0] == 404


class TestParties:
    def test_each_party_shares_in_its_own_role_only(self, market):
        world = market.world
        given = {"product_id": market.product, "amount": Money.of("1.00"), "now": NOW}
        for actor, error in (
            (member(world.operating, Role.IMPLEMENTING_AGENCY), RoleRequired),
            (member(world.agency, Role.OPERATOR), RoleRequired),
            (member(world.holder, Role.OPERATOR, Role.IMPLEMENTING_AGENCY), OtherOrganisation),
        ):
            with pytest.raises(error):
                services.share_fixed(actor=actor, **given)
            with pytest.raises(error):
                services.share_revenue(measure={"values": {"": "0", market.world_code(): "1"}}, actor=actor, **given)
        assert Distribution.objects.count() == 0
        for actor in (market.operator, member(world.agency, Role.IMPLEMENTING_AGENCY)):
            assert services.share_fixed(actor=actor, **given).amount == Money.of("1.00")

    @pytest.mark.parametrize(
        "name", ["set-fee", "set-plan", "set-promotion", "share", "share-fixed", "value", "declare"]
    )
    def test_strangers_do_not_learn_of_a_product_that_is_neither_registered_nor_priced(self, market, name):
        address = reverse(f"pricing:{name}", args=[market.product])
        nowhere = reverse(f"pricing:{name}", args=[uuid4()])
        stranger = client_of(market.buyer)
        told = [stranger.get(one) for one in (address, nowhere)]
        assert [one.status_code for one in told] == [404, 404]
        assert "住院费用统计查询服务" not in told[0].content.decode()
        assert Client().get(reverse("pricing:product", args=[market.product])).status_code == 404
        market.trial_fee(now=moment(2025, 8, 4))
        assert Client().get(reverse("pricing:product", args=[market.product])).status_code == 200
        assert stranger.get(address).status_code == (200 if name == "declare" else 403)

    def test_what_a_buyer_declares_is_shown_to_the_agency_that_answers(self, market):
        market.fee()
        services.declare_scenario(
            product_id=market.product,
            scenario="public_interest",
            title_zh="测算",
            purpose="内部用途说明",
            actor=market.buyer,
            now=NOW,
        )
        (use,) = queries.applications()
        assert "内部用途说明" in page(client_of(market.body), "confirm", use.id)
        for actor in (market.operator, market.price_authority, member(market.world.holder, Role.IMPLEMENTING_AGENCY)):
            for name in ("confirm", "refuse"):
                assert client_of(actor).get(reverse(f"pricing:{name}", args=[use.id])).status_code == 403
