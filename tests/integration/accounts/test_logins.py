"""Logging in: passwords, lockout, second factors, sessions, signing up, and what none of them tells."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.accounts import ContextValidator
from registry.models import User
from registry.roles import SECOND_FACTOR
from registry.types import Role
from tests.factories.registry import member, organisation

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def fresh_rates(settings):
    """Forget earlier tests' rates, and hash passwords fast: their slowness is not what is tested."""
    cache.clear()


@pytest.fixture
def strict(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def person(*roles, username="official"):
    actor = member(organisation(), *roles)
    account = User.objects.get(pk=actor.user_id)
    account.username = username
    account.set_password(PASSWORD)
    account.save()
    return account


def log_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("registry:login"), {"login": username, "password": password}, **more)


def activate(client, account):
    """Add a code generator in a session, and return its secret."""
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return secret


def code(secret, ahead=0):
    """Return the code a generator shows now, or some steps later."""
    return f"{hotp_value(secret, list(yield_hotp_counters_from_time())[1] + ahead):06d}"


def test_a_wrong_password_and_an_unknown_name_say_the_same():
    person(Role.BUYER)
    known, unknown = log_in(Client(), "official", "wrong password wrong"), log_in(Client(), "nobody", "wrong password")
    assert (known.status_code, unknown.status_code) == (200, 200)
    found = [
        re.findall(r'class="error-summary".*?</div>', answer.content.decode(), re.DOTALL) for answer in (known, unknown)
    ]
    assert found[0] == found[1] != []


@pytest.mark.parametrize("name", ["official", "nobody"])
@pytest.mark.parametrize(("language", "said"), [("zh-hans", "登录失败次数过多"), ("en", "Too many failed logins")])
def test_five_failures_lock_a_name_from_one_address_whether_it_exists_or_not(name, language, said):
    person(Role.BUYER)
    client = Client(headers={"Accept-Language": language})
    answers = [log_in(client, name, "wrong password wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "900"
    assert said in answers[-1].content.decode()
    assert "account.locked_out" in answers[-1].content.decode()
    assert log_in(client, name).status_code == 429
    assert "_auth_user_id" not in client.session
    if name == "official":
        assert log_in(Client(), name, REMOTE_ADDR="10.1.2.3").status_code == 302


def test_a_lock_ends_after_a_quarter_of_an_hour():
    person(Role.BUYER)
    client = Client()
    for _ in range(6):
        log_in(client, "official", "wrong password wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client, "official").status_code == 302


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "gongshugongshu1",
        "公共数据公共数据公共数据公共数据",
        "abcabcabcabcabcabc",
        "newcomer-newcomer",
        "passwordpassword",
    ],
)
def test_a_weak_password_is_refused(password):
    fields = {"username": "newcomer", "email": "new@example.cn", "password1": password, "password2": password}
    answer = Client().post(reverse("account_signup"), fields)
    assert answer.status_code == 200
    assert not User.objects.filter(username="newcomer").exists()


def test_a_newcomer_signs_up_and_acts_for_nobody():
    client = Client()
    long = "一二三四五六七八九十甲乙丙丁戊 " + "x" * 90
    fields = {"username": "newcomer", "email": "new@example.cn", "password1": long, "password2": long}
    assert client.post(reverse("account_signup"), fields | {"username": "demo-evil"}).status_code == 200
    assert not User.objects.filter(username="demo-evil").exists()
    assert client.post(reverse("account_signup"), fields).status_code == 302
    account = client.get("/api/registry/account").json()
    assert (account["organisation_id"], account["roles"], account["organisations"]) == (None, [], [])
    assert User.objects.get(username="newcomer").check_password(long)


def test_the_validator_says_what_it_wants():
    assert "service" in str(ContextValidator().get_help_text()) or "本服务" in str(ContextValidator().get_help_text())


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
def test_staff_and_regulators_do_nothing_without_a_second_factor(strict, role):
    person(role)
    client = Client()
    assert log_in(client, "official").status_code == 302
    page = client.get("/registry/desk/?a=1")
    assert (page.status_code, page.url) == (302, "/registry/account/security/?next=%2Fregistry%2Fdesk%2F%3Fa%3D1")
    answer = client.get("/api/registry/identities")
    assert (answer.status_code, answer.json()["code"]) == (403, "account.second_factor_needed")
    assert answer.json()["facts"] == {"roles": str(role)}
    changing = client.post("/api/registry/registrations", {}, content_type="application/json")
    assert (changing.status_code, changing.json()["code"]) == (403, "account.second_factor_needed")
    assert client.get(reverse("registry:security")).status_code == 200


@pytest.mark.parametrize("role", [Role.BUYER, Role.HOLDER_AGENT, Role.OPERATOR])
def test_others_may_do_without(strict, role):
    person(role)
    client = Client()
    log_in(client, "official")
    assert client.get(reverse("registry:account")).status_code == 200
    assert client.get("/api/registry/account").json()["roles"] == [role]


def test_a_demonstration_asks_for_none_and_says_so(settings):
    person(Role.REGISTRY_CLERK)
    client = Client()
    log_in(client, "official")
    assert client.get(reverse("registry:identity-desk")).status_code == 200
    assert "演示" in client.get(reverse("registry:security")).content.decode()
    settings.DEMONSTRATION = True
    assert "第二因素" in Client().get(reverse("registry:login")).content.decode()


def test_a_code_generator_is_added_asked_for_and_its_secret_is_encrypted(strict):
    account = person(Role.REGISTRY_CLERK)
    client = Client()
    log_in(client, "official")
    secret = activate(client, account)
    stored = str(list(Authenticator.objects.filter(user=account).values_list("data", flat=True)))
    assert secret not in stored
    page = client.get("/registry/identity/")
    assert (page.status_code, page.url) == (302, "/account/2fa/reauthenticate/?next=%2Fregistry%2Fidentity%2F")
    cache.clear()  # a code works once
    proved = client.post(page.url, {"code": code(secret)})
    assert (proved.status_code, proved.url) == (302, "/registry/identity/")
    assert client.get("/registry/identity/").status_code == 200
    assert client.get("/api/registry/identities").status_code == 200

    again = Client()
    answer = log_in(again, "official")
    assert (answer.status_code, answer.url) == (302, reverse("mfa_authenticate"))
    assert again.get("/api/registry/account").json()["code"] == "registry.account_needed"
    wrong = again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    cache.clear()
    assert again.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
    assert again.get("/registry/identity/").status_code == 200


def test_a_recovery_code_works_once(strict):
    account = person(Role.REGULATOR)
    client = Client()
    log_in(client, "official")
    activate(client, account)
    codes = Authenticator.objects.get(user=account, type="recovery_codes").wrap().get_unused_codes()
    first = Client()
    log_in(first, "official")
    assert first.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert first.get(reverse("registry:directory")).status_code == 200
    second = Client()
    log_in(second, "official")
    assert second.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200
    assert second.post(reverse("mfa_authenticate"), {"code": codes[1]}).status_code == 302


def test_sessions_are_seen_and_ended_by_whoever_they_belong_to():
    person(Role.BUYER)
    person(Role.BUYER, username="stranger")
    here, there, stranger = Client(), Client(), Client()
    for client, name in ((here, "official"), (there, "official"), (stranger, "stranger")):
        assert log_in(client, name, HTTP_USER_AGENT=f"agent of {name}").status_code == 302
    rows = here.get("/api/registry/account/sessions").json()
    assert [row["current"] for row in rows] == [False, True]
    other = rows[0]["id"]
    for refused in (
        stranger.post(reverse("registry:session-end", args=[other])),
        stranger.delete(f"/api/registry/account/sessions/{other}"),
    ):
        assert refused.status_code == 404
    assert there.get("/api/registry/account").status_code == 200
    assert here.post(reverse("registry:session-end", args=[other])).status_code == 302
    assert there.get("/api/registry/account").json()["code"] == "registry.account_needed"
    assert here.get("/api/registry/account").status_code == 200
    assert stranger.get("/api/registry/account").status_code == 200


def test_a_password_reset_tells_nobody_which_addresses_are_known_and_is_rare(settings):
    account = person(Role.BUYER)
    account.email = "known@example.cn"
    account.save()
    client = Client()
    answers = [
        client.post(reverse("account_reset_password"), {"email": address})
        for address in ("known@example.cn", "none@example.cn")
    ]
    assert [(answer.status_code, answer.url) for answer in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    assert [message.to for message in mail.outbox].count(["known@example.cn"]) == 1
    more = [client.post(reverse("account_reset_password"), {"email": "known@example.cn"}).status_code for _ in range(4)]
    assert more[-1] == 429
    assert [message.to for message in mail.outbox].count(["known@example.cn"]) == 3


def test_pages_of_the_account_carry_no_inline_script():
    account = person(Role.BUYER)
    client = Client()
    log_in(client, "official")
    client.get(reverse("mfa_activate_totp"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    pages = [
        "account_change_password",
        "account_email",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "registry:security",
    ]
    for client_of, name in [
        *((client, name) for name in pages),
        (Client(), "registry:login"),
        (Client(), "account_signup"),
    ]:
        answer = client_of.get(reverse(name))
        assert answer.status_code == 200, name
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        scripts = re.findall(r"<script([^>]*)>", answer.content.decode())
        assert [one for one in scripts if "src=" not in one and 'type="application/json"' not in one] == [], name
        assert "onclick" not in answer.content.decode()
    assert account.pk
