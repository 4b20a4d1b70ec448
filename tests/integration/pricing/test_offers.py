"""Plans, promotions, sharing, valuation and contacts as people enter them: pages, their refusals, and HTTP."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from kernel import paper
from kernel.money import Money
from pricing import queries, services
from pricing.models import Contact, Distribution, Plan, Promotion, Valuation
from tests.factories.pricing import NOW
from tests.integration.pricing.test_pages import client_of, page

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def posted(client, name, ids, **given):
    return client.post(reverse(f"pricing:{name}", args=ids), given | {"confirmed": "on"})


def sent(client, path, body, key="once"):
    headers = {"Idempotency-Key": key}
    return client.post(f"/api/pricing/{path}", json.dumps(body), content_type="application/json", headers=headers)


class TestPlans:
    GIVEN = {
        "kind": "volume",
        "name_zh": "千次包",
        "name_en": "A thousand calls",
        "priced": "per_call|元/次",
        "quantity": "1000",
        "price": "100.00",
    }

    def test_offered_shown_and_ended(self, market):
        market.fee()
        client = client_of(market.operator)
        assert "yuan per call" in page(client, "set-plan", market.product)
        above = posted(client, "set-plan", [market.product], **(self.GIVEN | {"price": "150.01"}))
        assert above.status_code == 409
        assert "150.01" in above.content.decode()
        assert Plan.objects.count() == 0
        assert posted(client, "set-plan", [market.product], **self.GIVEN).status_code == 302
        shown = page(Client(headers=ENGLISH), "product", market.product)
        assert "A thousand calls" in shown
        assert "¥120.00" in shown
        plan = Plan.objects.get()
        assert "¥100.00" in page(client, "end-plan", plan.public_id)
        assert posted(client, "end-plan", [plan.public_id]).status_code == 302
        assert posted(client, "end-plan", [plan.public_id]).status_code == 409
        assert "A thousand calls" not in page(Client(headers=ENGLISH), "product", market.product)

    def test_not_by_others(self, market):
        market.fee()
        assert posted(client_of(market.buyer), "set-plan", [market.product], **self.GIVEN).status_code == 403
        assert Plan.objects.count() == 0


def test_a_promotion_is_announced(market):
    market.fee()
    client = client_of(market.operator)
    assert page(client, "set-promotion", market.product)
    given = {"name_zh": "年末优惠", "name_en": "Year's end", "percent": "10"}
    given |= {"valid_from": "2026-11-21T09:00", "valid_until": "2026-12-31T23:59"}
    assert posted(client, "set-promotion", [market.product], **(given | {"percent": "0"})).status_code == 409
    assert posted(client, "set-promotion", [market.product], **given).status_code == 302
    assert Promotion.objects.get().valid_until - NOW > timedelta(days=40)
    assert "Year&#x27;s end" in page(Client(headers=ENGLISH), "product", market.product)


class TestSharing:
    def test_by_contribution(self, market):
        client, code = client_of(market.operator), market.world_code()
        assert code in page(client, "share", market.product)
        wrong = posted(client, "share", [market.product], amount="100.00", values="A: 1")
        assert wrong.status_code == 409
        assert Distribution.objects.count() == 0
        made = posted(
            client, "share", [market.product], amount="100.00", values=f"{code}：7", floors=f"{code}: 10", seed="s"
        )
        assert "¥100.00" in client.get(made.headers["Location"]).content.decode()
        covered = {"weights": "住院天数: 2\n费用：3", "coverage": f"{code}: 住院天数、费用"}
        made = posted(client, "share", [market.product], amount="0.01", **covered)
        assert made.status_code == 302
        assert "¥0.01" in page(client, "agreement", market.agreement)

    def test_by_the_agreements_shares(self, market):
        client = client_of(market.operator)
        assert page(client, "share-fixed", market.product)
        made = posted(client, "share-fixed", [market.product], amount="100.00")
        assert made.status_code == 302
        item = Distribution.objects.get()
        view = services.verify_derivation(derivation_id=item.derivation.public_id)
        assert view.calculation == "split"
        assert sum(Decimal(node["value"]) for node in view.tree["inputs"]) == 100
        assert "Share fixed in the agreement" in client.get(made.headers["Location"]).content.decode()
        assert posted(client_of(market.buyer), "share-fixed", [market.product], amount="1.00").status_code == 404
        assert posted(client, "share-fixed", [market.product], amount="1e400").status_code == 409

    def test_over_http(self, market):
        client, path = client_of(market.operator), f"products/{market.product}/fixed-distributions"
        made = sent(client, path, {"amount": "0.05"})
        assert made.status_code == 201, made.content
        assert Client().get(f"/api/pricing/distributions/{made.json()['id']}").json()["amount"] == "0.05"
        assert sent(client, path, {"amount": "-1"}, key="two").status_code == 422
        assert sent(Client(), path, {"amount": "1"}, key="three").status_code in (401, 403)
        assert Distribution.objects.count() == 1


class TestValuation:
    GIVEN = {
        "cost_rows": "开发: 1000.00\n数据治理：500.00",
        "cost_profit": "10",
        "cost_obsolescence": "0",
        "cost_weight": "50",
        "income_rows": "300.00\n300.00",
        "income_share": "50",
        "income_rate": "0",
        "income_weight": "25",
        "market_rows": "甲省同类产品 / 95, 110: 2000.00",
        "market_weight": "25",
    }

    def test_entered_and_read_as_page_csv_and_pdf(self, market):
        client = client_of(market.operator)
        assert page(client, "value", market.product)
        assert posted(client, "value", [market.product]).status_code == 409
        assert posted(client, "value", [market.product], **(self.GIVEN | {"cost_weight": "40"})).status_code == 409
        assert Valuation.objects.count() == 0
        made = posted(client, "value", [market.product], **self.GIVEN)
        item = Valuation.objects.get()
        assert item.value == 142250  # 1650 × 50 % + 300 × 25 % + 2090 × 25 % = 1422.50
        address = made.headers["Location"]
        chinese, english = (Client(headers={"accept-language": one}) for one in ("zh-hans", "en"))
        shown = chinese.get(address).content.decode()
        for words in (
            "成本法",
            "收益法",
            "市场法",
            "1422.50",
            "修正系数（%）：95, 110",
            "不构成交易价格",
            "第 1 年净收益",
        ):
            assert words in shown
        shown = english.get(address).content.decode()
        for words in (
            *("Cost approach", "Income approach 25%", "1422.50", "adjustments in per cent: 95, 110", "no price"),
            *("net income of year 1", "Derivation", "第二十三条"),
        ):
            assert words in shown
        assert "1422.50" in chinese.get(address + "?as=csv").content.decode()
        assert "Asset valuation report" in chinese.get(address + "?as=csv&lang=en").content.decode()
        paper.chinese_font.cache_clear()
        for lang, title in (("zh", "资产评估报告"), ("en", "Asset valuation report")):
            pdf = english.get(address + f"?as=pdf&lang={lang}")
            assert pdf.status_code in (200, 503)
            if pdf.status_code == 200:
                text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages)
                assert title in text.replace("\n", "")
        assert "Valuation report" in page(client, "product", market.product)

    def test_over_http(self, market):
        body = {"cost": {"rows": [{"name": "开发", "amount": "10.00"}]}, "weights": {"cost": "100"}}
        made = sent(client_of(market.operator), f"products/{market.product}/valuations", body)
        assert made.status_code == 201, made.content
        address = f"/api/pricing/valuations/{made.json()['id']}"
        assert Client().get(address).json()["value"] == "10.00"
        assert Client().get(f"{address}/report").json()["tables"][1]["title"] == "二、成本法"
        assert Client().get(f"{address}/report?lang=en").json()["tables"][1]["title"] == "2. Cost approach"
        assert Client().get(f"{address}/report?lang=fr").status_code == 422
        raw = sent(client_of(market.operator), f"products/{market.resource()}/valuations", body, key="raw")
        assert raw.status_code == 403


class TestContacts:
    GIVEN = {
        "address": "福州市鼓楼区 1 号",
        "postcode": "350001",
        "email": "data@example.cn",
        "telephone": "0591-12345678",
        "person": "张三",
    }

    def test_stated_on_the_page_and_disclosed(self, market):
        client = client_of(market.operator)
        assert page(client, "contact")
        assert posted(client, "contact", [], **(self.GIVEN | {"postcode": "35"})).status_code == 409
        assert Contact.objects.count() == 0
        assert posted(client, "contact", [], **self.GIVEN).headers["Location"] == reverse("pricing:costs")
        assert "350001" in page(client, "contact")
        assert "0591-12345678" in page(Client(), "disclosure", market.agreement)
        assert client_of(market.buyer).get(reverse("pricing:contact")).status_code == 403

    def test_over_http(self, market):
        assert sent(client_of(market.body), "contacts", self.GIVEN).status_code == 201
        stated = Client().get(f"/api/pricing/contacts/{market.body.organisation_id}").json()
        assert stated == self.GIVEN
        assert sent(client_of(market.body), "contacts", self.GIVEN | {"email": "x"}, key="bad").status_code == 422
        assert queries.contact(market.body.organisation_id).email == "data@example.cn"


def test_the_operator_is_simulated_over_every_add_on_and_against_others(market):
    survey = market.applied()
    client, address = client_of(market.price_authority), reverse("pricing:decide", args=[survey.id])
    given = {
        "bond_yield": "1.75",
        "bond_yield_source": "演示",
        "add_on": "3",
        "tax": "0",
        "previous_excess": "0",
        "simulate": "1",
    }
    shown = client.post(address, given).content.decode()
    assert "The same terms with every add-on" in shown
    assert "7.75%" in shown
    assert "4.75%" in shown
    assert queries.decisions() == ()
    assert Money.of("850000.50").major * Decimal("1.0475") == Decimal("890375.523750")
    assert "¥890,375.52375" in shown
