"""Plans ordered and subscribed to: billed each period, renewed from waiting rows, cancelled, lapsed."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.actors import SYSTEM, RoleRequired
from kernel.machine import WrongState
from kernel.money import Money
from ledger import queries as ledger
from marketplace import models, queries, services, tasks
from pricing import queries as prices
from pricing import services as pricing
from pricing.plans import PlanKind
from pricing.types import CeilingRequest, ChargingForm, Tier
from registry.types import Role
from tests.factories.marketplace import NOW, paid_report
from tests.factories.registry import member, organisation

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def offered(shop, kind=PlanKind.SUBSCRIPTION, **changes):
    given = {
        "product_id": shop.product_id,
        "kind": kind,
        "name_zh": "包月",
        "name_en": "Monthly",
        "form": ChargingForm.PER_PERIOD,
        "unit": "元/月",
        "quantity": "1",
        "price": Money.of("900.00"),
        "actor": shop.operator,
        "now": NOW,
    }
    return pricing.set_plan(**(given | changes))


@pytest.fixture
def monthly(shop):
    """The shop's product with a price by the month."""
    market = shop.market
    decision = market_decision(market)
    pricing.set_ceilings(
        decision_id=decision,
        ceilings=[
            CeilingRequest(
                product_id=shop.product_id,
                form=ChargingForm.PER_PERIOD,
                unit="元/月",
                tiers=(Tier(Decimal(0), Decimal(1000)),),
                expected_quantity=Decimal(1),
            )
        ],
        actor=market.body,
        now=NOW,
    )
    pricing.set_fee(
        product_id=shop.product_id,
        form=ChargingForm.PER_PERIOD,
        unit="元/月",
        price=Decimal(950),
        actor=shop.operator,
        now=NOW,
    )
    return shop


def market_decision(market):
    return prices.effective_decision(market.agreement).id


def subscribed(shop, plan, **changes):
    given = {"product_id": shop.product_id, "plan_id": plan.id, "scenario": "industry", "actor": shop.buyer, "now": NOW}
    return services.subscribe(**(given | changes))


def paid(shop, view, now):
    payment = services.begin_payment(order_id=view.order_id, provider="stripe", actor=shop.buyer, now=now)
    services.apply_report(report=paid_report(payment), actor=SYSTEM, now=now)


def newest(shop):
    return queries.subscriptions(actor=shop.buyer)[0]


def test_a_plan_is_ordered_at_its_price(shop):
    plan = offered(
        shop, PlanKind.VOLUME, form=ChargingForm.PER_CALL, unit=None, quantity="1000", price=Money.of("100.00")
    )
    order = services.place_order(
        product_id=shop.product_id,
        form="per_call",
        quantity=Decimal(1000),
        scenario="industry",
        plan_id=plan.id,
        actor=shop.buyer,
        now=NOW,
    )
    assert (order.total, order.unit_price) == (Money.of("100.00"), Decimal("0.100000"))


def test_the_first_period_is_ordered_and_the_next_before_it_ends(monthly):
    shop, plan = monthly, offered(monthly)
    view = subscribed(shop, plan)
    assert (view.state, view.order_state, view.total, view.paid_until) == ("active", "placed", Money.of("900"), None)
    assert ledger.entry(view.entry_id).kind == "subscription.started"
    assert services.renew_subscriptions(now=NOW + timedelta(hours=1)) == 0
    paid(shop, view, NOW)
    ends = newest(shop).paid_until
    assert ends == NOW + MONTH
    assert services.renew_subscriptions(now=ends - timedelta(days=3, seconds=1)) == 0
    early = ends - timedelta(days=3)
    assert services.renew_subscriptions(now=early) == 1
    assert services.renew_subscriptions(now=early) == 0
    renewed = newest(shop)
    assert (renewed.periods, renewed.order_state, renewed.paid_until) == (2, "placed", ends)
    order = queries.order(renewed.order_id, actor=shop.buyer)
    assert (order.total, order.expires_at) == (Money.of("900"), ends + timedelta(days=7))
    paid(shop, renewed, early + timedelta(days=1))
    assert newest(shop).paid_until == ends + MONTH
    licence = queries.licence(queries.order(renewed.order_id, actor=shop.buyer).licence_id, actor=shop.buyer)
    assert licence.valid_from == ends


def test_the_task_renews_waiting_rows(monthly, monkeypatch):
    shop = monthly
    paid(shop, subscribed(shop, offered(shop)), NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW + MONTH - timedelta(days=1))
    tasks.expire()
    assert newest(shop).periods == 2


def test_cancelled_it_is_not_ordered_again(monthly):
    shop = monthly
    view = subscribed(shop, offered(shop))
    paid(shop, view, NOW)
    stranger = member(organisation("别家保险公司", kind="enterprise"), Role.BUYER)
    with pytest.raises(services.NoSuchSubscription):
        services.cancel_subscription(subscription_id=view.id, actor=stranger, now=NOW)
    stopped = services.cancel_subscription(subscription_id=view.id, actor=shop.buyer, now=NOW)
    assert (stopped.state, stopped.order_state, stopped.paid_until) == ("cancelled", "fulfilled", NOW + MONTH)
    assert services.renew_subscriptions(now=NOW + MONTH) == 0
    assert newest(shop).periods == 1
    with pytest.raises(WrongState):
        services.cancel_subscription(subscription_id=view.id, actor=shop.buyer, now=NOW)


def test_cancelled_before_payment_the_order_goes_too(monthly):
    shop = monthly
    view = subscribed(shop, offered(shop))
    assert services.cancel_subscription(subscription_id=view.id, actor=shop.buyer, now=NOW).order_state == "cancelled"


def test_unpaid_it_lapses(monthly):
    shop = monthly
    subscribed(shop, offered(shop))
    later = NOW + timedelta(days=2)
    services.expire_orders(now=later)
    assert services.renew_subscriptions(now=later) == 0
    ended = newest(shop)
    assert (ended.state, ended.reason, ended.ended_at) == ("lapsed", "expired", later)
    assert ledger.entries(kind="subscription.ended")[0].payload["reason"] == "expired"
    subscribed(shop, offered(shop))


def test_a_plan_that_ended_is_not_renewed(monthly):
    shop, plan = monthly, offered(monthly)
    paid(shop, subscribed(shop, plan), NOW)
    pricing.end_plan(plan_id=plan.id, actor=shop.operator, now=NOW)
    assert services.renew_subscriptions(now=NOW + MONTH) == 0
    assert (newest(shop).state, newest(shop).reason) == ("lapsed", "pricing.not_found")
    assert models.Order.objects.filter(renews__isnull=False).count() == 0


def test_a_revoked_licence_is_not_renewed(monthly):
    shop = monthly
    view = subscribed(shop, offered(shop))
    paid(shop, view, NOW)
    licence = queries.order(view.order_id, actor=shop.buyer).licence_id
    services.revoke_licence(licence_id=licence, reason="滥用", actor=shop.operator, now=NOW)
    assert services.renew_subscriptions(now=NOW + MONTH) == 0
    assert (newest(shop).state, newest(shop).reason) == ("lapsed", "revoked")


def test_refused_and_nothing_stored(monthly):
    shop = monthly
    once = offered(shop, PlanKind.TIME)
    with pytest.raises(services.NotASubscription):
        subscribed(shop, once)
    with pytest.raises(RoleRequired):
        subscribed(shop, once, actor=shop.operator)
    assert models.Subscription.objects.count() == 0
    plan = offered(shop)
    subscribed(shop, plan)
    with pytest.raises(services.AlreadySubscribed):
        subscribed(shop, plan)
    assert models.Order.objects.filter(subscription__isnull=False).count() == 1


class TestPages:
    @pytest.fixture(autouse=True)
    def _present(self, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: NOW)

    def client(self, actor):
        client = Client(headers={"accept-language": "en"})
        client.force_login(get_user_model().objects.get(pk=actor.user_id))
        return client

    def test_from_the_product_to_the_subscription_and_its_end(self, monthly):
        shop, plan = monthly, offered(monthly)
        client = self.client(shop.buyer)
        assert "Monthly" in client.get(reverse("marketplace:product", args=[shop.product_id])).content.decode()
        address = reverse("marketplace:order-plan", args=[shop.product_id, plan.id])
        shown = client.get(address).content.decode()
        assert "¥900.00" in shown
        assert "Plan: Monthly" in shown
        assert client.post(address, {"scenario": "industry"}).status_code == 200
        assert models.Subscription.objects.count() == 0
        answer = client.post(address, {"scenario": "industry", "confirmed": "on"})
        assert answer.status_code == 302
        assert client.post(address, {"scenario": "industry", "confirmed": "on"}).status_code == 409
        listed = client.get(reverse("marketplace:subscriptions")).content.decode()
        assert "Monthly" in listed
        stop = reverse("marketplace:cancel-subscription", args=[newest(shop).id])
        assert client.post(stop).status_code == 302
        assert client.post(stop).status_code == 409
        assert self.client(shop.operator).get(address).status_code == 200

    def test_over_http(self, monthly):
        shop, plan = monthly, offered(monthly)
        body = {"product_id": str(shop.product_id), "plan_id": str(plan.id)}
        given = {"content_type": "application/json", "headers": {"Idempotency-Key": "sub-1"}}
        client = self.client(shop.buyer)
        made = client.post("/api/marketplace/subscriptions", json.dumps(body), **given)
        assert made.status_code == 201, made.content
        again = client.post("/api/marketplace/subscriptions", json.dumps(body), **given)
        assert again.json()["id"] == made.json()["id"]
        assert [one["state"] for one in client.get("/api/marketplace/subscriptions").json()] == ["active"]
        stopped = client.post(f"/api/marketplace/subscriptions/{made.json()['id']}/cancellation")
        assert stopped.json()["state"] == "cancelled"
        assert Client().post("/api/marketplace/subscriptions", json.dumps(body), **given).status_code in (401, 403)
