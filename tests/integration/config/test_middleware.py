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
@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/ledger/nothing/at/all", "/api/registry/organisations/not-a-uuid/x"]
)
def test_an_address_of_the_api_that_nothing_answers_is_a_problem(path):
    response = Client().get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.json()["code"], response.json()["facts"]) == ("request.no_such_address", {"path": path})


@pytest.mark.django_db
def test_a_wrong_method_is_a_problem_too():
    response = Client().delete("/api/ledger/lag")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["facts"] == {"method": "DELETE", "allowed": "GET"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "place"),
    [
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("http:///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/orders/", "/orders/"),
    ],
)
def test_a_demonstration_login_leads_nowhere_else(settings, after, place):
    get_user_model().objects.create_user("demo-buyer")
    settings.DEMONSTRATION = True
    assert Client().post("/demonstration/demo-buyer/", {"next": after}).headers["Location"] == place


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer ", "Bearer", "anything"])
def test_no_authorization_header_but_a_key_spares_a_session_its_token(member, header):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    headers = {"authorization": header}
    response = client.post("/api/marketplace/orders", {}, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "request.forged")


@pytest.mark.parametrize("address", ["/api/ledger/lag", "/registry/login/"])
def test_a_body_larger_than_any_request_is_turned_away_unread(address):
    response = Client().generic("POST", address, b"", CONTENT_LENGTH=str(2**40))
    assert response.status_code == 413
    if address.startswith("/api/"):
        assert response.json()["code"] == "request.too_large"


@pytest.mark.django_db
def test_what_django_refuses_to_read_is_a_problem_too(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = Client().post("/api/registry/certificates/verify", b"x" * 50, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (413, "request.unreadable")


@pytest.mark.parametrize(
    "address",
    [
        "/registry/certificates/a%00b/",
        "/api/ledger/entries?kind=a%00",
        "/ledger/entries/?kind=%00",
        "/catalogue/?text=%00",
    ],
)
def test_a_null_character_in_an_address_is_refused(address):
    assert Client().get(address).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"a": "\\u0000"}', 422, "request.unwritable_text"),
        (b'{"a": {"b": ["\\ud800"]}}', 422, "request.unwritable_text"),
        (b'{"a": NaN}', 400, "request.refused"),
        (b'{"a": 1e400}', 400, "request.refused"),
        (b"[" * 5000 + b"]" * 5000, 400, "request.refused"),
        (b"[" * 100_000, 400, "request.refused"),
        (b"1" * 10_000, 400, "request.refused"),
    ],
)
def test_json_that_cannot_be_stored_is_refused_by_name(body, status, code):
    headers = {"idempotency-key": "k"}
    response = Client().post("/api/marketplace/orders", body, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
