"""Every operation of the API, asked wrongly: a problem document comes back and nothing changes."""

import json
import uuid

import pytest
from django.apps import apps
from django.test import Client
from ninja import Schema

from tests.factories.description import described

METHODS = ("post", "put", "patch", "delete")
VERDICTS = {"/api/registry/certificates/verify"}  # answers, of anything, whether it is a credential of ours


def operations(*methods):
    for path, item in described()["paths"].items():
        for method in methods:
            if method in item:
                yield method, path, item[method]


def address(path, operation):
    kinds = {row["name"]: row["schema"] for row in operation.get("parameters", []) if row["in"] == "path"}
    for name, schema in kinds.items():
        value = (
            str(uuid.uuid4()) if schema.get("format") == "uuid" else "1" if schema.get("type") == "integer" else "none"
        )
        path = path.replace(f"{{{name}}}", value)
    return path


def counts():
    return {model._meta.db_table: model.objects.count() for model in apps.get_models() if model._meta.managed}


def is_problem(response):
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:300]
    document = json.loads(response.content)
    assert {"type", "title", "status", "detail", "code"} <= set(document)
    assert document["status"] == response.status_code
    return document


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"surprise": NaN}', b'{"amount": 1e400}', b"\xff\xfe"], ids=repr)
def test_a_stranger_with_a_malformed_body_changes_nothing(body):
    before, asked = counts(), 0
    for method, path, operation in operations(*METHODS):
        response = Client().generic(
            method.upper(), address(path, operation), body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k"
        )
        if path in VERDICTS:
            assert (response.status_code, response.json()["valid"]) == (200, False)
            continue
        assert 400 <= response.status_code < 500, f"{method} {path}"
        is_problem(response)
        asked += 1
    assert counts() == before
    assert asked > 40


@pytest.mark.django_db
def test_an_unknown_api_key_is_refused():
    for method, path, operation in operations("get", *METHODS):
        response = Client().generic(method.upper(), address(path, operation), HTTP_AUTHORIZATION="Bearer not-a-key")
        assert response.status_code == 403, f"{method} {path}"
        assert is_problem(response)["code"] == "registry.unknown_api_key"


@pytest.mark.django_db
def test_what_does_not_exist_is_a_problem_and_never_a_crash():
    for method, path, operation in operations("get"):
        response = Client().generic(method.upper(), address(path, operation))
        assert response.status_code < 500, path
        if "{" in path and response.content != b"[]":
            is_problem(response)


def test_every_operation_has_a_summary_and_creating_ones_show_an_example():
    schema = described()
    assert schema["openapi"].startswith("3.1")
    silent = [
        f"{method} {path}"
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if not (operation.get("summary") and operation.get("description"))
    ]
    assert silent == []
    bodies = [
        (f"{method} {path}", operation["requestBody"]["content"].get("application/json"))
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if "requestBody" in operation
    ]
    components = schema["components"]["schemas"]
    bare = []
    for name, content in bodies:
        if content is None:
            continue
        shape = content["schema"]
        target = components[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
        if not (content.get("example") or content.get("examples") or target.get("example") or target.get("examples")):
            bare.append(name)
    assert bare == []


def test_no_two_schemas_share_a_name():
    def below(schema):
        for each in schema.__subclasses__():
            yield each
            yield from below(each)

    modules = {}
    for schema in below(Schema):
        modules.setdefault(schema.__name__, set()).add(schema.__module__)
    # In the OpenAPI document the later one would stand in the place of the earlier.
    assert {name: where for name, where in modules.items() if len(where) > 1} == {}
