import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def member(db):
    return get_user_model().objects.create_user("someone", password="a long enough passphrase")


def test_a_session_without_its_token_cannot_change_anything_through_the_api(member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    response = client.post("/api/marketplace/orders", {}, content_type="application/json")
    assert response.status_code == 403
    assert response.json()["code"] == "request.forged"
    assert client.get("/api/ledger/lag").status_code == 200


@pytest.mark.django_db
def test_every_page_sends_a_content_policy_that_allows_only_our_scripts():
    response = Client().get("/style/")
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_demonstration_logins_exist_only_in_a_demonstration(settings, member):
    get_user_model().objects.create_user("demo-buyer")
    settings.DEMONSTRATION = False
    assert Client().get("/demonstration/").status_code == 404
    assert Client().post("/demonstration/demo-buyer/").status_code == 404
    settings.DEMONSTRATION = True
    assert Client().post("/demonstration/someone/").status_code == 404
    client = Client()
    assert client.post("/demonstration/demo-buyer/").status_code == 302
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_health_answers_when_the_database_does():
    assert Client().get("/health").content == b"ok"


@pytest.mark.django_db
def test_a_wrong_method_is_a_problem_too():
    response = Client().delete("/api/ledger/lag")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["facts"] == {"method": "DELETE", "allowed": "GET"}
