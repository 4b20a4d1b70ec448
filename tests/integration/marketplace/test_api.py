"""A purchase through the HTTP API: each route by those who may and those who may not, once and again."""

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from marketplace import models, services
from registry.services import issue_api_key
from registry.types import Role
from tests.factories.marketplace import paid_report
from tests.factories.privacy import by
from tests.factories.registry import member, organisation
from tests.integration.marketplace.conftest import SYSTEM, everything

pytestmark = pytest.mark.django_db
ROOT = "/api/marketplace"


class Program:
    """An organisation's program with its API key."""

    def __init__(self, actor=None):
        self.headers = {}
        if actor is not None:
            user = get_user_model().objects.get(pk=actor.user_id)
            _, token = issue_api_key(
                organisation_id=actor.organisation_id, user_id=user.pk, label="test", actor=SYSTEM, now=timezone.now()
            )
            self.headers["authorization"] = f"Bearer {token}"

    def get(self, path, **query):
        return Client().get(f"{ROOT}{path}", query, headers=self.headers)

    def post(self, path, body=None, *, key=None, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body or {})
        headers = self.headers | {"idempotency-key": key or str(uuid.uuid4())}
        return Client().post(f"{ROOT}{path}", data, content_type=kind, headers=headers)


@pytest.fixture
def program(shop):
    return Program(shop.buyer)


def purchase(shop, **changes):
    asked = {"product_id": str(shop.product_id), "form": "per_call", "quantity": "50", "scenario": "industry"}
    return asked | changes


def answer(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.json()


def problem(response, status, code):
    document = answer(response, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert document["code"] == code
    return document


def test_anyone_searches_the_catalogue(shop):
    found = answer(Program().get("/products", text="住院费用"))
    assert (found["total"], found["items"][0]["product_id"]) == (1, str(shop.product_id))
    assert {facet["name"] for facet in found["facets"]} == {"holder", "industry", "product_type", "form"}
    assert answer(Program().get(f"/products/{shop.product_id}"))["registration_code"] == shop.coded
    problem(Program().get(f"/products/{uuid.uuid4()}"), 404, "marketplace.no_such_listing")


def test_a_whole_purchase(shop, program):
    quote = answer(program.post("/quotes", purchase(shop)), 201)
    assert quote["total"] == {"minor": 600, "currency": "CNY"}
    order = answer(program.post("/orders", purchase(shop)), 201)
    assert (order["state"], order["total"]["minor"], order["quantity"]) == ("placed", 600, "50.000000")
    payment = services.begin_payment(
        order_id=uuid.UUID(order["id"]), provider="stripe", actor=shop.buyer, now=timezone.now()
    )
    services.apply_report(report=paid_report(payment), actor=SYSTEM, now=timezone.now())
    order = answer(program.get(f"/orders/{order['id']}"))
    assert order["state"] == "fulfilled"
    licence = answer(program.get(f"/licences/{order['licence_id']}"))
    assert (licence["quota"], licence["used"], licence["left"]) == (50, 0, 50)
    assert [row["id"] for row in answer(program.get("/licences"))] == [licence["id"]]
    assert [row["state"] for row in answer(program.get(f"/orders/{order['id']}/payments"))] == ["captured"]


def test_the_same_key_orders_once_and_another_body_is_refused(shop, program):
    first = program.post("/orders", purchase(shop), key="k1")
    again = program.post("/orders", purchase(shop), key="k1")
    assert answer(first, 201)["id"] == answer(again, 201)["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert models.Order.objects.count() == 1
    problem(program.post("/orders", purchase(shop, quantity="51"), key="k1"), 409, "kernel.idempotency_key_reused")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "0"}, {"quantity": "-1"}, {"quantity": "NaN"}, {"quantity": "1e400"}, {"quantity": None},
        {"form": "per_wish"}, {"scenario": "theft"}, {"product_id": "x"}, {"surprise": 1}, {"unit": "x" * 99},
    ],
)  # fmt: skip
def test_malformed_orders_change_nothing(shop, program, changes):
    before = everything()
    problem(program.post("/orders", purchase(shop, **changes)), 422, "request.malformed")
    assert everything() == before


def test_who_may_not(shop, program):
    stranger = Program(member(organisation("别家公司", kind="enterprise"), Role.BUYER))
    order = answer(program.post("/orders", purchase(shop)), 201)
    before = everything()
    problem(Program().post("/orders", purchase(shop)), 403, "kernel.role_required")
    problem(Program(shop.operator).post("/orders", purchase(shop)), 403, "kernel.role_required")
    problem(stranger.get(f"/orders/{order['id']}"), 404, "marketplace.no_such_order")
    problem(stranger.post(f"/orders/{order['id']}/cancellation"), 403, "kernel.other_organisation")
    problem(program.post("/settlements", {"month": "2026-11-01"}), 403, "kernel.role_required")
    problem(program.get("/books"), 403, "kernel.role_required")
    problem(program.post(f"/orders/{order['id']}/refunds", {"minor": 1, "reason": "退货"}), 403, "kernel.role_required")
    assert answer(stranger.get("/orders")) == []
    assert everything() == before


def test_questions_tables_and_lookups(shop, holder, program):
    now = timezone.now()
    licence = shop.licence(quantity="3", now=now)
    asked = answer(program.post(f"/licences/{licence.id}/queries", {"plan": by("plan")}), 201)
    assert (asked["state"], asked["result"]) == ("waiting", None)
    holder.pump(now)
    done = answer(program.get(f"/queries/{asked['id']}"))
    assert done["state"] == "answered"
    assert done["result"]["cells"][0]["key"] == ["free"]
    refused = answer(program.post(f"/licences/{licence.id}/queries", {"plan": by("row_id")}), 201)
    assert (refused["state"], refused["refusal"]["rule"]) == ("refused", "hidden_column")
    cube = answer(program.get(f"/licences/{licence.id}/cube"))
    assert cube["result"]["cells"]
    assert cube["lookup"]["dimensions"]
    before = everything()
    bad = program.post(f"/licences/{licence.id}/lookups", b"\x00junk", kind="application/octet-stream")
    assert bad.status_code == 422
    assert everything() == before
    problem(program.get(f"/lookups/{uuid.uuid4()}/reply"), 404, "marketplace.no_such_question")


def test_closing_a_month_and_holding_the_books_against_the_log(shop):
    now = timezone.now()
    shop.licence(quantity="50", now=now)
    program = Program(shop.operator)
    month = {"month": f"{timezone.localdate(now):%Y-%m-%d}"}
    closed = answer(program.post("/settlements", month), 201)
    assert closed["total"]["minor"] == 600
    assert sum(line["amount"]["minor"] for line in closed["journal"]["lines"]) == 0
    assert answer(program.get(f"/settlements/{closed['id']}")) == closed
    problem(program.post("/settlements", month), 409, "marketplace.nothing_to_settle")
    books = answer(program.get("/books"))
    assert (books["journals"], {row["kind"] for row in books["differences"]}) == (2, {"not_sealed"})
