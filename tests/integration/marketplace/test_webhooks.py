"""Events of the development Stripe server at the real address: late, repeated, out of order, forged; one effect."""

import json
import threading
from datetime import timedelta

import pytest
import stripe as sdk
from django.db import connections
from django.test import Client
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.money import Money
from marketplace import models, queries, services
from marketplace.gateways import payment_provider
from marketplace.gateways.payment import PaymentRefused
from marketplace.tasks import look_at_order, settle_payments, start_payment
from registry.types import Role
from tests.factories.marketplace import OrderFactory, actor_of, paid_report
from tests.fixtures.databases import copied_database
from tests.fixtures.stripe_play import (  # noqa: F401 - fixtures
    API_KEY,
    DECLINED,
    SECRET,
    eventually,
    pay,
    playing,
    receiver,
)
from tests.integration.marketplace.conftest import everything

PAID = "checkout.session.completed"


@pytest.fixture
def provider(settings, playing):  # noqa: F811 - a fixture
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = API_KEY, playing.url
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    payment_provider.cache_clear()
    yield payment_provider()
    payment_provider().close()
    payment_provider.cache_clear()


@pytest.fixture
def order(db):
    now = timezone.now()
    return OrderFactory(placed_at=now, expires_at=now + timedelta(hours=24))


@pytest.fixture
def opened(order, provider):
    return start_payment(order_id=order.public_id, actor=actor_of(order.buyer, Role.BUYER), now=timezone.now())


@pytest.fixture
def event(opened, receiver):  # noqa: F811 - a fixture
    """Pay on the hosted page and return the signed event of it, not delivered yet."""
    assert pay(opened.redirect_url)[0] == 303
    eventually(lambda: any(PAID.encode() in body for _, body in receiver.received))
    headers, body = next(got for got in receiver.received if PAID.encode() in got[1])
    return headers["Stripe-Signature"], body


def deliver(signature, body):
    headers = {"Stripe-Signature": signature} if signature else {}
    return Client().post("/webhooks/stripe", body, content_type="application/json", headers=headers)


def sign(body, *, at=None, secret=SECRET):
    moment = int((at or timezone.now()).timestamp())
    return sdk.WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=moment)


def test_a_paid_checkout_becomes_a_licence_by_its_event(order, event):
    assert deliver(*event).status_code == 200
    licence = models.Licence.objects.get()
    order.refresh_from_db()
    assert (order.state, licence.order_id) == ("fulfilled", order.pk)
    notice = models.PaymentNotice.objects.get()
    assert (notice.kind, notice.outcome, bytes(notice.body)) == ("paid", "captured", event[1])


def test_repeats_have_one_effect(event):
    deliver(*event)
    before = everything()
    for _ in range(3):
        assert deliver(*event).status_code == 200
    after = everything()
    for rows in (before["Payment"], after["Payment"]):
        rows[0].pop("checked_at")
    assert after == before


@pytest.mark.parametrize("fault", ["no header", "other secret", "other body", "stale", "future", "not json"])
def test_forged_stale_and_early_events_change_nothing(event, fault):
    signature, body = event
    before = everything()
    now = timezone.now()
    forged = {
        "no header": lambda: ("", body),
        "other secret": lambda: (sign(body, secret="whsec_other"), body),
        "other body": lambda: (signature, body.replace(b"123456", b"123457")),
        "stale": lambda: (sign(body, at=now - timedelta(seconds=302)), body),
        "future": lambda: (sign(body, at=now + timedelta(seconds=90)), body),
        "not json": lambda: (sign(b"{"), b"{"),
    }[fault]
    assert deliver(*forged()).status_code == 400
    assert everything() == before


def test_events_of_other_kinds_are_kept_and_do_nothing(order, event):
    _, body = event
    told = json.loads(body) | {"id": "evt_other", "type": "customer.created"}
    told["data"]["object"] = {"object": "customer", "id": "cus_1"}
    other = json.dumps(told).encode()
    assert deliver(sign(other), other).status_code == 200
    order.refresh_from_db()
    assert (order.state, models.PaymentNotice.objects.get().kind) == ("payment_pending", "ignored")


def test_an_event_that_says_expired_after_the_payment_changes_nothing(order, event):
    deliver(*event)
    told = json.loads(event[1]) | {"id": "evt_late", "type": "checkout.session.expired"}
    late = json.dumps(told).encode()
    assert deliver(sign(late), late).status_code == 200
    order.refresh_from_db()
    assert order.state == "fulfilled"
    assert models.Licence.objects.count() == 1


def test_a_claim_of_payment_without_one_opens_nothing(order, opened):
    claim = {
        "id": "evt_claim", "object": "event", "type": PAID, "created": int(timezone.now().timestamp()),
        "data": {"object": {"object": "checkout.session", "id": opened.reference, "payment_status": "paid"}},
    }  # fmt: skip
    body = json.dumps(claim).encode()
    assert deliver(sign(body), body).status_code == 200
    order.refresh_from_db()
    assert order.state == "payment_pending"
    assert not models.Licence.objects.exists()


def test_a_lost_event_is_made_good_by_looking(order, event):
    look_at_order(order.public_id, now=timezone.now())
    assert models.Licence.objects.count() == 1


def test_an_event_waits_while_the_provider_is_away(order, event, settings):
    reachable = payment_provider()
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    payment_provider.cache_clear()
    assert deliver(*event).status_code == 200
    assert (models.PaymentNotice.objects.get().handled_at, models.Licence.objects.count()) == (None, 0)
    payment_provider().close()
    settings.STRIPE_API_BASE = reachable._client._requestor._options.base_addresses["api"]
    payment_provider.cache_clear()
    settle_payments()
    assert models.Licence.objects.count() == 1
    assert models.PaymentNotice.objects.get().outcome == "captured"
    reachable.close()


def test_a_declined_card_leaves_the_order_open(order, opened):
    assert pay(opened.redirect_url, DECLINED)[0] != 303
    look_at_order(order.public_id, now=timezone.now())
    order.refresh_from_db()
    assert order.state == "payment_pending"
    again = start_payment(order_id=order.public_id, actor=actor_of(order.buyer, Role.BUYER), now=timezone.now())
    assert again.redirect_url == opened.redirect_url


def test_a_refund_goes_through_the_provider_once(order, event):
    deliver(*event)
    operator = actor_of(order.listing.operator, Role.OPERATOR)
    asked = services.request_refund(
        order_id=order.public_id, amount=Money(123_456), reason="退货", actor=operator, now=timezone.now()
    )
    settle_payments()
    settle_payments()
    done = queries.refunds(order.public_id)
    assert [(refund.id, refund.state) for refund in done] == [(asked.id, "done")]
    snapshot = payment_provider().fetch(queries.payments(order.public_id)[0].reference)
    assert snapshot.refunded == Money(123_456)
    assert models.Licence.objects.get().state == "revoked"


def test_an_amount_below_the_providers_least_is_refused_with_its_reason(provider, db):
    now = timezone.now()
    small = OrderFactory(placed_at=now, expires_at=now + timedelta(hours=24), total=100)
    with pytest.raises(PaymentRefused):
        start_payment(order_id=small.public_id, actor=actor_of(small.buyer, Role.BUYER), now=now)


@pytest.fixture
def committing(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), copied_database() as name:
        yield name


def test_reports_at_the_same_moment_make_one_licence(committing):
    now = timezone.now()
    order = OrderFactory(placed_at=now, expires_at=now + timedelta(hours=24))
    payment = services.begin_payment(
        order_id=order.public_id, provider="stripe", actor=actor_of(order.buyer, Role.BUYER), now=now
    )
    gate, faults = threading.Barrier(6), []

    def report():
        try:
            gate.wait()
            services.apply_report(report=paid_report(payment), actor=SYSTEM, now=now)
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=report) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert (models.Licence.objects.count(), models.JournalEntry.objects.count()) == (1, 1)
    assert {row.balance for row in models.Account.objects.all()} == {0, 123_456, -123_456}
