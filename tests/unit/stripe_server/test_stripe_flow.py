"""The whole way through Checkout with the real SDK, and what each refusal says."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.fixtures.stripe_play import DECLINED, GOOD, POOR, browse, eventually, pay


def order(**changes):
    return {
        "mode": "payment",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "payment_intent_data": {"metadata": {"order": "1"}, "description": "健康数据"},
        "success_url": "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/cancelled",
        "line_items": [
            {
                "quantity": 3,
                "price_data": {"currency": "cny", "unit_amount": 12_345, "product_data": {"name": "健康数据 <产品>"}},
            }
        ],
    } | changes


def paid(client):
    session = client.v1.checkout.sessions.create(order())
    assert pay(session.url)[0] == 303
    return client.v1.checkout.sessions.retrieve(session.id)


def refusal(call, *arguments):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*arguments)
    return caught.value.http_status, caught.value.code, caught.value.param


def test_whole_flow(client):
    session = client.v1.checkout.sessions.create(order())
    assert (session.status, session.payment_status, session.amount_total, session.currency) == (
        "open",
        "unpaid",
        37_035,
        "cny",
    )
    assert (session.livemode, session.payment_intent, session.client_reference_id) == (False, None, "order-1")
    assert session.id.startswith("cs_test_")
    assert session.metadata["order"] == "1"
    assert session.expires_at == session.created + 24 * 3600

    status, headers, _ = pay(session.url)
    assert (status, headers["Location"]) == (303, f"http://127.0.0.1:9/paid?session={session.id}")

    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "line_items"]})
    assert (done.status, done.payment_status, done.customer_details.email) == ("complete", "paid", "buyer@example.cn")
    assert (done.payment_intent.status, done.payment_intent.amount_received) == ("succeeded", 37_035)
    assert done.payment_intent.metadata["order"] == "1"
    assert done.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert [(line.quantity, line.amount_total) for line in done.line_items.data] == [(3, 37_035)]
    lines = client.v1.checkout.sessions.line_items.list(session.id)
    assert lines.data[0].price.unit_amount == 12_345
    charges = client.v1.charges.list({"payment_intent": done.payment_intent.id})
    assert [charge.id for charge in charges.data] == [done.payment_intent.latest_charge.id]


def test_paying_twice_charges_once(client):
    session = client.v1.checkout.sessions.create(order())
    assert [pay(session.url)[0], pay(session.url)[0]] == [303, 303]
    assert len(client.v1.charges.list().data) == 1
    assert client.v1.balance.retrieve().available[0].amount == 37_035


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [(DECLINED, "card_declined", "generic_decline"), (POOR, "card_declined", "insufficient_funds")],
)
def test_declined_card_then_good_card(client, card, code, decline):
    session = client.v1.checkout.sessions.create(order())
    status, _, page = pay(session.url, card)
    assert status == 402
    assert 'role="alert"' in page
    tried = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (tried.status, tried.payment_status, tried.payment_intent.status) == (
        "open",
        "unpaid",
        "requires_payment_method",
    )
    assert tried.payment_intent.last_payment_error.code == code
    assert tried.payment_intent.last_payment_error.decline_code == decline
    assert client.v1.balance.retrieve().available[0].amount == 0
    assert pay(session.url, GOOD)[0] == 303
    assert client.v1.payment_intents.retrieve(tried.payment_intent.id).status == "succeeded"


def test_card_that_is_no_test_card_is_refused_and_not_repeated(client):
    session = client.v1.checkout.sessions.create(order())
    status, _, page = pay(session.url, "4111111111111111")
    assert status == 402
    assert "4111111111111111" not in page
    assert client.v1.charges.list().data == []


def test_refunds_in_parts_and_never_more(client):
    session = paid(client)
    first = client.v1.refunds.create({"payment_intent": session.payment_intent, "amount": 35})
    assert (first.status, first.amount, first.currency) == ("succeeded", 35, "cny")
    too_much = {"payment_intent": session.payment_intent, "amount": 37_001}
    assert refusal(client.v1.refunds.create, too_much) == (400, None, "amount")
    rest = client.v1.refunds.create({"charge": first.charge, "reason": "requested_by_customer"})
    assert rest.amount == 37_000
    assert refusal(client.v1.refunds.create, {"charge": first.charge}) == (400, "charge_already_refunded", None)
    charge = client.v1.charges.retrieve(first.charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 37_035)
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    assert client.v1.refunds.retrieve(first.id).amount == 35
    assert [r.id for r in client.v1.refunds.list({"payment_intent": session.payment_intent}).data] == [
        rest.id,
        first.id,
    ]


@pytest.mark.parametrize("amount", [0, -5])
def test_refund_of_nothing(client, amount):
    session = paid(client)
    asked = {"payment_intent": session.payment_intent, "amount": amount}
    assert refusal(client.v1.refunds.create, asked) == (400, "parameter_invalid_integer", "amount")
    assert client.v1.refunds.list().data == []


def test_refund_before_payment(client):
    session = client.v1.checkout.sessions.create(order())
    pay(session.url, DECLINED)
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    asked = {"payment_intent": intent}
    assert refusal(client.v1.refunds.create, asked) == (400, "payment_intent_unexpected_state", "payment_intent")
    assert refusal(client.v1.refunds.create, {}) == (400, "parameter_missing", "payment_intent")
    assert refusal(client.v1.refunds.create, {"charge": "ch_none"}) == (404, "resource_missing", "charge")


def line(**changes):
    priced = {"currency": "cny", "unit_amount": 500, "product_data": {"name": "x"}} | changes
    return [{"quantity": 1, "price_data": {name: value for name, value in priced.items() if value is not None}}]


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"mode": "gift"}, "parameter_invalid_enum", "mode"),
        ({"mode": "subscription"}, "parameter_not_played", "mode=subscription"),
        ({"ui_mode": "elements"}, "parameter_not_played", "ui_mode=elements"),
        ({"automatic_tax": {"enabled": True}}, "parameter_not_played", "automatic_tax.enabled"),
        ({"automatic_tax": {"enabled": "yes"}}, "parameter_invalid_boolean", "automatic_tax[enabled]"),
        (
            {"allowed_payment_method_types": ["alipay"]},
            "parameter_not_played",
            "allowed_payment_method_types without card",
        ),
        (
            {"line_items": line(unit_amount="1.5")},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ({"line_items": line(unit_amount=-1)}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
        ({"line_items": line(unit_amount=None)}, "parameter_missing", "line_items[0][price_data][unit_amount]"),
        ({"line_items": line(currency=None)}, "parameter_missing", "line_items[0][price_data][currency]"),
        ({"line_items": line(currency="xau")}, None, "line_items[0][price_data][currency]"),
        ({"line_items": line(unit_amount=399)}, "amount_too_small", "line_items"),
        ({"line_items": line(unit_amount=100_000_000)}, "amount_too_large", "line_items"),
        ({"line_items": line() + line(currency="usd")}, None, "line_items"),
        ({"line_items": [{"price": "price_1"}]}, "parameter_not_played", "line_items.price"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"line_items": "x"}, "parameter_invalid_array", "line_items"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"cancel_url": "/relative"}, "url_invalid", "cancel_url"),
        ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, None, "metadata"),
        ({"expires_at": 10**9}, None, "expires_at"),
        ({"expand": ["customer.cats"]}, None, "expand"),
    ],
)
def test_refused_session(client, changes, code, param):
    assert refusal(client.v1.checkout.sessions.create, order(**changes)) == (400, code, param)
    assert client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize("name", ["mode", "success_url", "line_items"])
def test_session_without_a_required_parameter(client, name):
    asked = {key: value for key, value in order().items() if key != name}
    assert refusal(client.v1.checkout.sessions.create, asked) == (400, "parameter_missing", name)


def test_expiry_by_order_and_the_page_afterwards(client):
    session = client.v1.checkout.sessions.create(order(expires_at=int(time.time()) + 1_900))
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert refusal(client.v1.checkout.sessions.expire, session.id)[0] == 400
    assert browse(session.url)[0] == 410
    assert pay(session.url)[0] == 410
    assert client.v1.charges.list().data == []


def test_paid_session_does_not_expire(client):
    session = paid(client)
    assert refusal(client.v1.checkout.sessions.expire, session.id)[0] == 400
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize("key", ["sk_test_other", "sk_test_of_these_testsX"])
def test_wrong_key(playing, clients, key):
    with pytest.raises(stripe.AuthenticationError) as caught:
        clients(playing.url, key).v1.balance.retrieve()
    assert caught.value.http_status == 401
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic c2tfdGVzdF9vZl90aGVzZV90ZXN0czo="}, 200),
        ({"Authorization": "Basic %%%"}, 401),
        ({"Authorization": "Bearer sk_test_of_these_tests"}, 200),
        ({"Authorization": "Bearer sk_test_of_these_tests", "Stripe-Version": "2020-08-27"}, 400),
        ({"Authorization": "Bearer sk_test_of_these_tests", "Stripe-Account": "acct_1"}, 403),
    ],
)
def test_key_and_version_headers(playing, header, status):
    answer, headers, _ = browse(f"{playing.url}/v1/balance", **header)
    assert answer == status
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == stripe.api_version


def test_unknown_objects_and_addresses(client, playing):
    assert refusal(client.v1.checkout.sessions.retrieve, "cs_test_none") == (404, "resource_missing", "session")
    assert refusal(client.v1.payment_intents.retrieve, "pi_none") == (404, "resource_missing", "intent")
    assert refusal(client.v1.customers.create, {})[0] == 404
    assert browse(f"{playing.url}/c/pay/cs_test_none")[0] == 404
    assert browse(f"{playing.url}/health")[0] == 200


def test_cursors_over_events(client):
    for _ in range(3):
        paid(client)
    every = [event.id for event in client.v1.events.list({"limit": 100}).data]
    assert len(every) == 12
    assert [event.id for event in client.v1.events.list({"limit": 5}).auto_paging_iter()] == every
    page = client.v1.events.list({"limit": 4, "starting_after": every[3]})
    assert ([event.id for event in page.data], page.has_more) == (every[4:8], True)
    back = client.v1.events.list({"limit": 4, "ending_before": every[4]})
    assert ([event.id for event in back.data], back.has_more) == (every[:4], False)
    completed = client.v1.events.list({"types": ["checkout.session.completed"]}).data
    assert [event.type for event in completed] == ["checkout.session.completed"] * 3
    assert len(client.v1.events.list({"type": "payment_intent.*"}).data) == 6
    assert client.v1.events.retrieve(every[0]).api_version == stripe.api_version
    assert client.v1.events.list({"created": {"gt": int(time.time()) + 60}}).data == []
    assert refusal(client.v1.events.list, {"limit": 101}) == (400, "parameter_invalid_integer", "limit")
    assert refusal(client.v1.events.list, {"starting_after": "evt_none"})[0] == 404


def test_delivered_events_are_told_from_waiting_ones(client, receiver):
    receiver.statuses = [500] * 100
    paid(client)
    assert len(client.v1.events.list({"delivery_success": False}).data) == 4
    receiver.statuses = []
    eventually(lambda: len(client.v1.events.list({"delivery_success": True}).data) == 4)
    assert {event.pending_webhooks for event in client.v1.events.list().data} == {0}


def test_key_again_gives_the_same_answer(client):
    first = client.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    again = client.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.last_response.headers
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.checkout.sessions.create(order(client_reference_id="order-2"), {"idempotency_key": "k1"})
    assert caught.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.expire(first.id, {}, {"idempotency_key": "k1"})
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_refund_repeated_with_its_key_is_one_refund(client):
    session = paid(client)
    asked = {"payment_intent": session.payment_intent, "amount": 100}
    made = {client.v1.refunds.create(asked, {"idempotency_key": "r1"}).id for _ in range(3)}
    assert len(made) == 1
    assert client.v1.balance.retrieve().available[0].amount == 36_935


def test_refusal_of_the_parameters_is_not_kept_but_a_refusal_of_the_act_is(client):
    options = {"idempotency_key": "k2"}
    assert refusal(client.v1.checkout.sessions.create, order(colour="red"), options)[1] == "parameter_unknown"
    assert client.v1.checkout.sessions.create(order(), options).status == "open"
    session = paid(client)
    over = {"payment_intent": session.payment_intent, "amount": 99_999}
    for _ in range(2):
        assert refusal(client.v1.refunds.create, over, {"idempotency_key": "k3"}) == (400, None, "amount")
    assert client.v1.refunds.list().data == []


def test_many_at_once_have_one_effect(client):
    session = client.v1.checkout.sessions.create(order())
    with ThreadPoolExecutor(8) as hands:
        statuses = set(hands.map(lambda _: pay(session.url)[0], range(8)))
        asked = {"payment_intent": client.v1.checkout.sessions.retrieve(session.id).payment_intent, "amount": 37_000}
        refunds = list(hands.map(lambda n: refused_or_made(client, asked, f"r{n}"), range(8)))
        made = set(
            hands.map(lambda _: client.v1.checkout.sessions.create(order(), {"idempotency_key": "k"}).id, range(8))
        )
    assert statuses == {303}
    assert len(client.v1.charges.list().data) == 1
    assert refunds.count("made") == 1
    assert client.v1.balance.retrieve().available[0].amount == 35
    assert len(made) == 1


def refused_or_made(client, asked, key):
    try:
        client.v1.refunds.create(asked, {"idempotency_key": key})
    except stripe.InvalidRequestError:
        return "refused"
    return "made"
