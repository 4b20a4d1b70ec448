"""Look at a page the way its readers do: both widths, both languages, light and dark, and by axe.

    for finding in check_page(browser, f"{url}/catalogue/", directory=shots):
        print(finding)

Every view leaves a screenshot in ``directory``, named after the page's path, the width, the language and the theme.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WIDE, NARROW = 1440, 390
DRAWN = """document.fonts.status === "loaded"
    && document.querySelectorAll("[data-chart]:not([data-drawn])").length === 0"""


@dataclass(frozen=True)
class View:
    """One way of looking at a page."""

    width: int = WIDE
    language: str = "zh-hans"
    theme: Literal["light", "dark"] = "light"
    large: bool = False

    @property
    def name(self) -> str:
        return "-".join([str(self.width), self.language[:2], self.theme, *(["large"] if self.large else [])])


@dataclass(frozen=True)
class Finding:
    """Something wrong with a page in one view."""

    url: str
    view: View
    what: str

    def __str__(self) -> str:
        return f"{self.url} [{self.view.name}] {self.what}"


VIEWS = tuple(View(width=width, language=language) for width in (WIDE, NARROW) for language in ("zh-hans", "en"))
EVERY_VIEW = (
    *VIEWS,
    View(theme="dark"),
    View(width=NARROW, language="en", theme="dark"),
    View(width=NARROW, large=True),
)


@cache
def axe_source() -> str:
    return AXE.read_text("utf-8")


def axe_findings(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA, one line per violated rule and element.

    A page of `context_for` brings axe along. Only violations are worked out, no stylesheet is fetched once more, and
    frames are asked only where there are any: axe waits a third of a second for an answer that nobody gives.
    """
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(axe_source())
    answer = page.evaluate(
        """rules => axe.run(document, {
            runOnly: {type: "tag", values: rules}, resultTypes: ["violations"], preload: false, elementRef: false,
            iframes: document.querySelector("iframe, frame, object, embed") !== null,
        })""",
        list(RULES),
    )
    return [
        f"axe {violation['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """Return a line if the page scrolls sideways, with the elements that push it."""
    wide = page.evaluate(
        """() => {
            const edge = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= edge) return null;
            return [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > edge + 1)
                .filter((e) => !e.closest(".table-scroll, .site-nav, .tabs, pre"))
                .slice(0, 5).map((e) => e.tagName + "." + e.className);
        }"""
    )
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".card")].flatMap((card) => {
            const edge = card.getBoundingClientRect().right;
            return [...card.querySelectorAll("*")]
                .filter((e) => e.getBoundingClientRect().right > edge + 1)
                .filter((e) => !e.closest(".table-scroll, .tabs, pre, .visually-hidden, svg"))
                .slice(0, 3).map((e) => e.tagName + "." + e.className);
        })"""
    )
    return [
        *([] if wide is None else [f"scrolls sideways: {json.dumps(wide)}"]),
        *([f"sticks out of its card: {json.dumps(outside)}"] if outside else []),
    ]


@contextmanager
def context_for(
    browser: Browser, url: str, view: View, sign_in: Callable[[BrowserContext], None] | None
) -> Iterator[BrowserContext]:
    """Open a browser context that reads as the view says; ``sign_in`` may add a session to it."""
    context = browser.new_context(
        viewport={"width": view.width, "height": 900},
        locale="zh-CN" if view.language.startswith("zh") else "en-GB",
        timezone_id="Asia/Shanghai",
        color_scheme=view.theme,
    )
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    cookies = {"django_language": view.language, **({"size": "large"} if view.large else {})}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    context.add_init_script(path=AXE)
    try:
        if sign_in is not None:
            sign_in(context)
        yield context
    finally:
        context.close()


def shot_name(url: str, view: View) -> str:
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", urlsplit(url).path)
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', path).strip('-') or 'home'}-{view.name}.png"


def look(page: Page, url: str, view: View, directory: Path | None, expect: int) -> list[str]:
    """Open an address in the page, take its screenshot, and return what is wrong with it."""
    with heard(page, url) as wrong:
        answer = page.goto(url)
        if answer is None or answer.status != expect:
            wrong.append(f"answered {answer and answer.status}, not {expect}")
        page.wait_for_function(DRAWN)
        wrong.extend(said_of_itself(page, view))
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=directory / shot_name(url, view), full_page=True)
        wrong.extend([*overflow(page), *axe_findings(page)])
    expected_noise = f"status of {expect}" if expect >= 400 else "\0"
    return [line for line in wrong if expected_noise not in line]


@contextmanager
def heard(page: Page, url: str) -> Iterator[list[str]]:
    """Collect what the page complains of while it is looked at: its console, its scripts, requests that fail."""
    wrong: list[str] = []
    listeners: dict[str, Callable[[Any], None]] = {
        "console": lambda said: wrong.append(f"console: {said.text}") if said.type in ("error", "warning") else None,
        "pageerror": lambda error: wrong.append(f"script: {error}"),
        "response": lambda got: (
            wrong.append(f"{got.status} {got.url}") if got.status >= 400 and got.url != url else None
        ),
    }
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]  # one literal for each event
    try:
        yield wrong
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)


def said_of_itself(page: Page, view: View) -> list[str]:
    """Return a line for a language that is not the view's, and for headings of the first level other than one."""
    language, headings = page.evaluate("[document.documentElement.lang, document.querySelectorAll('h1').length]")
    return [
        *([] if language == view.language else [f"lang is {language}"]),
        *([] if headings == 1 else [f"{headings} h1"]),
    ]


class Readers:
    """Readers who go from page to page: one browser context for each view, in which one person after another sits.

    A context keeps the styles, scripts and fonts it loaded, as people's browsers do: a first page costs four others.
    Each person logs in once for each view; whoever sits down next brings a session of their own.
    """

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self._open = ExitStack()
        self._pages: dict[View, Page] = {}
        self._sessions: dict[tuple[str, View], list[Any]] = {}

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *told: object) -> None:
        self._open.close()

    def check(
        self, path: str, *, views: Iterable[View], username: str = "", directory: Path | None = None
    ) -> list[Finding]:
        """Return everything wrong with a page in any of the views, as ``username`` or, without one, as the public."""
        url = self.base + path
        return [
            Finding(url, view, what)
            for view in views
            for what in look(self._page(username, view), url, view, directory, expect=200)
        ]

    def _page(self, username: str, view: View) -> Page:
        if view not in self._pages:
            context = self._open.enter_context(context_for(self.browser, self.base, view, None))
            self._pages[view] = context.new_page()
        page = self._pages[view]
        page.context.clear_cookies(name=re.compile("sessionid|csrftoken|messages"))
        if username:
            page.context.add_cookies(self._session(username, view, page.context))
        return page

    def _session(self, username: str, view: View, context: BrowserContext) -> list[Any]:
        """Return the cookies of a person's session, begun once for each view."""
        if (username, view) not in self._sessions:
            enter_demonstration(username, self.base)(context)
            self._sessions[username, view] = [one for one in context.cookies() if one["name"] == "sessionid"]
        return self._sessions[username, view]


def check_page(
    browser: Browser,
    url: str,
    *,
    views: Iterable[View] = VIEWS,
    directory: Path | None = None,
    sign_in: Callable[[BrowserContext], None] | None = None,
    expect: int = 200,
) -> list[Finding]:
    """Return everything wrong with the page in any of the views: errors, failed requests, sideways scroll, axe."""
    found = []
    for view in views:
        with context_for(browser, url, view, sign_in) as context:
            found += [Finding(url, view, what) for what in look(context.new_page(), url, view, directory, expect)]
    return found


def enter_demonstration(username: str, base: str) -> Callable[[BrowserContext], None]:
    """Return a ``sign_in`` that sends what the demonstration's button of this user sends; no page is drawn for it."""

    def sign_in(context: BrowserContext) -> None:
        form = context.request.get(f"{base}/demonstration/").text()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        context.request.post(
            f"{base}/demonstration/{username}/",
            form={"csrfmiddlewaretoken": token[1], "next": "/health"},
            headers={"Referer": f"{base}/demonstration/"},
        )

    return sign_in
