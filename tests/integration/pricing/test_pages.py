"""Pricing's pages and API: what each person sees, and that each act goes through them."""

import json
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.money import Money
from pricing import queries
from pricing.models import Quote, RevenueDecision
from registry import services as registry
from tests.factories.pricing import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def client_of(actor, language="en"):
    client = Client(headers={"accept-language": language})
    client.force_login(get_user_model().objects.get(pk=actor.user_id))
    return client


def page(client, name, *args, **query):
    response = client.get(reverse(f"pricing:{name}", args=args), query)
    assert response.status_code == 200, response.content[:2000]
    return response.content.decode()


class TestPublic:
    def test_empty_fee_list(self):
        assert "No price is in force yet" in page(Client(headers={"accept-language": "en"}), "fees")
        assert "公示" in page(Client(headers={"accept-language": "zh-hans"}), "fees")

    def test_fee_list(self, market):
        market.fee()
        shown = page(Client(headers={"accept-language": "zh-hans"}), "fees")
        assert "住院费用统计查询服务" in shown
        assert "¥0.12" in shown
        assert "¥0.15" in shown
        assert "0.120000" in page(Client(), "fees-csv")

    def test_calculator(self, market):
        market.fee()
        shown = page(
            Client(headers={"accept-language": "zh-hans"}),
            "product",
            market.product,
            priced="per_call|元/次",
            quantity="1234",
            scenario="industry",
        )
        assert "¥148.08" in shown
        assert "上限收费标准" in shown
        assert "发改价格〔2025〕65号" in shown
        assert Quote.objects.count() == 0

    def test_calculator_refuses_in_words(self, market):
        market.fee()
        shown = page(
            Client(headers={"accept-language": "en"}),
            "product",
            market.product,
            priced="per_call|元/次",
            quantity="1e400",
            scenario="industry",
        )
        assert "not a plain decimal number" in shown

    def test_product_without_price(self, market):
        assert "No price is in force yet" in page(client_of(market.operator), "product", market.product)

    def test_decision_and_derivation(self, market):
        decision = market.decision()
        shown = page(Client(headers={"accept-language": "zh-hans"}), "decision", decision.id)
        assert "975,875.53875" in shown
        assert "准许利润率" in shown
        assert "identical to the byte" in page(
            Client(headers={"accept-language": "en"}), "derivation", decision.derivation_id
        )

    def test_agreement(self, market):
        market.fee()
        assert page(Client(), "agreement", market.agreement, year="2026")
        assert page(Client(), "agreement", market.agreement, year="nonsense")
        assert "agreement" in page(Client(), "agreement-csv", market.agreement)
        assert page(Client(), "cases")

    def test_strangers_do_not_see_surveys(self, market):
        survey = market.survey()
        assert client_of(market.buyer).get(reverse("pricing:survey", args=[survey.id])).status_code == 404
        assert Client().get(reverse("pricing:survey", args=[survey.id])).status_code == 302
        assert Client().get(reverse("pricing:decision", args=[uuid4()])).status_code == 404


class TestDesks:
    def test_cost_desk(self, market):
        market.survey()
        market.fee()
        client = client_of(market.operator)
        assert "Submit a cost survey" in page(client, "costs")
        assert client_of(market.buyer).get(reverse("pricing:costs")).status_code == 403

    def test_survey_with_bad_rows_names_each(self, market):
        client = client_of(market.operator)
        address = reverse("pricing:survey-new", args=[market.agreement])
        assert client.get(address).status_code == 200
        table = "head,use,amount\nplatform,industry,-1\nwine,industry,2\nstaff,industry,3"
        given = {"year": 2025, "table": table, "subsidy": "0", "books_total": "4", "confirmed": "on"}
        response = client.post(address, given)
        assert response.status_code == 422
        assert b"Row 2" in response.content
        assert b"wine" in response.content
        assert queries.surveys() == ()

    def test_survey_application_and_adjustment(self, market):
        operator, body, prices = (client_of(one) for one in (market.operator, market.body, market.price_authority))
        table = '成本项目,用途,金额\n平台,产业,"400,000.00"\n人力,公益,50000.00'
        given = {"year": 2026, "table": table, "subsidy": "0", "books_total": "450000", "confirmed": "on"}
        response = operator.post(reverse("pricing:survey-new", args=[market.agreement]), given)
        (survey,) = queries.surveys()
        assert response.headers["Location"] == reverse("pricing:survey", args=[survey.id])
        assert page(operator, "survey", survey.id)
        assert "Apply in writing" in page(body, "desk")
        body.post(reverse("pricing:apply", args=[survey.id]), {"application": "申请", "confirmed": "on"})
        assert page(prices, "survey", survey.id)
        line = {"amount": "390000", "reason": "核减", "confirmed": "on"}
        prices.post(reverse("pricing:adjust", args=[survey.id, 1]), line)
        after = queries.survey(survey.id)
        assert (after.state, after.lines[0].adjusted) == ("applied", Money.of("390000"))

    def test_simulation_decision_and_concurrence(self, market):
        prices, data = client_of(market.price_authority), client_of(market.data_authority)
        survey = market.applied()
        terms = {
            "bond_yield": "1.75",
            "bond_yield_source": "来源",
            "add_on": "6",
            "tax": "60000",
            "previous_excess": "0",
            "assessment": "具备",
        }
        address = reverse("pricing:decide", args=[survey.id])
        simulated = prices.post(address, terms | {"simulate": "1"})
        assert b"975,875.53875" in simulated.content
        assert RevenueDecision.objects.count() == 0
        assert prices.post(address, terms | {"add_on": "7", "decide": "1"}).status_code == 409
        prices.post(address, terms | {"decide": "1"})
        (decision,) = queries.decisions()
        assert "Concur" in page(data, "desk")
        data.post(reverse("pricing:concur", args=[decision.id]), {"years": "3", "confirmed": "on"})
        assert queries.decision(decision.id).state == "effective"

    def test_ceiling_and_fee(self, market):
        operator, body, decision = client_of(market.operator), client_of(market.body), market.decision(now=NOW)
        ceiling = {
            "product": str(market.product),
            "priced": "per_call|元/次",
            "price": "0:0.20, 1000:0.10",
            "expected_quantity": "100000",
            "customers": "10",
            "confirmed": "on",
        }
        body.post(reverse("pricing:set-ceiling", args=[decision.id]), ceiling)
        fee = {"priced": "per_call|元/次", "price": "0.12", "confirmed": "on"}
        address = reverse("pricing:set-fee", args=[market.product])
        assert operator.post(address, fee).status_code == 409
        assert operator.post(address, fee | {"price": "0.1"}).status_code == 302
        assert page(operator, "product", market.product)
        assert page(body, "decision", decision.id)
        assert page(body, "set-ceiling", decision.id)

    def test_uses(self, market):
        market.fee()
        buyer, body = client_of(market.buyer), client_of(market.body)
        assert page(buyer, "declare", market.product)
        use = {"scenario": "public_interest", "title_zh": "公益测算", "purpose": "公益"}
        buyer.post(reverse("pricing:declare", args=[market.product]), use)
        (declared,) = queries.applications()
        assert "公益测算" in page(body, "desk")
        assert page(body, "confirm", declared.id)
        assert page(body, "refuse", declared.id)
        body.post(reverse("pricing:confirm", args=[declared.id]), {"reduction": "0", "confirmed": "on"})
        assert "公益测算" in page(Client(), "cases")


def call(client, method, path, body=None, key="k1"):
    response = client.generic(
        method,
        f"/api/pricing/{path}",
        json.dumps(body or {}),
        content_type="application/json",
        headers={"idempotency-key": key},
    )
    return response.status_code, json.loads(response.content)


class TestApi:
    def bearer(self, market, actor):
        _, token = registry.issue_api_key(
            organisation_id=actor.organisation_id, user_id=actor.user_id, label="t", actor=actor, now=NOW
        )
        return Client(headers={"authorization": f"Bearer {token}"})

    def test_quote(self, market):
        market.fee()
        client = self.bearer(market, market.buyer)
        body = {"product_id": str(market.product), "form": "per_call", "quantity": "1000", "scenario": "industry"}
        status, made = call(client, "POST", "quotes", body)
        assert (status, made["total"], made["unit_price"]) == (201, "120.00", "0.120000")
        assert call(client, "POST", "quotes", body)[1]["id"] == made["id"]
        assert Quote.objects.count() == 1
        assert call(client, "GET", f"quotes/{made['id']}")[1]["total"] == "120.00"
        assert call(Client(), "GET", f"quotes/{made['id']}")[0] == 404
        assert call(Client(), "GET", f"derivations/{made['derivation_id']}")[0] == 404
        assert call(client, "GET", f"derivations/{made['derivation_id']}/replay")[1]["identical"] is True
        status, problem = call(client, "POST", "quotes", body | {"quantity": "NaN"}, key="k2")
        assert (status, problem["code"]) == (422, "pricing.not_a_figure")

    def test_price_stores_nothing(self, market):
        market.fee()
        path = f"price?product_id={market.product}&form=per_call&quantity=10&scenario=public_interest"
        status, answer = call(Client(), "GET", path)
        assert (status, answer["total"], answer["free"]) == (200, "0.00", True)
        assert Quote.objects.count() == 0

    def test_fee_above_ceiling(self, market):
        market.ceiling()
        body = {
            "product_id": str(market.product),
            "form": "per_call",
            "tiers": [{"above": "0", "unit_price": "0.2"}],
        }
        status, problem = call(self.bearer(market, market.operator), "POST", "fees", body)
        assert (status, problem["code"], problem["facts"]) == (
            409,
            "pricing.fee_above_ceiling",
            {"fee": "0.200000", "ceiling": "0.150000", "above": "0"},
        )
        assert problem["law"] == "发改价格〔2025〕65号 二 第一款"

    def test_wrong_role(self, market):
        body = {"years": 3}
        decision = market.proposal()
        status, problem = call(
            self.bearer(market, market.operator), "POST", f"decisions/{decision.id}/concurrence", body
        )
        assert (status, problem["code"]) == (403, "kernel.role_required")

    def test_lists(self, market):
        market.fee()
        assert call(Client(), "GET", "fees")[1]["items"][0]["kind"] == "guided"
        assert call(Client(), "GET", f"ceilings?product_id={market.product}")[1][0]["customers"] == 10
        assert call(Client(), "GET", "decisions")[1]["items"][0]["permitted_revenue"] == "975875.53875"
        touched = call(Client(), "GET", "articles?document=发改价格〔2025〕65号")[1]
        assert len(touched["fee_ids"]) == 1
