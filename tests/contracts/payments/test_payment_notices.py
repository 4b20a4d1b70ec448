"""Notifications: what is verified, what is refused, what each kind means, and that order does not matter."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from kernel.money import Money
from marketplace.gateways.payment import BadSignature, Notice, NoticeKind, UnreadableNotice
from marketplace.gateways.stripe_checkout import StripeProvider
from marketplace.types import PaymentOutcome
from tests.fixtures.stripe_play import API_KEY, browse, eventually

SECRET = "whsec_test_secret"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KNOWN_BODY = b'{"id":"evt_1","object":"event"}'
KNOWN_SIGNATURE = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"


@pytest.fixture
def provider():
    provider = StripeProvider("sk_test_offline", "http://127.0.0.1:1", SECRET)
    yield provider
    provider.close()


def event(kind="checkout.session.completed", subject=None, **changes):
    subject = subject or {"object": "checkout.session", "id": "cs_test_1", "payment_status": "paid"}
    body = {"id": "evt_9", "object": "event", "type": kind, "created": 1_790_000_000, "data": {"object": subject}}
    return json.dumps(body | changes, ensure_ascii=False).encode()


def header(raw, *, at=NOW, secret=SECRET):
    return stripe.WebhookSignature.generate_signature_header(raw.decode(), secret, int(at.timestamp()))


def notice(provider, raw, now=NOW):
    return provider.parse_notification({"Stripe-Signature": header(raw)}, raw, now)


def refused(provider, raw, signature, now=NOW):
    with pytest.raises(BadSignature) as caught:
        provider.parse_notification({"Stripe-Signature": signature}, raw, now)
    return caught.value.reason


def test_a_signed_notice_is_read(provider):
    assert notice(provider, event()) == Notice(
        event_id="evt_9",
        kind=NoticeKind.PAID,
        provider_ref="cs_test_1",
        created=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
    )


def test_the_known_answer_of_an_independent_tool_is_verified(provider):
    """``openssl dgst -sha256 -hmac`` signed this body; it verifies, and then is no event with data."""
    signed = f"t=1700000000,v1={KNOWN_SIGNATURE}"
    then = datetime.fromtimestamp(1_700_000_000, UTC)
    with pytest.raises(UnreadableNotice):
        provider.parse_notification({"Stripe-Signature": signed}, KNOWN_BODY, then)
    assert refused(provider, KNOWN_BODY, signed, then + timedelta(seconds=301)) == "stale"


def test_the_header_is_found_in_any_case(provider):
    raw = event()
    assert provider.parse_notification({"stripe-signature": header(raw)}, raw, NOW).event_id == "evt_9"


@pytest.mark.parametrize("seconds", [-60, 0, 299, 300])
def test_age_within_limits(provider, seconds):
    raw = event()
    at = NOW - timedelta(seconds=seconds)
    assert provider.parse_notification({"Stripe-Signature": header(raw, at=at)}, raw, NOW).kind is NoticeKind.PAID


@pytest.mark.parametrize(
    ("seconds", "reason"), [(301, "stale"), (86_400, "stale"), (-61, "future"), (-86_400, "future")]
)
def test_age_beyond_limits(provider, seconds, reason):
    raw = event()
    assert refused(provider, raw, header(raw, at=NOW - timedelta(seconds=seconds))) == reason


def test_age_is_measured_by_the_moment_given_and_not_by_a_clock(provider):
    raw, then = event(), datetime(2001, 1, 1, tzinfo=UTC)
    assert provider.parse_notification({"Stripe-Signature": header(raw, at=then)}, raw, then).event_id == "evt_9"


def test_tampered_and_forged(provider):
    raw = event()
    good = header(raw)
    assert refused(provider, raw.replace(b"cs_test_1", b"cs_test_2"), good) == "forged"
    assert refused(provider, raw + b" ", good) == "forged"
    assert refused(provider, raw, header(raw, secret="whsec_other")) == "forged"
    assert refused(provider, raw, good.replace("t=1", "t=2", 1)) == "forged"


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "missing"),
        ("nonsense", "forged"),
        ("t=,v1=", "forged"),
        ("t=1795262400", "forged"),
        ("t=1795262400,v1=", "forged"),
        ("t=1795262400,v1=数据", "forged"),
        ("t=1795262400,t=1795262400,v1=00", "forged"),
        ("t=-1,v1=00", "forged"),
        ("t=1_795_262_400,v1=00", "forged"),
        ("t=" + "9" * 5_000 + ",v1=00", "forged"),
        ("t=1795262400,v0=00", "forged"),
    ],
)
def test_headers_that_are_no_signature(provider, signature, reason):
    assert refused(provider, event(), signature) == reason


def test_no_header_at_all(provider):
    with pytest.raises(BadSignature) as caught:
        provider.parse_notification({}, event(), NOW)
    assert caught.value.reason == "missing"


def test_a_body_that_is_no_text(provider):
    assert refused(provider, b"\xff\xfe", header(b"x")) == "forged"


def test_two_signatures_are_taken_while_a_secret_is_rolled(provider):
    raw = event()
    rolled = header(raw).replace(",v1=", f",v1={'0' * 64},v1=")
    assert provider.parse_notification({"Stripe-Signature": rolled}, raw, NOW).kind is NoticeKind.PAID


SESSION = {"object": "checkout.session", "id": "cs_test_1"}
CHARGE = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}
REFUND = {"object": "refund", "id": "re_1", "payment_intent": "pi_1"}


@pytest.mark.parametrize(
    ("name", "subject", "kind", "ref"),
    [
        ("checkout.session.completed", SESSION | {"payment_status": "paid"}, NoticeKind.PAID, "cs_test_1"),
        ("checkout.session.completed", SESSION | {"payment_status": "unpaid"}, NoticeKind.PENDING, "cs_test_1"),
        ("checkout.session.async_payment_succeeded", SESSION, NoticeKind.PAID, "cs_test_1"),
        ("checkout.session.async_payment_failed", SESSION, NoticeKind.FAILED, "cs_test_1"),
        ("checkout.session.expired", SESSION, NoticeKind.EXPIRED, "cs_test_1"),
        ("charge.refunded", CHARGE, NoticeKind.REFUNDED, "pi_1"),
        ("charge.refunded", CHARGE | {"payment_intent": None}, NoticeKind.IGNORED, ""),
        ("refund.created", REFUND, NoticeKind.REFUNDED, "pi_1"),
        ("refund.updated", REFUND, NoticeKind.REFUNDED, "pi_1"),
        ("refund.failed", REFUND, NoticeKind.REFUNDED, "pi_1"),
        ("charge.succeeded", CHARGE, NoticeKind.IGNORED, ""),
        ("payment_intent.succeeded", {"object": "payment_intent", "id": "pi_1"}, NoticeKind.IGNORED, ""),
        ("invoice.paid", {"object": "invoice"}, NoticeKind.IGNORED, ""),
        ("something.new", {}, NoticeKind.IGNORED, ""),
    ],
)
def test_kinds(provider, name, subject, kind, ref):
    read = notice(provider, event(name, subject or {"object": "x"}))
    assert (read.kind, read.provider_ref, read.event_id) == (kind, ref, "evt_9")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'"event"',
        b"{",
        event(data=None),
        event(data={"object": []}),
        event(created="yesterday"),
        event(created=10**20),
        event(subject={"object": "charge", "id": "ch_1"}, kind="charge.refunded"),
        json.dumps({"id": "evt_2", "object": "v2.core.event", "type": "x", "created": "2026-01-01T00:00:00Z"}).encode(),
    ],
)
def test_signed_but_no_event(provider, raw):
    with pytest.raises(UnreadableNotice) as caught:
        notice(provider, raw)
    assert caught.value.facts == {"provider": "stripe"}


def read_all(played):
    now = datetime.fromtimestamp(time.time(), UTC)
    notices = [played.provider.parse_notification(headers, raw, now) for headers, raw in played.receiver.received]
    return [each for each in notices if each.kind is not NoticeKind.IGNORED]


def test_notices_of_a_whole_life_in_any_order_lead_to_the_same_snapshot(played):
    ref = played.paid()
    played.provider.refund(ref, Money(20_000), "a")
    eventually(lambda: len(played.receiver.received) == 6)
    notices = read_all(played)
    assert [each.kind for each in notices] == [NoticeKind.PAID, NoticeKind.REFUNDED, NoticeKind.REFUNDED]
    for each in reversed(notices):
        snapshot = played.provider.fetch(each.provider_ref)
        assert (snapshot.ref, snapshot.outcome, snapshot.refunded) == (ref, PaymentOutcome.PAID, Money(20_000))


def test_a_late_notice_of_the_past_does_not_undo_the_present(played):
    redirect = played.provider.start(played.intent())
    assert played.decline(redirect) == 402
    assert played.pay(redirect) == 303
    eventually(lambda: len(played.receiver.received) == 6)
    first = json.loads(played.receiver.received[0][1])["id"]
    path = f"{played.server.url}/_dev/events/{first}/redeliver"
    assert browse(path, {}, Authorization=f"Bearer {API_KEY}")[0] == 200
    eventually(lambda: len(played.receiver.received) == 7)
    assert json.loads(played.receiver.received[-1][1])["id"] == first
    assert played.provider.fetch(redirect.ref).outcome is PaymentOutcome.PAID


def test_a_notice_delivered_again_has_the_same_event_id(played):
    redirect = played.provider.start(played.intent())
    played.receiver.statuses = [500]
    played.expire(redirect.ref)
    eventually(lambda: len(played.receiver.received) == 2)
    first, again = read_all(played)
    assert first == again
    assert (first.kind, first.provider_ref) == (NoticeKind.EXPIRED, redirect.ref)
