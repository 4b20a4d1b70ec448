"""A passkey, added to an account and logged in with in a real browser: the browser signs, the platform checks.

The authenticator is Chromium's own virtual one (WebAuthn over the DevTools protocol); keys, challenges, signatures and
counters are real. A passkey needs a host name, which is why the site is asked for as ``localhost``.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator

from registry.models import User
from registry.types import Role
from tests.factories.registry import member, organisation

pytestmark = [pytest.mark.journey, pytest.mark.browser]
PASSWORD = "correct horse battery staple"
PATIENCE = 30_000  # milliseconds
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named_site(site, settings):
    """The site under a name, with the second factor asked for, as an installation has it."""
    settings.SECOND_FACTOR_REQUIRED = True
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    return f"http://localhost:{urlsplit(site).port}"


@pytest.fixture
def clerk(named_site):
    """An account with a password, in a role that does nothing without a second factor."""
    actor = member(organisation("省公共数据登记中心"), Role.REGISTRY_CLERK)
    account = User.objects.get(pk=actor.user_id)
    account.set_password(PASSWORD)
    account.save()
    return account


@pytest.fixture
def seat(named_site, clerk, request):
    """A browser with a virtual authenticator: its page, and the keys that the authenticator holds."""
    context = request.getfixturevalue("browser").new_context(locale="zh-CN", base_url=named_site)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    def keys():
        return devtools.send("WebAuthn.getCredentials", made)["credentials"]

    yield page, keys
    context.close()


def test_a_passkey_is_added_and_logs_in_alone(seat, clerk):
    page, keys = seat
    page.goto("/registry/login/")
    page.fill("input[name=login]", clerk.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("form:has(input[name=password]) button[type=submit]")
    page.goto("/registry/desk/")
    assert "/registry/account/security/" in page.url  # the role does nothing without a second factor
    page.goto("/account/2fa/webauthn/add/")
    if page.locator("input[name=password]").count():
        page.fill("input[name=password]", PASSWORD)
        page.click("form:has(input[name=password]) button[type=submit]")
    page.fill("input[name=name]", "办公电脑")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile("/account/2fa/(webauthn/|recovery-codes/)"))
    (key,) = keys()
    assert (key["rpId"], key["isResidentCredential"], key["signCount"]) == ("localhost", True, 1)
    assert Authenticator.objects.filter(user=clerk, type="webauthn").count() == 1

    page.context.clear_cookies()
    page.goto("/registry/desk/")
    assert "/registry/login/" in page.url
    page.click("#passkey_login")
    page.wait_for_url(re.compile("^(?!.*login)"))
    page.goto("/registry/desk/")
    assert page.url.endswith("/registry/desk/")  # no name, no password, and the second factor is proven
    assert keys()[0]["signCount"] > key["signCount"]

    Authenticator.objects.filter(user=clerk).delete()
    page.context.clear_cookies()
    page.goto("/registry/login/")
    page.click("#passkey_login")
    page.wait_for_load_state("networkidle")
    page.goto("/registry/desk/")
    assert "/registry/login/" in page.url  # a key the platform does not know opens nothing
