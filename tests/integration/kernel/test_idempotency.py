import json
import threading
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection

from kernel.actors import PUBLIC
from kernel.idempotency import KeyMissing, KeyReused, creating
from kernel.models import IdempotencyRecord


def request(key="k1", body=b'{"a": 1}', path="/api/x"):
    return SimpleNamespace(headers={"Idempotency-Key": key}, body=body, path=path, actor=PUBLIC)


@pytest.fixture
def calls():
    return []


@pytest.fixture
def operation(calls):
    @creating
    def create(request):
        calls.append(request.body)
        return {"number": len(calls), "price": Decimal("1.50")}

    return create


@pytest.mark.django_db
def test_the_effect_happens_once_and_the_answer_is_repeated(operation, calls):
    assert operation(request())["number"] == 1
    again = operation(request())
    assert (again.status_code, json.loads(again.content)) == (201, {"number": 1, "price": "1.50"})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert operation(request("k2"))["number"] == 2
    assert operation(request(path="/api/y"))["number"] == 3
    assert len(calls) == 3


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused_and_changes_nothing(operation, calls):
    operation(request())
    with pytest.raises(KeyReused):
        operation(request(body=b'{"a": 2}'))
    assert (len(calls), IdempotencyRecord.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_request_without_a_usable_key_is_refused(operation, calls, key):
    with pytest.raises(KeyMissing):
        operation(request(key))
    assert calls == []


@pytest.mark.django_db
def test_an_operation_that_fails_leaves_the_key_free(calls):
    @creating
    def fail(request):
        calls.append(1)
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):  # noqa: PT011 - any failure of the operation
            fail(request())
    assert (len(calls), IdempotencyRecord.objects.count()) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_effect(operation, calls):
    def ask():
        operation(request())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(calls), IdempotencyRecord.objects.count()) == (1, 1)
