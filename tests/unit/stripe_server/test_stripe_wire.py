"""The form and type checks on their own, the pages, the shapes of the answers, and unreadable requests."""

import http.client
import typing

import pytest
import stripe
import stripe.checkout
from stripe.params import EventListParams, RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from deploy.local.stripe_server import bodies
from deploy.local.stripe_server.cards import CARDS, card_of
from deploy.local.stripe_server.checking import check, fields_of
from deploy.local.stripe_server.decoding import decode
from deploy.local.stripe_server.problems import Problem
from deploy.local.stripe_server.routes import ROUTES
from tests.fixtures.stripe_play import API_KEY, DECLINED, browse, pay


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[0]=x&a[1]=y", {"a": {"0": "x", "1": "y"}}),
        ("a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
        ("a%5Bb%5D=%E6%95%B0+%E6%8D%AE", {"a": {"b": "数 据"}}),
    ],
)
def test_decoding(text, decoded):
    assert decode(text) == decoded


@pytest.mark.parametrize(
    "text",
    [
        "a=1&a=2",
        "a=1&a[b]=2",
        "a[b]=1&a=2",
        "[a]=1",
        "a[b=1",
        "a" + "[b]" * 9 + "=1",
        "a=%ff",
        "&".join(["a[]=1"] * 2_001),
    ],
)
def test_ambiguous_forms_are_refused(text):
    with pytest.raises(Problem) as caught:
        decode(text)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("shape", "text", "typed"),
    [
        (RefundCreateParams, "amount=12&metadata[k]=v", {"amount": 12, "metadata": {"k": "v"}}),
        (RefundCreateParams, "metadata=", {"metadata": ""}),
        (EventListParams, "created[gt]=5&delivery_success=false", {"created": {"gt": 5}, "delivery_success": False}),
        (EventListParams, "created=5", {"created": 5}),
        (SessionCreateParams, "expand[1]=b&expand[0]=a", {"expand": ["a", "b"]}),
        (SessionCreateParams, "locale=zh", {"locale": "zh"}),
    ],
)
def test_typed_values(shape, text, typed):
    assert check(shape, decode(text)) == typed


@pytest.mark.parametrize(
    ("shape", "text", "code", "param"),
    [
        (RefundCreateParams, "amount=1e3", "parameter_invalid_integer", "amount"),
        (RefundCreateParams, "amount=١", "parameter_invalid_integer", "amount"),
        (RefundCreateParams, "amount[x]=1", "parameter_invalid_integer", "amount"),
        (RefundCreateParams, "metadata[k][l]=v", "parameter_invalid_string", "metadata[k]"),
        (RefundCreateParams, "reason=whim", "parameter_invalid_enum", "reason"),
        (RefundCreateParams, "api_key=sk", "parameter_unknown", "api_key"),
        (EventListParams, "created[soon]=1", "parameter_unknown", "created[soon]"),
        (EventListParams, "delivery_success=1", "parameter_invalid_boolean", "delivery_success"),
        (SessionCreateParams, "expand[x]=a", "parameter_invalid_array", "expand"),
        (SessionCreateParams, "success_url=http://a/%0d%0aX:%201%00", "parameter_invalid_string", "success_url"),
        (SessionCreateParams, "line_items[0][price_data]=1", "parameter_invalid_hash", "line_items[0][price_data]"),
    ],
)
def test_wrong_values(shape, text, code, param):
    with pytest.raises(Problem) as caught:
        check(shape, decode(text))
    assert (caught.value.code, caught.value.param) == (code, param)


def test_every_route_checks_against_a_type_that_the_sdk_has():
    for route in ROUTES:
        top = {name.split(".")[0] for name in route.played}
        assert top <= set(fields_of(route.shape)), route.path
    assert all(name not in fields_of(RefundCreateParams) for name in stripe.RequestOptions.__annotations__)


ABSENT_AT_STRIPE_TOO = {
    "account",
    "context",
    "connect_reserved",
    "instant_available",
    "issuing",
    "refund_and_dispute_prefunding",
}


def always_there(shape):
    notes = shape.__annotations__
    return {name for name, note in notes.items() if not str(note).startswith(("typing.ClassVar", "typing.NotRequired"))}


def declared(shape):
    """The members of one of the SDK's classes, and which of them it says are always there."""
    optional = {name for name, note in shape.__annotations__.items() if typing.get_origin(note) is typing.NotRequired}
    return set(shape.__annotations__), always_there(shape) - optional


def test_answers_have_every_member_that_the_sdk_says_is_there(client):
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/ok",
            "line_items": [
                {"quantity": 1, "price_data": {"currency": "cny", "unit_amount": 900, "product_data": {"name": "x"}}}
            ],
        }
    )
    pay(session.url)
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "line_items"]})
    refund = client.v1.refunds.create({"payment_intent": done.payment_intent.id})
    line = done.line_items.data[0]
    event = client.v1.events.list().data[0]
    answers = [session, done, done.payment_intent, done.payment_intent.latest_charge, refund, line, line.price, event]
    for answer in [*answers, client.v1.balance.retrieve()]:
        known, required = declared(type(answer))
        members = set(answer.to_dict())
        assert members <= known, (type(answer), members - known)
        assert required - members <= ABSENT_AT_STRIPE_TOO, (type(answer), required - members)


def test_nothing_is_live(client):
    for answer in (
        bodies.event_body(now=1, kind="x", subject={}, request={}, before=None),
        client.v1.balance.retrieve(),
    ):
        assert answer["livemode"] is False


def test_cards():
    assert card_of("4242 4242-4242 4242") is CARDS[0]
    assert card_of("4111111111111111") is None
    assert card_of("") is None


@pytest.fixture
def page(client):
    return client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/ok",
            "cancel_url": 'http://127.0.0.1:9/no?a=1&b="2"',
            "customer_email": "x@example.cn",
            "line_items": [
                {
                    "quantity": 2,
                    "price_data": {"currency": "cny", "unit_amount": 123_456, "product_data": {"name": "<b>数据</b>"}},
                }
            ],
        }
    ).url


@pytest.mark.parametrize(
    ("query", "accepts", "lang", "title"),
    [
        ("", "en-GB", "en", "Pay for the order"),
        ("", "zh-CN,zh", "zh-Hans", "支付订单"),
        ("?lang=zh", "en", "zh-Hans", "支付订单"),
    ],
)
def test_page_in_both_languages_is_loud(page, query, accepts, lang, title):
    status, headers, text = browse(page + query, **{"Accept-Language": accepts})
    assert status == 200
    assert f'<html lang="{lang}">' in text
    assert f"<title>{title}</title>" in text
    assert "演示支付,不发生真实扣款" in text
    assert "Development payment page: no money moves" in text
    assert "&lt;b&gt;数据&lt;/b&gt;" in text
    assert "¥2,469.12" in text
    assert 'value="4242424242424242"' in text
    assert 'value="x@example.cn"' in text
    assert 'href="http://127.0.0.1:9/no?a=1&amp;b=&quot;2&quot;"' in text
    assert "<script" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


def test_page_says_what_went_wrong(page):
    _, _, text = browse(page + "?lang=zh", {"card": DECLINED, "email": "x@example.cn"})
    assert "该卡被拒绝,未扣款。" in text
    _, _, text = browse(page + "?lang=en", {"card": "4242424242424242", "email": "nobody"})
    assert "Enter a valid email address." in text


def test_page_after_paying(page):
    pay(page)
    status, _, text = browse(page + "?lang=en")
    assert (status, "This order is paid" in text) == (200, True)
    assert 'href="http://127.0.0.1:9/ok"' in text


def send(server, method, path, body=b"", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=5)
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(body)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


KEY = {"Authorization": f"Bearer {API_KEY}"}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content_Length": "2000000"}, b"", 413),
        ({"Content_Length": "-1"}, b"", 411),
        ({"Transfer_Encoding": "chunked"}, b"0\r\n\r\n", 411),
        ({"Content_Length": "1"}, b"\xff", 400),
        (KEY | {"Content_Length": "2", "Content_Type": "application/json"}, b"{}", 400),
        (KEY | {"Content_Length": "0", "Idempotency_Key": "k" * 256}, b"", 400),
        (KEY | {"Content_Length": "0"}, b"", 400),
    ],
)
def test_unreadable_requests(playing, headers, body, status):
    assert send(playing, "POST", "/v1/checkout/sessions", body, **headers) == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(playing, method):
    assert send(playing, method, "/v1/balance", **KEY) == 404


def test_page_of_something_else_is_not_found(client, playing):
    assert browse(f"{playing.url}/c/pay/evt_1")[0] == 404
    assert browse(f"{playing.url}/c/pay/", {"card": "4242424242424242"})[0] == 404
