"""Changes of law: entered as rows, never edited; the list of what each touches; on pages and over HTTP."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.actors import RoleRequired
from kernel.money import Money
from ledger import queries as ledger
from pricing import articles, parameters, queries, services
from pricing.articles import Change
from pricing.models import ArticleRow
from pricing.plans import PlanKind
from pricing.units import ChargingForm
from tests.factories.pricing import NOW, PRICED, SURVEYED
from tests.integration.pricing.test_pages import client_of, page

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def entered(market, **changes):
    given = {
        "document": articles.S65,
        "article": "三(二)",
        "change": Change.AMENDED,
        "title": "合理制定上限收费标准（修订，演示）",
        "source": "演示公告",
        "valid_from": date(2026, 11, 1),
        "actor": market.price_authority,
        "now": NOW,
    }
    return services.enter_article(**(given | changes))


def test_an_amendment_is_a_row_and_lists_what_it_touches(market):
    fee = market.fee()
    plan = services.set_plan(
        product_id=market.product,
        kind=PlanKind.VOLUME,
        name_zh="千次包",
        name_en="A thousand calls",
        form=ChargingForm.PER_CALL,
        quantity="1000",
        price=Money.of("100.00"),
        actor=market.operator,
        now=PRICED,
    )
    view = entered(market)
    assert (view.state, view.since, view.title) == ("amended", date(2026, 11, 1), "合理制定上限收费标准（修订，演示）")
    touched = queries.touched_by(articles.S65, "三(二)", now=NOW)
    assert [one.id for one in touched.fees] == [fee.id]
    assert [one.id for one in touched.plans] == [plan.id]
    assert len(touched.decisions) == 1
    assert "pricing.ceilings.within_permitted_revenue" in touched.rules
    assert "pricing.ceiling_twice" in [one.code for one in touched.refusals]
    row = ArticleRow.objects.get()
    assert ledger.entry(row.entry_id).payload["clause"] == f"{articles.S65} 三(二)"
    assert (view.number, view.clause) == ("三", "(二)")


def test_a_repeal_that_is_coming_and_one_that_came(market):
    entered(market, change=Change.REPEALED, valid_from=date(2027, 1, 1))
    view = queries.article_view(articles.S65, "三(二)", on=TODAY)
    assert (view.state, view.coming) == ("in_force", ("repealed", date(2027, 1, 1)))
    assert queries.article_view(articles.S65, "三(二)", on=date(2027, 1, 1)).state == "repealed"
    assert queries.article_view("发改数据规〔2025〕27号", "第十七条", on=date(2030, 3, 1)).state == "repealed"
    assert queries.article_view(articles.S65, "一", on=date(2025, 1, 1)).state == "pending"
    with pytest.raises(services.ChangeDoesNotFit):
        entered(market, valid_from=date(2027, 6, 1))
    again = entered(market, change=Change.ENACTED, valid_from=date(2027, 6, 1))
    assert (again.state, again.since) == ("in_force", date(2027, 6, 1))


def test_a_new_clause_of_a_province(market):
    given = {"document": "闽发改价格〔2026〕1号", "article": "第三条", "change": Change.ENACTED}
    view = entered(market, **given)
    assert (view.state, view.rules) == ("in_force", ())
    with pytest.raises(services.ChangeDoesNotFit):
        entered(market, **given, valid_from=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": " "}, services.ReasonMissing),
        ({"source": "x" * 401}, services.ReasonMissing),
        ({"article": "三(九)"}, services.ChangeDoesNotFit),
        ({"change": Change.ENACTED}, services.ChangeDoesNotFit),
        ({"valid_from": date(2025, 3, 1)}, services.ChangeDoesNotFit),
        ({"valid_until": date(2026, 11, 1)}, services.ChangeDoesNotFit),
        ({"document": "some law", "change": Change.ENACTED}, services.CitationUnreadable),
    ],
)
def test_refused_and_nothing_stored(market, changes, error):
    with pytest.raises(error):
        entered(market, **changes)
    assert ArticleRow.objects.count() == 0


def test_never_by_others_and_never_edited(market):
    with pytest.raises(RoleRequired):
        entered(market, actor=market.operator)
    entered(market)
    for act in (lambda: ArticleRow.objects.update(title="x"), lambda: ArticleRow.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("article", "fees", "decisions"),
    [("一", 1, 1), ("二 第一款", 1, 1), ("三(一)", 1, 1), ("四 第二款", 0, 0), ("五 第二款", 0, 0)],
)
def test_which_clauses_carry_the_live_prices(market, article, fees, decisions):
    market.fee()
    touched = queries.touched_by(articles.S65, article, now=NOW)
    assert (len(touched.fees), len(touched.decisions)) == (fees, decisions)


def test_a_provinces_row_carries_the_decisions_that_used_it(market):
    region = queries.region_of(market.agreement)
    services.enter_parameter(
        name=parameters.ADD_ON_CAP,
        value="6",
        jurisdiction=f"{region[:2]}0000",
        document="闽发改价格〔2026〕1号",
        article="第三条",
        source="演示",
        valid_from=date(2026, 8, 1),
        actor=market.price_authority,
        now=SURVEYED,
    )
    fee = market.fee()
    touched = queries.touched_by("闽发改价格〔2026〕1号", "第三条", now=NOW)
    assert [one.id for one in touched.fees] == [fee.id]
    assert [rate.value for rate in touched.rates] == [Decimal(6)]
    assert queries.touched_by("闽发改价格〔2026〕2号", now=NOW).fees == ()


class TestPages:
    def test_list_and_clause(self, market):
        market.fee()
        entered(market)
        shown = page(Client(headers={"accept-language": "zh-hans"}), "articles")
        assert "合理制定上限收费标准（修订，演示）" in shown
        one = page(Client(headers={"accept-language": "en"}), "article", document=articles.S65, article="三(二)")
        for words in ("pricing.units.check_unit", "Charging forms", "pricing.ceiling_twice", "¥0.12", "Amended"):
            assert words in one
        address = reverse("pricing:article")
        assert Client().get(address, {"document": "闽1号", "article": "九"}).status_code == 404
        assert Client().get(address).status_code == 404

    def test_entered_by_an_authority_only(self, market):
        client, address = client_of(market.price_authority), reverse("pricing:enter-article")
        given = {
            "change": "amended",
            "document": articles.S65,
            "article": "三(二)",
            "title": "修订",
            "source": "公告",
            "valid_from": "2027-01-01",
            "confirmed": "on",
        }
        assert client.get(address, {"document": articles.S65}).status_code == 200
        assert client.post(address, given | {"article": "九"}).status_code == 409
        assert client.post(address, {**given, "confirmed": ""}).status_code == 200
        assert ArticleRow.objects.count() == 0
        answer = client.post(address, given)
        assert answer.status_code == 302
        assert "修订" in client.get(answer.headers["Location"]).content.decode()
        assert "The law has changed" in page(client, "desk")
        assert client_of(market.operator).get(address).status_code == 403

    def test_over_http(self, market):
        market.fee()
        body = {
            "change": "amended",
            "document": articles.S65,
            "article": "三(二)",
            "title": "修订",
            "source": "公告",
            "valid_from": "2026-11-01",
        }
        client = client_of(market.price_authority)
        given = {"content_type": "application/json", "headers": {"Idempotency-Key": "law-1"}}
        answer = client.post("/api/pricing/articles/changes", json.dumps(body), **given)
        assert answer.status_code == 201, answer.content
        assert answer.json()["state"] == "amended"
        listed = Client().get("/api/pricing/articles/list").json()
        assert [one["since"] for one in listed if one["article"] == "三(二)"] == ["2026-11-01"]
        touched = Client().get("/api/pricing/articles", {"document": articles.S65, "article": "三(二)"}).json()
        assert len(touched["fee_ids"]) == 1
        assert "pricing.ceiling_twice" in touched["refusals"]
        refused = client_of(market.buyer).post("/api/pricing/articles/changes", json.dumps(body), **given)
        assert refused.status_code == 403
