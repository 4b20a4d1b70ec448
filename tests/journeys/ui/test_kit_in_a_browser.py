"""The kit in a real browser: every view of the style page, and what its few scripts do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from tests.journeys.ui.page_checks import (
    EVERY_VIEW,
    NARROW,
    VIEWS,
    View,
    axe_findings,
    check_page,
    context_for,
    overflow,
)

pytestmark = pytest.mark.browser
SHOTS = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else None


@pytest.fixture(scope="module")
def site():
    """Serve the pages that ask no database: pytest-django's live_server would flush tables that refuse it."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture
def style(site):
    return f"{site}/style/"


@pytest.mark.parametrize("view", EVERY_VIEW, ids=lambda view: view.name)
def test_the_style_page_has_no_finding(browser, style, view):
    assert [str(found) for found in check_page(browser, style, views=[view], directory=SHOTS)] == []


def test_pages_of_errors_have_no_finding(browser, site):
    found = check_page(browser, f"{site}/no/such/page/", views=VIEWS, directory=SHOTS, expect=404)
    assert [str(one) for one in found] == []


def test_nothing_overflows_at_320_pixels(browser, style):
    found = check_page(browser, style, views=[View(width=320, language="en")], directory=SHOTS)
    assert [str(one) for one in found] == []


@pytest.fixture
def page_of(browser, style):
    with context_for(browser, style, View(), None) as context:
        page = context.new_page()
        page.goto(style)
        yield page


def test_the_language_switch_keeps_the_page(page_of, style):
    page_of.goto(f"{style}?page=3")
    page_of.get_by_role("button", name="English").click()
    page_of.wait_for_load_state()
    assert page_of.url == f"{style}?page=3"
    assert page_of.locator("html").get_attribute("lang") == "en"
    assert page_of.locator(".pager [aria-current]").inner_text() == "3"


def test_the_theme_is_remembered_from_the_first_byte(page_of, style):
    page_of.get_by_role("button", name="深色").click()
    assert page_of.locator("html").get_attribute("data-theme") == "dark"
    assert '<html lang="zh-hans" data-theme="dark">' in page_of.goto(style).text()
    page_of.get_by_role("button", name="深色").click()
    assert page_of.locator("html").get_attribute("data-theme") == "light"


def test_large_type_enlarges_type_and_targets(page_of):
    button = page_of.get_by_role("button", name="主要操作")
    before = button.bounding_box()["height"]
    page_of.get_by_role("button", name="大字版").click()
    assert page_of.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    assert button.bounding_box()["height"] > max(before, 44)


def test_a_code_is_copied_and_says_so(page_of, browser):
    page_of.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page_of.locator("[data-copy='35000020250402R000017X']")
    button.click()
    page_of.wait_for_function("document.body.textContent.includes('已复制')")
    assert page_of.evaluate("navigator.clipboard.readText()") == "35000020250402R000017X"


def test_the_first_tab_stop_skips_to_the_content(page_of):
    page_of.keyboard.press("Tab")
    assert page_of.evaluate("document.activeElement.className") == "skip"
    page_of.keyboard.press("Enter")
    assert page_of.evaluate("document.activeElement.id") == "content"


def test_the_derivation_opens_and_closes_by_keyboard(page_of):
    page_of.locator(".derivation summary").nth(1).focus()
    page_of.keyboard.press("Enter")
    assert page_of.locator(".derivation details").nth(1).get_attribute("open") is None


def test_the_chart_is_drawn_as_svg_with_its_table_beside_it(page_of):
    page_of.wait_for_selector("#sample[data-drawn] svg")
    page_of.locator(".chart summary").click()
    assert page_of.locator(".chart table").is_visible()


def test_it_reads_without_scripts(browser, style):
    context = browser.new_context(java_script_enabled=False, viewport={"width": NARROW, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.goto(style)
    assert page.locator("h1").inner_text() == "组件样式"
    assert page.locator("main details table").count() == 1
    context.close()


def test_the_checks_bite(browser, site):
    with context_for(browser, site, View(width=NARROW), None) as context:
        page = context.new_page()
        page.set_content(
            "<html lang='zh'><title>t</title><h1>t</h1><img src='data:,'><p style='width:900px'>wide</p></html>"
        )
        assert [line.split(" ")[1] for line in axe_findings(page)] == ["image-alt:"]
        assert overflow(page) == ['scrolls sideways: ["P."]']
