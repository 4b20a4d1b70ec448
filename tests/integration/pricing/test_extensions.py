"""What deepens the price story: local parameters, evidence, plans, reviews as duties, reports, sharing, valuation."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from kernel.actors import OtherOrganisation, RoleRequired
from kernel.money import Money
from kernel.signer import Ed25519Signer
from ledger import queries as ledger
from pricing import articles, parameters, queries, replay, services, tasks
from pricing.evidence import EvidenceRefused
from pricing.figures import FigureOutOfRange
from pricing.formula import AddOnOutsideCap
from pricing.models import Duty, Evidence, ParameterRow, Plan, Quote, Valuation
from pricing.parameters import LooserThanNational, NotAParameter
from pricing.plans import PlanAboveCeiling, PlanKind, PlanOfOtherForm
from pricing.queries.calculation import QuantityOfPlan
from pricing.survey import CostLine, Use
from pricing.types import ContactView, IncomeLine
from pricing.units import ChargingForm, Scenario
from pricing.valuation import RawResourceNotValued
from registry import queries as registry
from registry import services as registry_services
from tests.factories.pricing import AGREED, DECIDED, LINES, NOW, PRICED, SURVEYED, TERMS, TRIAL, moment

pytestmark = pytest.mark.django_db


def entered(market, **changes):
    given = {
        "name": parameters.ADD_ON_CAP,
        "value": "4",
        "jurisdiction": "350000",
        "document": "闽发改价格〔2026〕1号",
        "article": "第三条",
        "source": "省发展改革委公开文本（演示）",
        "valid_from": date(2026, 8, 1),
        "actor": market.price_authority,
        "now": SURVEYED,
    }
    return services.enter_parameter(**(given | changes))


class TestParameters:
    def test_a_province_row_decides_there_and_later_only(self, market):
        region = queries.region_of(market.agreement)
        place = f"{region[:2]}0000"
        before = queries.rate_in_force(parameters.ADD_ON_CAP, on=date(2026, 9, 1), region=region)
        entered(market, jurisdiction=place)
        found = queries.rate_in_force(parameters.ADD_ON_CAP, on=date(2026, 9, 1), region=region)
        assert (before.value, before.jurisdiction) == (Decimal(6), "CN")
        assert (found.value, found.version) == (Decimal(4), f"{place}@2026-08-01")
        assert queries.rate_in_force(parameters.ADD_ON_CAP, on=date(2026, 7, 31), region=region).value == 6
        assert queries.rate_in_force(parameters.ADD_ON_CAP, on=date(2026, 9, 1), region="610000").value == 6
        with pytest.raises(AddOnOutsideCap):
            market.proposal()
        decision = queries.derivation(market_decision(market).derivation_id)
        assert decision.arguments["parameters"][parameters.ADD_ON_CAP]["jurisdiction"] == place

    def test_old_decisions_stand(self, market):
        decision = market.decision()
        entered(market, jurisdiction="CN", value="2", valid_from=date(2026, 10, 1))
        assert services.verify_derivation(derivation_id=decision.derivation_id).tree["value"] == "975875.53875"

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"value": "6.5"}, LooserThanNational),
            ({"name": "wine"}, NotAParameter),
            ({"jurisdiction": "Fujian"}, NotAParameter),
            ({"value": "-1"}, FigureOutOfRange),
            ({"source": " "}, services.ReasonMissing),
            ({"valid_until": date(2026, 8, 1)}, services.ParameterOverlaps),
        ],
    )
    def test_refused(self, market, changes, error):
        with pytest.raises(error):
            entered(market, **changes)
        assert ParameterRow.objects.count() == 0

    def test_never_twice_never_edited_never_by_others(self, market):
        entered(market)
        with pytest.raises(services.ParameterOverlaps):
            entered(market, value="3")
        with pytest.raises(RoleRequired):
            entered(market, actor=market.operator)
        for act in (lambda: ParameterRow.objects.update(value=9), lambda: ParameterRow.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()

    def test_articles_find_entered_rows(self, market):
        entered(market)
        touched = queries.touched_by("闽发改价格〔2026〕1号", "第三条", now=NOW)
        assert [(one.name, one.value) for one in touched.rates] == [(parameters.ADD_ON_CAP, Decimal(4))]
        assert any(one.entry_id for one in queries.parameter_list())


def market_decision(market):
    (survey,) = (one for one in queries.surveys() if one.state == "applied")
    return services.decide_permitted_revenue(
        survey_id=survey.id,
        terms=replace(TERMS, add_on="4"),
        assessment="具备定价基础",
        actor=market.price_authority,
        now=DECIDED,
    )


class TestCosts:
    def test_a_lines_own_subsidy_does_not_enter(self, market):
        lines = (
            *LINES[:1],
            CostLine("staff", Use.INDUSTRY, Decimal("300.00"), subsidy=Decimal("100.00")),
            CostLine("period", Use.INDUSTRY, Decimal("0.50")),
        )
        survey = market.applied(lines=lines, books_total=Money.of("400300.50"), subsidy=Money(0))
        derived = queries.simulate(survey.id, TERMS, now=DECIDED)
        assert derived.result.find("operating_cost").value == "400200.50"
        assert replay.replay(derived.document) == derived.document

    def test_evidence_is_kept_by_digest(self, market):
        survey, content = market.survey(), b"%PDF-1.7 invoice"
        view = services.add_evidence(
            survey_id=survey.id, name="C:\\凭证\\发票.pdf", content=content, actor=market.operator, now=SURVEYED
        )
        assert (view.name, view.size, view.sha256) == ("发票.pdf", 16, hashlib.sha256(content).hexdigest())
        assert queries.visible_evidence(view.id, actor=market.operator)[1] == content
        assert ledger.entry(view.entry_id).payload["sha256"] == view.sha256
        with pytest.raises(services.EvidenceHeld):
            services.add_evidence(
                survey_id=survey.id, name="again.pdf", content=content, actor=market.operator, now=SURVEYED
            )
        with pytest.raises(queries.NoSuch):
            queries.visible_evidence(view.id, actor=market.buyer)

    @pytest.mark.parametrize("given", [("a.pdf", b"MZ"), ("a.exe", b"MZ"), ("", b"%PDF-"), ("a.pdf", b"")])
    def test_evidence_refused(self, market, given):
        survey = market.survey()
        with pytest.raises(EvidenceRefused):
            services.add_evidence(
                survey_id=survey.id, name=given[0], content=given[1], actor=market.operator, now=SURVEYED
            )
        assert Evidence.objects.count() == 0


def planned(market, price="100.00", **changes):
    given = {
        "product_id": market.product,
        "kind": PlanKind.VOLUME,
        "name_zh": "千次包",
        "name_en": "A thousand calls",
        "form": ChargingForm.PER_CALL,
        "quantity": "1000",
        "price": Money.of(price),
        "actor": market.operator,
        "now": PRICED,
    }
    return services.set_plan(**(given | changes))


def quoted(market, **changes):
    given = {
        "product_id": market.product,
        "form": ChargingForm.PER_CALL,
        "quantity": "1000",
        "scenario": Scenario.INDUSTRY,
        "actor": market.buyer,
        "now": NOW,
    }
    return services.quote(**(given | changes))


class TestPlans:
    def test_a_plan_is_quoted_with_its_reasons(self, market):
        market.fee()
        plan = planned(market)
        quote = quoted(market, plan_id=plan.id)
        assert (quote.total, quoted(market).total) == (Money.of("100.00"), Money.of("120.00"))
        view = services.verify_derivation(derivation_id=quote.derivation_id)
        charge = view.tree["inputs"][0]
        assert (charge["name_zh"], charge["inputs"][0]["value"]) == ("方案：千次包", "150.00")
        with pytest.raises(QuantityOfPlan):
            quoted(market, plan_id=plan.id, quantity="999")

    def test_never_above_the_ceiling(self, market):
        market.fee()
        with pytest.raises(PlanAboveCeiling) as refused:
            planned(market, "150.01")
        assert (refused.value.price, refused.value.limit) == (Decimal("150.01"), Decimal("150.00"))
        with pytest.raises(PlanOfOtherForm):
            planned(market, kind=PlanKind.SUBSCRIPTION)
        with pytest.raises(services.OfferUnclear):
            planned(market, name_en=" ")
        assert Plan.objects.count() == 0

    def test_ends_once(self, market):
        market.fee()
        plan = planned(market)
        services.end_plan(plan_id=plan.id, actor=market.operator, now=NOW)
        with pytest.raises(services.PlanEnded):
            services.end_plan(plan_id=plan.id, actor=market.operator, now=NOW)
        with pytest.raises(queries.NoSuch):
            quoted(market, plan_id=plan.id)
        assert Quote.objects.count() == 0

    def test_a_promotion_lowers_while_it_runs(self, market):
        market.fee()
        services.set_promotion(
            product_id=market.product,
            name_zh="开业优惠",
            name_en="Opening",
            percent="25",
            valid_from=PRICED,
            valid_until=NOW + timedelta(days=1),
            actor=market.operator,
            now=PRICED,
        )
        assert quoted(market).total == Money.of("90.00")
        assert quoted(market, now=NOW + timedelta(days=2)).total == Money.of("120.00")


class TestReviews:
    def income(self, market, amount):
        market.fee()
        services.record_income(
            agreement_id=market.agreement,
            month=date(2026, 12, 1),
            lines=[IncomeLine(product_id=market.product, amount=Money.of(amount), quantity=Decimal(10))],
            actor=market.operator,
            now=moment(2027, 1, 5),
        )

    def test_small_deviation_is_the_operators_until_a_fee_is_set(self, market):
        self.income(market, "900000.00")
        assert tasks.review_last_year(now=moment(2027, 1, 6)) == 1
        assert tasks.review_last_year(now=moment(2027, 1, 7)) == 0
        owed = {one.kind: one for one in queries.duties(agreement_id=market.agreement)}
        assert owed["adjust_fees"].role == "operator"
        assert (owed["report"].role, owed["report"].due_on) == ("authorising_body", date(2027, 3, 31))
        assert [one.kind for one in queries.duties(operator_id=market.operator.organisation_id, role="operator")] == [
            "adjust_fees"
        ]
        market.set_fee("0.11", now=moment(2027, 1, 8))
        assert [one.kind for one in queries.duties(agreement_id=market.agreement)] == ["report"]

    def test_large_deviation_is_the_authorising_bodys(self, market):
        self.income(market, "500000.00")
        tasks.review_last_year(now=moment(2027, 1, 6))
        assert {one.kind for one in queries.duties(role="authorising_body")} == {"adjust_ceilings", "report"}

    def test_waits_for_december_until_march(self, market):
        market.fee()
        assert tasks.review_last_year(now=moment(2027, 2, 28)) == 0
        assert tasks.review_last_year(now=moment(2027, 3, 1)) == 1

    def test_report_is_filed_once_and_frozen(self, market):
        self.income(market, "900000.00")
        tasks.review_last_year(now=moment(2027, 1, 6))
        report = queries.yearly_report(market.agreement, year=2026)
        text = "\n".join(" ".join(row) for row in queries.as_rows(report))
        for words in (
            "经营成本",
            "900000.00",
            "利润",
            "住院费用统计查询服务",
            "7.7751%",
            "制定上限收费标准",
            "0.12 元/次",
        ):
            assert words in text
        assert report.article == str(articles.REPORT)
        given = {"agreement_id": market.agreement, "year": 2026, "now": moment(2027, 3, 1)}
        services.file_report(actor=market.body, **given)
        assert not Duty.objects.filter(kind="report", done_at=None).exists()
        with pytest.raises(services.ReportFiled):
            services.file_report(actor=market.body, **given)
        with pytest.raises(RoleRequired):
            services.file_report(actor=market.operator, **given)

    def test_disclosure_has_every_field(self, market):
        market.fee()
        contact = ContactView("福州市鼓楼区 1 号", "350001", "data@example.cn", "0591-12345678", "张三")
        for actor in (market.operator, market.body):
            services.state_contact(contact=contact, actor=actor, now=NOW)
        with pytest.raises(services.ContactIncomplete):
            services.state_contact(contact=ContactView("x"), actor=market.body, now=NOW)
        text = "\n".join(" ".join(row) for row in queries.as_rows(queries.disclosure(market.agreement, now=NOW)))
        for words in (
            "统一社会信用代码",
            "地址（含邮编） 福州市鼓楼区 1 号（邮编 350001）",
            "固定电话",
            "登记完成情况 已登记",
            "已授权公共数据资源名称",
            "登记确认单编号",
            "授权运营方式",
            "0.15 元/次",
            "运营期限",
            "联系人",
            "应用场景",
            "0.12 元/次",
        ):
            assert words in text


class TestSharing:
    def test_shared_over_the_products_resources(self, market):
        code = market.world_code()
        measure = {"measure": {"weights": {"字段一": "2"}, "resources": {code: ["字段一"]}}}
        given = {"product_id": market.product, "amount": Money.of("100.00"), "actor": market.operator, "now": NOW}
        made = services.share_revenue(measure=measure, **given)
        view = services.verify_derivation(derivation_id=made.derivation_id)
        assert (view.version, view.tree["inputs"][0]["value"]) == (2, "100.00")
        with pytest.raises(services.NotTheProductsResources):
            services.share_revenue(measure={"values": {"": "0", "A": "1"}}, **given)
        with pytest.raises(RoleRequired):
            services.share_revenue(measure=measure, **(given | {"actor": market.buyer}))

    def test_products_are_valued_and_resources_are_not(self, market):
        approaches = {"cost": {"rows": [{"name": "开发", "amount": "1000.00"}]}, "weights": {"cost": "100"}}
        given = {"approaches": approaches, "actor": market.operator, "now": NOW}
        made = services.value_product(product_id=market.product, **given)
        assert made.value == Money.of("1000.00")
        services.verify_derivation(derivation_id=made.derivation_id)
        with pytest.raises(RawResourceNotValued) as refused:
            services.value_product(product_id=market.resource(), **given)
        assert "第二十三条" in refused.value.law
        assert Valuation.objects.count() == 1

    def test_the_next_data_asset_certificate_says_the_value(self, market):
        signer, world = Ed25519Signer.generate("office"), market.world
        world.coded(world.application(market.product, product=True, now=AGREED), now=AGREED)
        registry_services.issue_certificates(signer=signer, now=PRICED)
        approaches = {
            "cost": {"rows": [{"name": "开发", "amount": "1000.50"}]},
            "income": {"rows": [{"net_income": "1080.00"}], "rate": "8"},
            "weights": {"cost": "50", "income": "50"},
        }
        made = services.value_product(product_id=market.product, approaches=approaches, actor=market.operator, now=NOW)
        (number,) = registry_services.issue_certificates(signer=signer, now=NOW + timedelta(minutes=1))
        assert registry_services.issue_certificates(signer=signer, now=NOW + timedelta(minutes=2)) == ()
        found = registry.certificate(number, now=NOW + timedelta(minutes=2))
        said = json.loads(found.credential)["credentialSubject"]
        assert (found.kind, found.version, found.state) == ("data_asset", 2, "valid")
        assert (said["valuationYuan"], said["valuationMethod"]) == ("1000.25", "cost_income")
        assert said["valuationEntry"] == f"urn:uuid:{made.entry_id}"
        assert said["valuedOn"] == f"{NOW:%Y-%m-%d}"
        before = registry.certificate(found.predecessor, now=NOW + timedelta(minutes=2))
        assert before.state == "superseded"
        assert "valuationYuan" not in json.loads(before.credential)["credentialSubject"]
        told = ledger.entries(subject=f"product:{market.product}", kind="asset.valued")[0]
        assert (told.refs, told.payload["method"]) == ((made.entry_id,), "cost_income")
        paper = registry.certificate_paper(found, now=NOW)
        facts = {one["en"]: one["value"] for one in paper["facts"]}
        assert facts["Valuation method"] == "成本法 Cost approach；收益法 Income approach"

    def test_another_organisations_operator_values_nothing(self, market):
        stranger = replace(market.operator, organisation_id=market.world.holder)
        approaches = {"cost": {"rows": [{"name": "开发", "amount": "1.00"}]}, "weights": {"cost": "100"}}
        with pytest.raises(OtherOrganisation):
            services.value_product(product_id=market.product, approaches=approaches, actor=stranger, now=NOW)
        assert ledger.entries(subject=f"product:{market.product}", kind="asset.valued") == ()
        assert Valuation.objects.count() == 0


def test_trial_fee_needs_no_decision(market):
    assert market.trial_fee(now=TRIAL).kind == "trial"
