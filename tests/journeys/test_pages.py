"""Every page of the told story in a real browser, wide and Chinese or narrow and English by turns: no finding.

``SCREENSHOTS=DIRECTORY`` keeps a picture of every view; ``EVERY_VIEW=1`` looks at each page in all combinations and in
the dark, which takes half an hour.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg2
import pytest

from tests.journeys.ui.page_checks import EVERY_VIEW, NARROW, WIDE, View, check_page, enter_demonstration

pytestmark = [pytest.mark.journey, pytest.mark.browser]
SHOTS = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else None
BY_TURNS = (View(width=WIDE), View(width=NARROW, language="en"))

PUBLIC = {
    "home": "/",
    "catalogue": "/catalogue/?text=门诊",
    "nothing-found": "/catalogue/?text=没有这样的产品",
    "product": "/products/{build.product}/",
    "fees": "/pricing/",
    "price": "/pricing/products/{build.product}/",
    "decision": "/pricing/decisions/{decide.decision}/",
    "calculator": "/pricing/products/{build.product}/?priced=per_call%7C元/次&quantity=200&scenario=industry",
    "valuation": "/pricing/valuations/{offers.valuation}/",
    "distribution": "/pricing/distributions/{offers.distribution}/",
    "income": "/pricing/agreements/{agree.agreement}/",
    "disclosure": "/pricing/agreements/{agree.agreement}/disclosure/",
    "parameters": "/pricing/parameters/",
    "articles": "/pricing/articles/",
    "article": "/pricing/articles/one/?document=发改价格〔2025〕65号&article=三(二)",
    "uses": "/pricing/uses/",
    "notices": "/registry/notices/",
    "notices-past": "/registry/notices/?when=past",
    "registry-search": "/registry/search/?text=卫生",
    "open-data": "/registry/open/",
    "subscribe": "/registry/subscriptions/",
    "reports": "/registry/reports/",
    "report-new": "/registry/reports/resource/{declare-health.resource}/",
    "property-rights": "/registry/property-rights/",
    "registration": "/registry/registrations/{register-health.registration}/",
    "resource": "/registry/resources/{declare-health.resource}/",
    "agreement": "/registry/agreements/{agree.agreement}/",
    "certificate": "/registry/certificates/{certificate-health.number}/",
    "certificate-check": "/registry/certificates/",
    "property-right": "/registry/property-rights/{property-right.right}/",
    "property-right-certificate": "/registry/certificates/{property-right.number}/",
    "revoked": "/registry/certificates/{revoke.number}/",
    "explorer": "/ledger/",
    "entry": "/ledger/entries/{payment.entry}/",
    "trace": "/ledger/entries/{payment.entry}/trace/",
    "heads": "/ledger/heads/",
    "ledger-entries": "/ledger/entries/?kind=licence.issued",
    "ledger-subject": "/ledger/subjects/licence:{payment.licence}/",
    "consistency": "/ledger/consistency/?old=1&new=2",
    "witnesses": "/ledger/witnesses/",
    "chain": "/ledger/chain/",
    "block": "/ledger/blocks/2/",
    "verify": "/ledger/verify/",
    "dictionaries": "/privacy/",
    "login": "/registry/login/",
    "demonstration": "/demonstration/",
    "style": "/style/",
}
ROLES = {
    "clerk-desk": ("demo-clerk", "/registry/desk/"),
    "applications": ("demo-health", "/registry/applications/"),
    "account": ("demo-clerk", "/registry/account/"),
    "security": ("demo-clerk", "/registry/account/security/"),
    "keys": ("demo-operator", "/registry/account/keys/"),
    "identity-desk": ("demo-clerk", "/registry/identity/"),
    "identity-apply": ("demo-buyer", "/registry/identity/new/"),
    "organisations": ("demo-regulator", "/registry/organisations/"),
    "organisation": ("demo-clerk", "/registry/organisations/{cast.health}/"),
    "right-apply": ("demo-operator", "/registry/property-rights/apply/product/{build.product}/"),
    "opening-new": ("demo-health", "/registry/resources/{declare-health.resource}/open/"),
    "source": ("demo-health", "/privacy/sources/{connect-health.source}/"),
    "costs": ("demo-operator", "/pricing/surveys/{survey.survey}/"),
    "operator-desk": ("demo-operator", "/desk/"),
    "cost-desk": ("demo-operator", "/pricing/costs/"),
    "plan": ("demo-operator", "/pricing/products/{build.product}/plans/"),
    "promotion": ("demo-operator", "/pricing/products/{build.product}/promotions/"),
    "value": ("demo-operator", "/pricing/products/{build.product}/value/"),
    "share": ("demo-operator", "/pricing/products/{build.product}/share/"),
    "contact": ("demo-operator", "/pricing/contact/"),
    "pricing-desk": ("demo-pricing", "/pricing/desk/"),
    "change-of-law": ("demo-pricing", "/pricing/articles/enter/"),
    "buy-a-plan": ("demo-buyer", "/products/{build.product}/plans/{offers.plan}/"),
    "subscriptions": ("demo-buyer", "/subscriptions/"),
    "order": ("demo-buyer", "/orders/{order.order}/"),
    "licences": ("demo-buyer", "/licences/"),
    "licence": ("demo-buyer", "/licences/{payment.licence}/"),
    "ask": ("demo-buyer", "/licences/{payment.licence}/queries/new"),
    "answer": ("demo-buyer", "/queries/{aggregate.query}/"),
    "refusal": ("demo-buyer", "/queries/{forbidden.query}/"),
    "encrypted": ("demo-buyer", "/licences/{payment.licence}/lookup/"),
    "lookup": ("demo-buyer", "/lookups/{lookup.lookup}/"),
    "register-witness": ("demo-regulator", "/ledger/witnesses/"),
    "settlement": ("demo-regulator", "/settlements/{month.settlement}/"),
    "settlements": ("demo-regulator", "/settlements/"),
}


@pytest.fixture(scope="module")
def facts(platform):
    with psycopg2.connect(platform.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT key, facts FROM config_storyscene")
        return {f"{key}.{name}": value for key, facts in cursor.fetchall() for name, value in facts.items()}


def address(platform, path, facts):
    for name, value in facts.items():
        path = path.replace(f"{{{name}}}", str(value))
    assert "{" not in path
    return platform.url + path


def views(name):
    """All views of a page, or its one in turn."""
    place = [*PUBLIC, *ROLES].index(name)
    return EVERY_VIEW if os.environ.get("EVERY_VIEW") else (BY_TURNS[place % len(BY_TURNS)],)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_have_no_finding(browser, platform, facts, name):
    url = address(platform, PUBLIC[name], facts)
    assert [str(found) for found in check_page(browser, url, views=views(name), directory=SHOTS)] == []


@pytest.mark.parametrize("name", ROLES)
def test_pages_of_a_role_have_no_finding(browser, platform, facts, name):
    username, path = ROLES[name]
    sign_in = enter_demonstration(username, platform.url)
    found = check_page(browser, address(platform, path, facts), views=views(name), directory=SHOTS, sign_in=sign_in)
    assert [str(one) for one in found] == []


def test_a_buyer_buys_by_hand_and_the_keyboard_alone_switches_the_language(browser, platform, facts):
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    enter_demonstration("demo-buyer", platform.url)(context)
    page = context.new_page()
    page.goto(address(platform, PUBLIC["product"], facts))
    page.locator("input[name=quantity]").fill("3")
    page.locator("form[action$='/order'] button[type=submit]").click()
    page.wait_for_url("**/orders/**")
    assert "22.50" in page.content()
    page.locator("form[action$='/pay'] button").click()
    page.wait_for_url("**/c/pay/**")
    assert "演示支付" in page.content()
    page.locator("form button").first.click()
    page.wait_for_url(f"{platform.url}/orders/**")
    page.locator("a[href*='/licences/']").first.wait_for(timeout=30_000)
    before = page.url
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.documentElement.lang === 'en'")
    assert page.url == before
    context.close()
