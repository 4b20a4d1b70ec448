"""Every page of the told story in a real browser, wide and Chinese or narrow and English by turns: no finding.

``SCREENSHOTS=DIRECTORY`` keeps a picture of every view; ``EVERY_VIEW=1`` looks at each page in all combinations and in
the dark, which takes half an hour.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg2
import pytest

from tests.journeys.ui.page_checks import EVERY_VIEW, NARROW, WIDE, Readers, View

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
    "certificate-product": "/registry/certificates/{certificate-product.number}/",
    "corrected": "/registry/registrations/{correct.registration}/",
    "objected": "/registry/registrations/{objection.registration}/",
    "resources": "/registry/resources/",
    "registry-product": "/registry/products/{build.product}/",
    "plan-public": "/registry/plans/{plan.plan}/",
    "rules": "/registry/offices/{cast.office}/rules/",
    "disclosures": "/registry/disclosures/",
    "exports": "/registry/exports/",
    "head": "/ledger/heads/{head}/",
    "sign-up": "/account/signup/",
    "password-reset": "/account/password/reset/",
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
    "clerk-registration": ("demo-clerk", "/registry/registrations/{register-health.registration}/"),
    "clerk-file": ("demo-clerk", "/registry/registrations/{register-health.registration}/file/"),
    "clerk-revokes": ("demo-clerk", "/registry/registrations/{register-health.registration}/case/revocation/"),
    "inbox": ("demo-clerk", "/registry/inbox/"),
    "overdue": ("demo-regulator", "/registry/overdue/"),
    "reviewer-desk": ("demo-reviewer", "/registry/desk/"),
    "reviewer-rules": ("demo-reviewer", "/registry/offices/{cast.office}/rules/"),
    "reviewer-limit": ("demo-reviewer", "/registry/offices/{cast.office}/rules/acceptance/"),
    "reviewer-suspends": ("demo-reviewer", "/registry/certificates/{certificate-health.number}/suspend/"),
    "chief-applications": ("demo-market-cdo", "/registry/applications/"),
    "change-next": ("demo-market", "/registry/registrations/{register-market.registration}/apply/change/"),
    "changed": ("demo-market", "/registry/registrations/{change.registration}/"),
    "confirmation": ("demo-health", "/registry/registrations/{register-health.registration}/confirmation/"),
    "uses-income": ("demo-health", "/registry/uses/"),
    "resource-own": ("demo-health", "/registry/resources/{declare-health.resource}/"),
    "resource-new": ("demo-health", "/registry/resources/new/"),
    "resource-quality": ("demo-health", "/registry/resources/{declare-health.resource}/quality/"),
    "resource-right": ("demo-health", "/registry/dossiers/resource/{declare-health.resource}/rights/"),
    "resource-file": ("demo-health", "/registry/dossiers/resource/{declare-health.resource}/files/"),
    "product-new": ("demo-operator", "/registry/agreements/{agree.agreement}/products/new/"),
    "lists": ("demo-health", "/registry/lists/"),
    "lists-own": ("demo-health", "/registry/lists/{cast.health}/"),
    "system-new": ("demo-health", "/registry/lists/systems/new/"),
    "demand-new": ("demo-health", "/registry/lists/demands/new/"),
    "imports": ("demo-health", "/registry/imports/"),
    "operation": ("demo-agency", "/registry/operation/"),
    "operation-own": ("demo-operator", "/registry/operation/"),
    "affiliate-new": ("demo-operator", "/registry/operation/affiliates/"),
    "plan-new": ("demo-agency", "/registry/plans/new/"),
    "plan-told": ("demo-agency", "/registry/plans/{plan.plan}/"),
    "plan-change": ("demo-agency", "/registry/plans/{plan.plan}/change/"),
    "selection": ("demo-agency", "/registry/selections/{select.selection}/"),
    "agreement-own": ("demo-agency", "/registry/agreements/{agree.agreement}/"),
    "evaluate": ("demo-agency", "/registry/agreements/{agree.agreement}/evaluate/"),
    "agreement-suspend": ("demo-agency", "/registry/agreements/{agree.agreement}/suspend/"),
    "password-change": ("demo-clerk", "/account/password/change/"),
    "code-generator": ("demo-clerk", "/account/2fa/totp/activate/"),
    "passkeys": ("demo-clerk", "/account/2fa/webauthn/"),
    "survey-new": ("demo-operator", "/pricing/agreements/{agree.agreement}/survey/"),
    "ledger-openings": ("demo-buyer", "/ledger/entries/{payment.entry}/openings/"),
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
        told = {f"{key}.{name}": value for key, facts in cursor.fetchall() for name, value in facts.items()}
        cursor.execute("SELECT max(size) FROM ledger_treehead")
        return told | {"head": cursor.fetchone()[0]}


@pytest.fixture(scope="module")
def readers(browser, platform):
    with Readers(browser, platform.url) as readers:
        yield readers


def told(path, facts):
    """The path with what the story left put in."""
    for name, value in facts.items():
        path = path.replace(f"{{{name}}}", str(value))
    assert "{" not in path
    return path


def views(name):
    """All views of a page, or its one in turn."""
    place = [*PUBLIC, *ROLES].index(name)
    return EVERY_VIEW if os.environ.get("EVERY_VIEW") else (BY_TURNS[place % len(BY_TURNS)],)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_have_no_finding(readers, facts, name):
    found = readers.check(told(PUBLIC[name], facts), views=views(name), directory=SHOTS)
    assert [str(one) for one in found] == []


@pytest.mark.parametrize("name", ROLES)
def test_pages_of_a_role_have_no_finding(readers, facts, name):
    username, path = ROLES[name]
    found = readers.check(told(path, facts), views=views(name), username=username, directory=SHOTS)
    assert [str(one) for one in found] == []


def test_a_buyer_buys_by_hand_and_the_keyboard_alone_switches_the_language(browser, platform, facts):
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{platform.url}/demonstration/")
    page.locator("form[action$='/demonstration/demo-buyer/'] button").click()
    page.wait_for_load_state()
    page.goto(platform.url + told(PUBLIC["product"], facts))
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
