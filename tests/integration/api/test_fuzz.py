"""Every operation that changes something, fed nasty values by people who may do everything: no crash, no trace."""

import json
import os
import random
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.models import IdempotencyRecord
from ledger.models import Entry
from registry import models as registry
from registry.services import issue_api_key
from registry.types import Role
from tests.factories.description import described
from tests.factories.marketplace import Shop
from tests.integration.api.test_every_route import METHODS, VERDICTS, is_problem, operations

NASTY: tuple[object, ...] = (
    None, "", " ", "\x00", "a\x00b", "\ud800", "国" * 5000, "🀄", "0001-01-01", "9999-12-31", "NaN", "Infinity", "-0",
    "1e400", "1E+30", "99999999999999", "0.000001", 0, -1, 2**31, 2**63, 10**40, float("nan"), float("inf"), 1e308,
    True, [], [[]], [None], {}, {"a": {"b": []}}, ["\x00"], {"\x00": "\x00"}, "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
SAMPLES = int(os.environ.get("FUZZ_SAMPLES", "250"))
SEED = 20261121


def example_of(schema, components):
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema.get("example") or (schema.get("examples") or [{}])[0]


def body_of(operation, components):
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return {}
    return json.loads(json.dumps(content.get("example") or example_of(content["schema"], components)))


def places(value, path=()):
    """Every place inside a JSON value, the whole among them."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


def put(value, path, nasty):
    if not path:
        return nasty
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], nasty)
    return copy


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """A shop with an order and a licence, and a person of each organisation who holds every role there is."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield people_of(Shop())
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


def people_of(shop):
    now = timezone.now()
    licence, pending = shop.licence(now=now), shop.order(now=now)
    keys, ids = {}, {"product_id": shop.product_id, "listing_id": shop.listing.id, "licence_id": licence.id}
    ids |= {"order_id": pending.id, "agreement_id": shop.listing.agreement_id}
    ids["registration_id"] = registry.Registration.objects.first().public_id
    for org in (shop.buyer.organisation_id, shop.operator.organisation_id):
        organisation = registry.Organisation.objects.get(public_id=org)
        for roles in (list(Role), *([role] for role in Role), []):
            user = get_user_model().objects.create(username=uuid.uuid4().hex)
            for role in roles:
                registry.Membership.objects.create(user=user, organisation=organisation, role=role, granted_at=now)
            if not roles:
                continue
            _, token = issue_api_key(organisation_id=org, user_id=user.pk, label="fuzz", actor=SYSTEM, now=now)
            keys[org, "all" if len(roles) > 1 else roles[0].value] = token
    return keys, ids, shop


def real_address(path, operation, ids):
    names = [row["name"] for row in operation.get("parameters", []) if row["in"] == "path"]
    for name in names:
        path = path.replace(f"{{{name}}}", str(ids.get(name, uuid.uuid4())))
    return path


def tries(ids):
    """Every operation with its example broken in one place, at real addresses; and its example as it is."""
    schema = described()
    components = schema["components"]["schemas"]
    for method, path, operation in operations(*METHODS):
        if path in VERDICTS:
            continue
        place = real_address(path, operation, ids)
        body = json.loads(json.dumps(body_of(operation, components)))
        body |= {name: str(known) for name, known in ids.items() if name in body}
        yield from ((method, place, each) for each in (body, body | {"surprise": 1}))
        yield from ((method, place, put(body, spot, nasty)) for spot in places(body) for nasty in NASTY)


def written():
    return IdempotencyRecord.objects.count(), Entry.objects.count()


def ask(method, path, body, token):
    headers = {"authorization": f"Bearer {token}", "idempotency-key": uuid.uuid4().hex}
    client = Client(raise_request_exception=False)
    return client.generic(method.upper(), path, json.dumps(body), content_type="application/json", headers=headers)


def refused_or_done(method, path, body, token):
    """Ask in a savepoint that is undone; return what is wrong with the answer, or nothing."""
    with transaction.atomic():
        before = written()
        response = ask(method, path, body, token)
        fault = ""
        if response.status_code == 503:  # a part that does not run here, such as the payment provider, says so
            is_problem(response)
        elif response.status_code >= 500:
            fault = f"{response.status_code}"
        elif response.status_code >= 400:
            is_problem(response)
            fault = "changed something" if written() != before else ""
        transaction.set_rollback(True)
    return f"{method} {path} {json.dumps(body)[:300]}: {fault}" if fault else ""


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nasty_bodies_from_someone_who_may_do_everything(stage, caplog):
    keys, ids, _ = stage
    everybody = [token for (_, role), token in keys.items() if role == "all"]
    chosen = random.Random(SEED)
    cases = list(tries(ids))
    faults = [
        fault
        for case in chosen.sample(cases, min(SAMPLES, len(cases)))
        if (fault := refused_or_done(*case, chosen.choice(everybody)))
    ]
    assert faults == []
