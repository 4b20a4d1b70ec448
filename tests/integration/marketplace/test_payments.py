"""From an open payment to a licence: what one report does, and that no other does anything."""

from datetime import timedelta

import pytest

from kernel.actors import SYSTEM, OtherOrganisation
from kernel.machine import WrongState
from ledger import queries as ledger
from marketplace import models, queries, services
from marketplace.types import PaymentOutcome
from registry.types import Role
from tests.factories.marketplace import NOW, OrderFactory, actor_of
from tests.integration.marketplace.conftest import LATER, everything, report

pytestmark = pytest.mark.django_db


def balances():
    rows = models.Account.objects.order_by("code").values_list("code", "currency", "balance")
    return {f"{code} {currency}": balance for code, currency, balance in rows}


def test_a_paid_report_makes_one_licence_one_journal_and_two_facts(order, payment, buyer):
    view = services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)

    order.refresh_from_db()
    assert (view.state, view.captured_at, view.refunded.minor) == ("captured", LATER, 0)
    assert (order.state, order.paid_at) == ("fulfilled", LATER)
    licence = models.Licence.objects.get(order=order)
    assert (licence.quota, licence.used, licence.state) == (100, 0, "active")
    assert (licence.valid_from, licence.valid_until) == (LATER, LATER + timedelta(days=365))
    assert licence.licensee_id == order.buyer_id
    assert balances() == {
        f"buyer:{order.buyer_id} CNY": 0,
        "clearing:stripe CNY": 123_456,
        "unsettled CNY": -123_456,
    }
    issued = ledger.entry(licence.entry_id)
    assert issued.kind == "licence.issued"
    assert issued.refs == (order.entry_id, view.entry_id)
    assert issued.payload["quota"] == 100
    assert {entry.kind for entry in ledger.trace(licence.entry_id)} == {
        "licence.issued",
        "payment.captured",
        "test.said",
    }


def test_no_price_and_no_buyer_stands_in_the_log(order, payment):
    services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    bodies = " ".join(entry.body for entry in ledger.entries(limit=1000))
    for secret in ("123456", str(order.buyer_id), "cs_test_1", order.buyer.name_zh):
        assert secret not in bodies


@pytest.mark.parametrize("times", [2, 5])
def test_a_repeated_report_changes_nothing_more(order, payment, times):
    services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    before = everything()
    for _ in range(times):
        services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    assert everything() == before


@pytest.mark.parametrize("outcome", [PaymentOutcome.OPEN, PaymentOutcome.EXPIRED, PaymentOutcome.FAILED])
def test_an_older_report_after_the_capture_changes_nothing(order, payment, outcome):
    services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    before = everything()
    services.apply_report(report=report(payment, outcome, minor=0), actor=SYSTEM, now=LATER)
    assert everything() == before


def test_a_report_before_the_redirect_is_recorded_is_found_by_our_own_reference(order, buyer):
    begun = services.begin_payment(order_id=order.public_id, provider="stripe", actor=buyer, now=NOW)
    services.apply_report(report=report(begun), actor=SYSTEM, now=LATER)
    late = services.record_redirect(payment_id=begun.id, reference="cs_test_1", url="https://x.example/", now=LATER)
    assert (late.state, late.reference, late.redirect_url) == ("captured", "cs_test_1", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"minor": 123_455}, "amount"),
        ({"minor": 123_457}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"client_reference": "somebody-else"}, "reference"),
    ],
)
def test_money_that_does_not_fit_is_quarantined_and_makes_no_licence(order, payment, changes, reason):
    found = report(payment, **changes)
    view = services.apply_report(report=found, actor=SYSTEM, now=LATER)
    assert (view.state, view.reason, view.captured_at) == ("quarantined", reason, None)
    order.refresh_from_db()
    assert (order.state, order.paid_at) == ("payment_pending", None)
    assert not models.Licence.objects.exists()
    suspense = {f"clearing:stripe {found.currency}": found.minor, f"suspense:stripe {found.currency}": -found.minor}
    assert balances() == ({} if reason == "reference" else suspense)
    before = everything()
    services.apply_report(report=found, actor=SYSTEM, now=LATER)
    services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    assert everything() == before


def test_money_for_a_cancelled_order_goes_to_suspense(order, payment, buyer):
    services.cancel_order(order_id=order.public_id, actor=buyer, now=LATER)
    view = services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    assert (view.state, view.reason) == ("quarantined", "order_closed")
    assert balances() == {"clearing:stripe CNY": 123_456, "suspense:stripe CNY": -123_456}
    order.refresh_from_db()
    assert order.state == "cancelled"


@pytest.mark.parametrize(("outcome", "state"), [(PaymentOutcome.EXPIRED, "expired"), (PaymentOutcome.FAILED, "failed")])
def test_a_payment_that_failed_leaves_the_order_payable(order, payment, buyer, outcome, state):
    services.apply_report(report=report(payment, outcome, minor=0), actor=SYSTEM, now=LATER)
    again = services.begin_payment(order_id=order.public_id, provider="stripe", actor=buyer, now=LATER)
    assert [row.state for row in queries.payments(order.public_id)] == ["created", state]
    assert again.id != payment.id
    assert not models.JournalEntry.objects.exists()


def test_late_money_of_a_failed_payment_is_quarantined(order, payment):
    services.apply_report(report=report(payment, PaymentOutcome.FAILED, minor=0), actor=SYSTEM, now=LATER)
    view = services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    assert (view.state, view.reason) == ("quarantined", "payment_closed")


def test_an_open_payment_is_returned_not_doubled(order, payment, buyer):
    again = services.begin_payment(order_id=order.public_id, provider="stripe", actor=buyer, now=LATER)
    assert (again.id, again.redirect_url) == (payment.id, "https://pay.example/cs_test_1")
    assert models.Payment.objects.count() == 1


def test_only_the_buyer_pays_and_only_in_time(order):
    stranger = actor_of(OrderFactory().buyer, Role.BUYER)
    before = everything()
    with pytest.raises(OtherOrganisation):
        services.begin_payment(order_id=order.public_id, provider="stripe", actor=stranger, now=NOW)
    with pytest.raises(services.OrderOverdue):
        services.begin_payment(
            order_id=order.public_id, provider="stripe", actor=actor_of(order.buyer, Role.BUYER), now=order.expires_at
        )
    with pytest.raises(queries.NoSuchOrder):
        services.begin_payment(
            order_id=order.listing.public_id, provider="stripe", actor=actor_of(order.buyer, Role.BUYER), now=NOW
        )
    assert everything() == before


def test_a_paid_order_is_neither_paid_again_nor_cancelled(paid, buyer):
    before = everything()
    with pytest.raises(WrongState):
        services.begin_payment(order_id=paid.public_id, provider="stripe", actor=buyer, now=LATER)
    with pytest.raises(WrongState):
        services.cancel_order(order_id=paid.public_id, actor=buyer, now=LATER)
    assert services.expire_orders(now=LATER + timedelta(days=9)) == 0
    assert everything() == before


def test_an_unknown_reference_belongs_to_nobody(payment):
    with pytest.raises(services.NoSuchPayment):
        services.apply_report(
            report=report(payment, reference="cs_other", client_reference="no-uuid"), actor=SYSTEM, now=LATER
        )


def test_unpaid_orders_expire_at_their_moment(order, payment):
    assert services.expire_orders(now=order.expires_at) == 0  # a payment is under way
    services.apply_report(report=report(payment, PaymentOutcome.EXPIRED, minor=0), actor=SYSTEM, now=LATER)
    assert services.expire_orders(now=order.expires_at - timedelta(seconds=1)) == 0
    assert services.expire_orders(now=order.expires_at) == 1
    order.refresh_from_db()
    assert order.state == "expired"


def test_the_inbox_keeps_each_event_once_with_its_bytes(db):
    event = {"provider": "stripe", "event_id": "evt_1", "kind": "checkout.session.completed", "reference": "cs_test_1"}
    assert services.record_notice(**event, body=b'{"id": "evt_1"}', now=NOW) is True
    assert services.record_notice(**event, body=b"other", now=LATER) is False
    notice = models.PaymentNotice.objects.get()
    assert (bytes(notice.body), notice.received_at) == (b'{"id": "evt_1"}', NOW)
    assert queries.waiting_references("stripe") == ("cs_test_1",)
    services.mark_notices(provider="stripe", reference="cs_test_1", outcome="captured", now=LATER)
    assert queries.waiting_references("stripe") == ()
