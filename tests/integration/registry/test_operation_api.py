"""Authorised operation and certificates over HTTP."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from kernel.signer import Ed25519Signer
from kernel.workdays import SHANGHAI
from registry import services
from registry.models import Agreement, Plan
from registry.operation import AGREEMENT_ITEMS, FEASIBILITY_ITEMS, PLAN_ITEMS
from registry.schemas import ProductIn
from tests.factories.registry import START, World

pytestmark = pytest.mark.django_db


class Caller:
    def __init__(self, actor):
        _, token = services.issue_api_key(
            organisation_id=actor.organisation_id, user_id=actor.user_id, label="test", actor=actor, now=START
        )
        self.headers = {"Authorization": f"Bearer {token}"}
        self.client = Client()

    def post(self, path, body):
        headers = self.headers | {"Idempotency-Key": str(uuid4())}
        return self.client.post(f"/api/registry{path}", body, content_type="application/json", headers=headers)

    def get(self, path):
        return self.client.get(f"/api/registry{path}", headers=self.headers)


@pytest.fixture
def world():
    return World()


def plan_body(resource_id, **changes):
    return {
        "name": "授权运营实施方案",
        "mode": "by_field",
        "items": dict.fromkeys(PLAN_ITEMS, "内容"),
        "resource_ids": [str(resource_id)],
    } | changes


def agreement_body(world, selection_id, resource_id, **changes):
    today = timezone.now().date()
    return {
        "selection_id": selection_id,
        "number": "闽数授〔2025〕1号",
        "items": dict.fromkeys(AGREEMENT_ITEMS, "约定"),
        "resource_ids": [str(resource_id)],
        "valid_from": (today - timedelta(days=2)).isoformat(),
        "valid_until": (today + timedelta(days=300)).isoformat(),
        "revenue_shares": {str(world.operating): "0.7", str(world.agency): "0.3"},
        "decision_number": "闽数党组〔2025〕15号",
        "decided_on": "2025-06-30",
    } | changes


def filed_over_http(official, operator, steps):
    today = timezone.now().astimezone(SHANGHAI).date().isoformat()
    findings = official.post(f"{steps}/feasibility", {"findings": dict.fromkeys(FEASIBILITY_ITEMS, "可行")})
    assert findings.json()["state"] == "assessed"
    decision = {"decision_number": "闽数党组〔2025〕12号", "decided_on": today}
    assert official.post(f"{steps}/decision", decision).json()["state"] == "decided"
    approval = {"approving_body": "省政府", "approval_number": "3次", "approved_on": today}
    assert official.post(f"{steps}/approval", approval).json()["state"] == "approved"
    assert operator.post(f"{steps}/filing", {"filing_number": "闽备〔2025〕1号"}).status_code == 403
    assert (
        official.post(f"{steps}/filing", {"filing_number": "李某某的方案"}).json()["code"]
        == "registry.number_malformed"
    )
    assert official.post(f"{steps}/filing", {"filing_number": "闽备〔2025〕1号"}).json()["state"] == "filed"


def test_from_plan_to_product_over_http(world):
    resource_id = world.registered_resource()
    official, operator = Caller(world.official), Caller(world.operator)
    plan = official.post("/plans", plan_body(resource_id))
    assert plan.status_code == 201
    filed_over_http(official, operator, f"/plans/{plan.json()['id']}")
    selection = official.post(
        "/selections",
        {
            "plan_id": plan.json()["id"],
            "method": "negotiation",
            "reason": "仅一家",
            "bids": [{"bidder_id": str(world.operating), "score": "91.50"}],
            "operator_id": str(world.operating),
        },
    )
    assert selection.status_code == 201
    agreed = official.post("/agreements", agreement_body(world, selection.json()["id"], resource_id))
    assert agreed.status_code == 201
    path = f"/agreements/{agreed.json()['id']}"
    assert operator.post(f"{path}/filing", {"filing_number": "闽备〔2025〕2号"}).status_code == 403
    assert official.post(f"{path}/filing", {"filing_number": "闽备〔2025〕2号"}).json()["state"] == "filed"
    today = timezone.now().date().isoformat()
    assert operator.post(f"{path}/start", {"started_on": today}).json()["first_operated_on"] == today
    disclosed = Client().get(f"/api/registry{path}").json()
    assert "revenue_shares" not in disclosed
    example = ProductIn.model_config["json_schema_extra"]["examples"][0]
    body = example | {"agreement_id": agreed.json()["id"], "resource_ids": [str(resource_id)]}
    product = operator.post("/products", body)
    assert product.status_code == 201
    own = operator.get(f"/products/{product.json()['id']}")
    assert (own.status_code, own.json()["state"]) == (200, "declared")
    assert Client().get(f"/api/registry/products/{product.json()['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"items": {}}, "registry.items_incomplete"),
        ({"mode": "by_whim"}, "request.malformed"),
        ({"resource_ids": []}, "request.malformed"),
        ({"resource_ids": [str(uuid4())]}, "registry.not_found"),
        ({"surprise": 1}, "request.malformed"),
    ],
)
def test_a_defective_plan_is_a_problem_and_leaves_nothing(world, change, code):
    answer = Caller(world.official).post("/plans", plan_body(world.resource(), **change))
    assert (answer["Content-Type"], answer.json()["code"]) == ("application/problem+json", code)
    assert Plan.objects.count() == 0


def test_shares_that_do_not_sum_are_a_problem(world):
    resource_id = world.registered_resource()
    selection_id = str(world.selection(resource_id, now=timezone.now()))
    body = agreement_body(world, selection_id, resource_id, revenue_shares={str(world.operating): "0.9"})
    answer = Caller(world.official).post("/agreements", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "registry.shares_do_not_sum")
    assert answer.json()["facts"] == {"total": "0.9"}
    assert Agreement.objects.count() == 0


def test_certificates_over_http(world):
    world.registered_resource()
    (number,) = services.issue_certificates(signer=Ed25519Signer.generate("office"), now=START + timedelta(days=20))
    found = Client().get(f"/api/registry/certificates/{number}").json()
    assert (found["number"], found["state"]) == (number, "valid")

    def verdict(text):
        answer = Client().post("/api/registry/certificates/verify", text, content_type="application/json")
        return answer.json()["reason"]

    assert verdict(found["credential"]) == "ok"
    assert verdict(found["credential"].replace("首次登记", "续展登记")) == "bad_signature"
    assert verdict("{") == "not_json"
    missing = Client().get("/api/registry/certificates/DJ202501000001A")
    assert missing.status_code in (404, 422)
    assert json.loads(missing.content)["code"] in ("registry.check_character", "registry.certificate_not_ours")


def test_a_revoked_key_opens_nothing(world):
    key_id, token = services.issue_api_key(
        organisation_id=world.holder, user_id=world.agent.user_id, label="t", actor=world.agent, now=START
    )
    services.revoke_api_key(key_id=key_id, actor=world.agent, now=START)
    answer = Client().get("/api/registry/resources", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "registry.unknown_api_key")
