"""What every payment provider keeps, whichever it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kernel.money import Money
from marketplace.gateways.payment import (
    KeyReused,
    PaymentProvider,
    PaymentRefused,
    RefundRefused,
    UnknownToProvider,
)
from marketplace.gateways.stripe_checkout import StripeProvider
from marketplace.types import PaymentOutcome


def test_it_is_a_payment_provider(bench):
    provider: PaymentProvider = bench.provider
    assert provider.code == "stripe"


def test_start_sends_the_payer_away_and_the_payment_is_open(bench):
    before = datetime.now(UTC)
    redirect = bench.provider.start(bench.intent())
    assert redirect.url.startswith("http")
    assert before + timedelta(hours=23) < redirect.expires_at < before + timedelta(hours=25)
    snapshot = bench.provider.fetch(redirect.ref)
    assert snapshot.ref == redirect.ref
    assert snapshot.provider == "stripe"
    assert snapshot.reference == bench.intent().reference
    assert snapshot.outcome is PaymentOutcome.OPEN
    assert (snapshot.amount, snapshot.received, snapshot.refunded) == (Money(120_000), Money(0), Money(0))
    assert snapshot.live is False
    assert (snapshot.report.minor, snapshot.report.currency) == (0, "CNY")


def test_start_again_is_the_same_payment(bench):
    assert bench.provider.start(bench.intent()).ref == bench.provider.start(bench.intent()).ref


def test_start_again_for_another_amount_is_refused(bench):
    redirect = bench.provider.start(bench.intent())
    with pytest.raises(KeyReused) as caught:
        bench.provider.start(bench.intent(amount=Money.of("1")))
    assert caught.value.key == bench.intent().reference
    assert bench.provider.fetch(redirect.ref).amount == Money(120_000)


def test_the_payer_has_until_the_moment_asked_for(bench):
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    intent = bench.intent(expires_at=until, email="buyer@example.cn", language="en")
    assert bench.provider.start(intent).expires_at == until


@pytest.mark.parametrize("amount", ["0.01", "1000000.00"])
def test_amounts_that_the_provider_does_not_take_are_refused_with_its_reason(bench, amount):
    with pytest.raises(PaymentRefused) as caught:
        bench.provider.start(bench.intent(amount=Money.of(amount)))
    assert caught.value.reason
    assert caught.value.reason in caught.value.sentence("zh")


def test_a_moment_out_of_range_is_refused(bench):
    with pytest.raises(PaymentRefused):
        bench.provider.start(bench.intent(expires_at=datetime.now(UTC) + timedelta(days=9)))


@pytest.mark.parametrize("ref", ["cs_test_nothing", "pi_nothing"])
def test_unknown_references(bench, ref):
    with pytest.raises(UnknownToProvider) as caught:
        bench.provider.fetch(ref)
    assert caught.value.ref == ref
    with pytest.raises(UnknownToProvider):
        bench.provider.refund(ref, Money(1), "key")


def test_an_expired_payment(bench):
    redirect = bench.provider.start(bench.intent())
    bench.expire(redirect.ref)
    snapshot = bench.provider.fetch(redirect.ref)
    assert (snapshot.outcome, snapshot.received) == (PaymentOutcome.EXPIRED, Money(0))


def test_no_refund_before_payment(bench):
    redirect = bench.provider.start(bench.intent())
    with pytest.raises(RefundRefused):
        bench.provider.refund(redirect.ref, Money(1), f"{bench.run}-r")


def test_a_paid_payment(played):
    ref = played.paid()
    snapshot = played.provider.fetch(ref)
    assert snapshot.outcome is PaymentOutcome.PAID
    assert (snapshot.received, snapshot.refunded) == (Money(120_000), Money(0))
    report = snapshot.report
    assert (report.minor, report.currency, report.reference) == (120_000, "CNY", ref)
    assert report.client_reference == played.intent().reference


def test_a_declined_card_leaves_the_payment_open(played):
    redirect = played.provider.start(played.intent())
    assert played.decline(redirect) == 402
    snapshot = played.provider.fetch(redirect.ref)
    assert (snapshot.outcome, snapshot.received) == (PaymentOutcome.OPEN, Money(0))
    with pytest.raises(RefundRefused):
        played.provider.refund(redirect.ref, Money(1), "r")
    assert played.pay(redirect) == 303
    assert played.provider.fetch(redirect.ref).outcome is PaymentOutcome.PAID


def test_refunds_in_parts_up_to_the_capture_and_no_further(played):
    ref = played.paid()
    assert played.provider.refund(ref, Money(20_000), "a").refunded == Money(20_000)
    with pytest.raises(RefundRefused):
        played.provider.refund(ref, Money(100_001), "b")
    assert played.provider.fetch(ref).refunded == Money(20_000)
    whole = played.provider.refund(ref, Money(100_000), "c")
    assert (whole.refunded, whole.received, whole.outcome) == (Money(120_000), Money(120_000), PaymentOutcome.PAID)
    with pytest.raises(RefundRefused):
        played.provider.refund(ref, Money(1), "d")
    assert played.provider.fetch(ref).refunded == Money(120_000)


@pytest.mark.parametrize("amount", [Money(0), Money(-1), Money(100, "USD")])
def test_refunds_of_nothing_or_in_another_currency(played, amount):
    ref = played.paid()
    with pytest.raises(RefundRefused):
        played.provider.refund(ref, amount, "a")
    assert played.provider.fetch(ref).refunded == Money(0)


def test_a_refund_is_made_once_per_key(played):
    ref = played.paid()
    for _ in range(3):
        assert played.provider.refund(ref, Money(500), "same").refunded == Money(500)
    with pytest.raises(KeyReused):
        played.provider.refund(ref, Money(501), "same")
    assert played.provider.fetch(ref).refunded == Money(500)


def test_a_refund_is_made_once_even_when_the_provider_forgot_the_key(played):
    ref = played.paid()
    played.provider.refund(ref, Money(500), "same")
    with played.server._store.transaction() as records:
        records._base.execute("DELETE FROM replies")
    assert played.provider.refund(ref, Money(500), "same").refunded == Money(500)


def test_a_payment_is_found_by_the_reference_that_refund_notices_carry(played):
    ref = played.paid()
    played.paid(number=2)
    intent = played.provider._client.v1.checkout.sessions.retrieve(ref).payment_intent
    assert played.provider.fetch(intent) == played.provider.fetch(ref)


def test_methods_are_those_of_the_port():
    port = {name for name in vars(PaymentProvider) if not name.startswith("_")}
    assert port == {"code", "start", "fetch", "refund", "parse_notification"}
    assert port <= {name for name in dir(StripeProvider) if not name.startswith("_")}


def test_a_snapshot_is_plain_and_frozen(bench):
    snapshot = bench.provider.fetch(bench.provider.start(bench.intent()).ref)
    assert replace(snapshot) == snapshot
    with pytest.raises(AttributeError):
        snapshot.ref = "other"
