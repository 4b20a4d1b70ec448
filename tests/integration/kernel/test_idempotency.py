import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory

from kernel.actors import PUBLIC
from kernel.idempotency import AnswerLost, KeyMissing, KeyReused, idempotent, remember
from kernel.models import IdempotencyRecord
from tests.fixtures.databases import in_threads


def request(key="k1", body=b'{"a": 1}', path="/api/x"):
    made = HttpRequest()
    made.META["HTTP_IDEMPOTENCY_KEY"] = key
    made._body, made.path, made.actor = body, path, PUBLIC
    return made


@pytest.fixture
def calls():
    return []


@pytest.fixture
def operation(calls):
    @idempotent
    def create(request):
        calls.append(request.body)
        return {"number": len(calls)}

    return create


def ask(operation, asked):
    """Ask as the site does: the operation's answer is rendered, and remembered as it leaves."""
    answer = operation(asked)
    response = answer if isinstance(answer, HttpResponse) else JsonResponse(answer, status=201)
    remember(asked, response)
    return response


@pytest.mark.django_db
def test_the_effect_happens_once_and_the_answer_is_repeated_byte_for_byte(operation, calls):
    first = ask(operation, request())
    again = ask(operation, request())
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert json.loads(ask(operation, request("k2")).content) == {"number": 2}
    assert json.loads(ask(operation, request(path="/api/y")).content) == {"number": 3}
    assert len(calls) == 3


def upload(content, *, key="k1", name="a.csv"):
    """A form with a file, read as such before the operation is asked, as the API's library reads it."""
    made = RequestFactory().post(
        "/api/x", {"kind": "proof", "file": SimpleUploadedFile(name, content)}, headers={"Idempotency-Key": key}
    )
    made.actor = PUBLIC
    assert made.FILES["file"].name == name
    return made


@pytest.mark.django_db
def test_a_file_is_taken_once_and_another_under_its_key_is_refused():
    taken = []

    @idempotent
    def keep(request):
        taken.append(request.FILES["file"].read())
        return {"number": len(taken)}

    first, again = ask(keep, upload(b"1,2")), ask(keep, upload(b"1,2"))
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    for other in (upload(b"1,3"), upload(b"1,2", name="b.csv")):
        with pytest.raises(KeyReused):
            ask(keep, other)
    assert taken == [b"1,2"]


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused_and_changes_nothing(operation, calls):
    ask(operation, request())
    with pytest.raises(KeyReused):
        ask(operation, request(body=b'{"a": 2}'))
    assert (len(calls), IdempotencyRecord.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_request_without_a_usable_key_is_refused(operation, calls, key):
    with pytest.raises(KeyMissing):
        ask(operation, request(key))
    assert calls == []


@pytest.mark.django_db
def test_an_answer_that_never_left_is_said_to_be_lost_and_the_effect_stays_single(operation, calls):
    operation(request())
    with pytest.raises(AnswerLost):
        ask(operation, request())
    assert len(calls) == 1


@pytest.mark.django_db
def test_an_operation_that_fails_leaves_the_key_free(calls):
    @idempotent
    def fail(request):
        calls.append(1)
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fail(request())
    assert (len(calls), IdempotencyRecord.objects.count()) == (2, 0)


def test_two_at_once_have_one_effect(committing, operation, calls):
    lost = in_threads(*[lambda: operation(request())] * 6)
    assert [type(error) for error in lost] == [AnswerLost] * 5
    assert (len(calls), IdempotencyRecord.objects.count()) == (1, 1)
