"""Signed deliveries: retried until taken, kept through kill -9, and refused by the SDK when anything is changed."""

import json
import sqlite3
import time

import pytest
import requests
import stripe

from deploy.local.stripe_server import Settings, StripeServer
from deploy.local.stripe_server.webhooks import signature, wait_after
from tests.fixtures.stripe_play import API_KEY, GOOD, SECRET, Receiver, browse, eventually, pay

KNOWN_BODY = '{"id":"evt_1","object":"event"}'
KNOWN_SIGNATURE = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"


def open_session(client):
    return client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/ok",
            "metadata": {"名": "数据"},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "cny", "unit_amount": 900, "product_data": {"name": "目录"}},
                }
            ],
        }
    )


def kinds(receiver):
    return [json.loads(body)["type"] for _, body in receiver.received]


def control(server_url, path, form=None):
    _, _, text = browse(f"{server_url}{path}", form, Authorization=f"Bearer {API_KEY}")
    return json.loads(text)


def test_known_answer_of_an_independent_tool():
    """``openssl dgst -sha256 -hmac whsec_test_secret`` over ``1700000000.<body>`` gave this signature."""
    assert signature(KNOWN_BODY, "whsec_test_secret", 1_700_000_000) == f"t=1700000000,v1={KNOWN_SIGNATURE}"


def test_each_event_is_delivered_signed_and_in_order(client, receiver):
    session = open_session(client)
    pay(session.url)
    eventually(lambda: len(receiver.received) == 4)
    assert kinds(receiver) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    headers, body = receiver.received[-1]
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
    assert (event.livemode, event.api_version) == (False, stripe.api_version)
    assert event.data.object["metadata"]["名"] == "数据"
    assert event.data.object["id"] == session.id


def test_delivery_is_repeated_until_taken_with_a_fresh_signature(client, receiver):
    receiver.statuses = [500, 302, 404]
    client.v1.checkout.sessions.expire(open_session(client).id)
    eventually(lambda: len(receiver.received) == 4)
    assert len({body for _, body in receiver.received}) == 1
    stamps = [headers["Stripe-Signature"] for headers, _ in receiver.received]
    assert len(set(stamps)) > 1
    event = client.v1.events.list().data[0]
    eventually(lambda: client.v1.events.retrieve(event.id).pending_webhooks == 0)


def test_waits_double_up_to_a_minute():
    assert [wait_after(attempts) for attempts in (1, 2, 3, 4, 7, 8, 50)] == [0.5, 1, 2, 4, 32, 60, 60]


def test_redelivery_and_events_that_wait_for_an_address(client, playing, receiver):
    assert control(playing.url, "/_dev/webhook", {"url": ""}) == {"development": True, "webhook_url": ""}
    client.v1.checkout.sessions.expire(open_session(client).id)
    time.sleep(0.2)
    assert receiver.received == []
    control(playing.url, "/_dev/webhook", {"url": receiver.url})
    eventually(lambda: len(receiver.received) == 1)
    event = client.v1.events.list().data[0]
    eventually(lambda: client.v1.events.retrieve(event.id).pending_webhooks == 0)
    assert control(playing.url, f"/_dev/events/{event.id}/redeliver", {}) == {
        "development": True,
        "redelivering": event.id,
    }
    eventually(lambda: len(receiver.received) == 2)
    assert receiver.received[0][1] == receiver.received[1][1]
    eventually(lambda: control(playing.url, "/_dev/deliveries")["deliveries"][0]["done_at"])


@pytest.mark.parametrize("path", ["/_dev/events/evt_0/redeliver", "/_dev/webhook", "/_dev/other"])
def test_control_asks_for_the_key(playing, path):
    assert browse(f"{playing.url}{path}", {})[0] == 401
    assert "error" in control(playing.url, "/_dev/events/evt_0/redeliver", {})
    assert "error" in control(playing.url, "/_dev/webhook", {"url": "ftp://x"})


@pytest.fixture
def delivered(client, receiver):
    client.v1.checkout.sessions.expire(open_session(client).id)
    eventually(lambda: receiver.received)
    headers, body = receiver.received[0]
    return headers["Stripe-Signature"], body


def test_tampered_forged_stale_and_missing_are_refused(delivered):
    header, body = delivered
    old = signature(body.decode(), SECRET, int(time.time()) - 301)
    for raw, sent, secret in [
        (body.replace(b"expired", b"completed", 1), header, SECRET),
        (body, header, "whsec_other"),
        (body, old, SECRET),
        (body, "", SECRET),
        (body, header.replace("v1=", "v0="), SECRET),
    ]:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(raw, sent, secret)


def test_two_signatures_are_taken_while_a_secret_is_rolled(delivered):
    header, body = delivered
    rolled = header.replace(",v1=", f",v1={'0' * 64},v1=")
    assert stripe.Webhook.construct_event(body, rolled, SECRET).type == "checkout.session.expired"


def test_overdue_sessions_expire_by_themselves(tmp_path, clients):
    now = [time.time()]
    settings = Settings(state=tmp_path / "clocked.sqlite", api_key=API_KEY, webhook_secret=SECRET)
    server = StripeServer(settings, clock=lambda: now[0])
    server.start()
    try:
        client = clients(server.url)
        session, late = open_session(client), open_session(client)
        now[0] += 24 * 3600
        assert pay(late.url)[0] == 410
        eventually(lambda: client.v1.checkout.sessions.retrieve(session.id).status == "expired")
        events = client.v1.events.list().data
        assert sorted(event.data.object["id"] for event in events) == sorted([session.id, late.id])
        assert {event.type for event in events} == {"checkout.session.expired"}
    finally:
        server.stop()


def test_kill_9_loses_nothing(programs, clients, tmp_path):
    receiver = Receiver()
    port, url = receiver.port, receiver.url
    receiver.close()
    first = programs("--webhook-url", url)
    assert "no money moves" in first.line
    assert "演示支付,不发生真实扣款" in first.line
    client = clients(first.url)
    waiting, session = open_session(client), open_session(client)
    assert browse(f"{first.url}/c/pay/{session.id}", {"card": GOOD, "email": "a@b.cn"})[0] == 303
    kept = client.v1.refunds.create(
        {"payment_intent": client.v1.checkout.sessions.retrieve(session.id).payment_intent, "amount": 7},
        {"idempotency_key": "once"},
    )
    first.kill()

    receiver = Receiver(port)
    try:
        second = programs("--webhook-url", url)
        again = clients(second.url)
        eventually(lambda: len({body for _, body in receiver.received}) == 6, seconds=70)
        for headers, body in receiver.received:
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
        assert again.v1.checkout.sessions.retrieve(waiting.id).status == "open"
        assert again.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        repeated = again.v1.refunds.create(
            {"payment_intent": kept.payment_intent, "amount": 7}, {"idempotency_key": "once"}
        )
        assert repeated.id == kept.id
        assert again.v1.balance.retrieve().available[0].amount == 893
        assert second.stop() == 0
    finally:
        receiver.close()
    assert (tmp_path / "state.sqlite").stat().st_mode & 0o777 == 0o600


def test_only_one_server_per_state_and_no_live_key(programs, tmp_path):
    programs()
    for more, sentence in [
        ((), "held by another server"),
        (("--api-key", "sk_live_x"), "no money moves"),
        (("--webhook-url", "here"), "no address"),
    ]:
        other = programs(*more)
        assert other.process.wait(20) == 1
        assert sentence in other.process.communicate()[1]


def test_file_that_is_no_state_is_refused(programs, tmp_path):
    (tmp_path / "state.sqlite").write_text("not a database at all, and long enough to be read as one" * 40)
    other = programs()
    assert other.process.wait(20) == 1
    assert "is no state of one" in other.process.communicate()[1]


def test_state_holds_no_card_number(client, playing, tmp_path):
    pay(open_session(client).url)
    for path in tmp_path.iterdir():
        assert GOOD.encode() not in path.read_bytes()


def test_many_calls_are_not_slowed_by_nagle(playing):
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (API_KEY, "")
        session.get(f"{playing.url}/v1/balance", timeout=5)
        begun = time.perf_counter()
        for _ in range(25):
            session.get(f"{playing.url}/v1/balance", timeout=5)
        assert (time.perf_counter() - begun) / 25 < 0.035


def test_sqlite_is_the_only_store(playing):
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(playing.settings.state, timeout=0.1).execute("SELECT * FROM objects")
