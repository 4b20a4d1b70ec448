"""Every page of the marketplace, in both languages, for those who may see it and those who may not."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.actors import SYSTEM
from marketplace import models, queries, services
from registry.types import Role
from tests.factories.privacy import by
from tests.factories.registry import member, organisation

pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")


def client(actor=None, language="zh-hans"):
    browser = Client(headers={"accept-language": language})
    if actor is not None:
        browser.force_login(get_user_model().objects.get(pk=actor.user_id))
    return browser


def page(browser, name, *args, **query):
    return browser.get(reverse(f"marketplace:{name}", args=args), query)


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def bought(shop, holder, now):
    return shop.licence(quantity="5", now=now)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["home", "catalogue"])
def test_public_pages(shop, name, language):
    body = text(page(client(language=language), name))
    assert ("住院费用统计查询服务" if language == "zh-hans" else "Hospital expenditure statistics") in body
    assert ("0.12 元/次" if language == "zh-hans" else "0.12 yuan per call") in body


def test_searching_in_chinese_with_chips_facets_and_nothing_found(shop):
    found = text(page(client(), "catalogue", text="住院费用", industry="Q"))
    assert "“住院费用”" in found
    assert "<mark" not in found
    assert reverse("marketplace:product", args=[shop.product_id]) in found
    assert "?text=%E4%BD%8F%E9%99%A2%E8%B4%B9%E7%94%A8" in found
    nothing = text(page(client(), "catalogue", text="不存在的词"))
    assert 'class="empty"' in nothing


@pytest.mark.parametrize("query", [{"page": "abc"}, {"page": "0"}, {"holder": "x"}, {"text": "a" * 5000}])
def test_odd_addresses_are_no_errors(shop, query):
    assert page(client(), "catalogue", **query).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_product_page(shop, holder, language):
    body = text(page(client(language=language), "product", shop.product_id))
    assert shop.coded in body
    assert ("0.15 元/次" if language == "zh-hans" else "0.15 yuan per call") in body  # the ceiling
    assert reverse("ledger:entry", args=[shop.listing.entry_id]) in body
    assert ("人年" if language == "zh-hans" else "person-year") in body
    assert "csrfmiddlewaretoken" in body


def test_an_estimate_shows_its_reasons_and_stores_nothing(shop):
    address = reverse("marketplace:estimate", args=[shop.product_id])
    body = text(client().get(address, {"priced": "per_call|元/次", "quantity": "1000", "scenario": "industry"}))
    assert "¥120.00" in body
    assert 'class="derivation"' in body
    assert "¥" not in text(client().get(address, {"priced": "per_call|元/次", "quantity": "x", "scenario": "industry"}))


def test_ordering_and_the_order_page(shop):
    browser = client(shop.buyer)
    given = {"priced": "per_call|元/次", "quantity": "50", "scenario": "industry"}
    placed = browser.post(reverse("marketplace:place-order", args=[shop.product_id]), given)
    assert placed.status_code == 302
    for language in LANGUAGES:
        body = text(client(shop.buyer, language).get(placed.url))
        assert "¥6.00" in body
        assert 'class="derivation"' in body
    (order,) = queries.orders(actor=shop.buyer)
    assert text(page(client(shop.buyer), "orders")).count(order.number) == 1
    cancelled = browser.post(reverse("marketplace:cancel-order", args=[order.id]))
    assert cancelled.status_code == 302
    assert queries.order(order.id, actor=shop.buyer).state == "cancelled"


def test_a_refused_order_is_explained_on_the_product_page(shop):
    given = {"priced": "per_call|元/次", "quantity": "50", "scenario": "public_interest"}
    answer = client(shop.buyer).post(reverse("marketplace:place-order", args=[shop.product_id]), given)
    assert "须先经实施机构确认" in text(answer, 409)
    assert not models.Order.objects.exists()


@pytest.mark.parametrize("name", ["orders", "licences", "settlements", "desk"])
def test_members_pages_send_strangers_to_the_login(shop, name):
    answer = page(client(), name)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("registry:login"))


def test_other_organisations_find_nothing(shop, bought):
    stranger = client(member(organisation("别家保险公司", kind="enterprise"), Role.BUYER))
    assert page(stranger, "licence", bought.id).status_code == 404
    assert page(stranger, "order", bought.order_id).status_code == 404
    assert page(stranger, "settlements").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_licence_and_its_questions(shop, holder, bought, now, language):
    browser = client(shop.buyer, language)
    query_id = services.ask_query(licence_id=bought.id, plan=by("plan", sums=["mdvis"]), actor=shop.buyer, now=now)
    assert "hx-trigger" in text(page(browser, "query", query_id))
    holder.pump(now)
    answered = text(page(browser, "query", query_id))
    assert ("免费医疗" if language == "zh-hans" else "Free care") in answered
    assert 'data-chart="result-option"' in answered
    refused_id = services.ask_query(licence_id=bought.id, plan=by("row_id"), actor=shop.buyer, now=now)
    assert "hidden_column" in text(page(browser, "query", refused_id))
    body = text(page(browser, "licence", bought.id))
    assert bought.number in body
    assert ("登记结果查询码已赋码" if language == "zh-hans" else "Registration code assigned") in body
    assert bought.number in text(page(browser, "licences"))
    assert "±" in text(page(browser, "cube", bought.id))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_query_builder_shows_cost_and_error_before_asking(shop, holder, bought, language):
    browser = client(shop.buyer, language)
    assert "group_by" in text(page(browser, "ask", bought.id))
    given = {"group_by": ["plan"], "sums": ["mdvis"], "rho": "0.005", "in_health": ["good"]}
    cost = text(browser.get(reverse("marketplace:ask", args=[bought.id]), given, headers={"hx-request": "true"}))
    assert "ρ = 0.005" in cost
    assert "± 27.7" in cost
    assert "<html" not in cost
    assert models.LicenceUse.objects.count() == 0
    asked = browser.post(reverse("marketplace:ask", args=[bought.id]), given)
    assert asked.status_code == 302
    query = queries.queries(bought.id, actor=shop.buyer)[0]
    assert query.plan["filter"] == [{"dim": "health", "in": ["good"]}]


def test_the_encrypted_query_page(shop, holder, bought):
    browser = client(shop.buyer)
    assert "privacy.client" in text(page(browser, "lookup", bought.id))
    form = page(browser, "lookup-tables", bought.id).json()
    assert form["dimensions"]
    assert page(browser, "lookup-state", bought.id).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_settlement_pages_for_regulators_and_operators(shop, bought, now, language):
    regulator = member(organisation("省审计厅"), Role.REGULATOR)
    services.close_month(month=timezone.localdate(now), actor=SYSTEM, now=timezone.now())
    settlement = queries.settlements()[0]
    browser = client(regulator, language)
    assert f"{timezone.localdate(now):%Y-%m}" in text(page(browser, "settlements"))
    body = text(page(browser, "settlement", settlement.id))
    assert "¥0.60" in body
    assert "¥0.00" in body
    assert text(page(client(shop.operator, language), "desk"))


def test_closing_a_month_by_its_form(shop, bought):
    browser = client(shop.operator)
    closed = browser.post(reverse("marketplace:settlements"), {"month": f"{timezone.localdate():%Y-%m-%d}"})
    assert closed.status_code == 302
    again = browser.post(reverse("marketplace:settlements"), {"month": f"{timezone.localdate():%Y-%m-%d}"})
    assert "没有已支付且尚未结算的订单" in text(again, 409)
