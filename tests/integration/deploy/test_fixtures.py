"""The fixtures that other tests stand on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from deploy.local.node import Node


def test_nodes_are_fresh_and_apart(chain_node: Callable[..., Node]) -> None:
    first, second = chain_node(), chain_node(chain_id=7)
    assert (first.request("eth_chainId"), second.request("eth_chainId")) == ("0x7a69", "0x7")


def test_the_broker_listens(broker_url: str) -> None:
    host, port = broker_url.rsplit("@", 1)[1].removesuffix("/0").split(":")
    with socket.create_connection((host, int(port)), timeout=5):
        pass


@pytest.mark.browser
def test_the_browser_renders_chinese(page: Page) -> None:
    page.set_content("<html lang='zh'><body style='font:40px sans-serif'><b>公共数据</b><i>\uffff</i></body></html>")
    width = "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().width }"
    assert page.locator("b").evaluate(width) == pytest.approx(160, abs=8)
    assert page.evaluate("navigator.language") == "zh-CN"
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"
    drawn = "t => { const c = document.createElement('canvas').getContext('2d'); c.font = '40px sans-serif';"
    drawn += " c.fillText(t, 0, 40); return Array.from(c.getImageData(0, 0, 60, 60).data).join() }"
    assert page.evaluate(drawn, "数") != page.evaluate(drawn, "据")  # two missing characters would look the same


def test_the_run_reaches_no_real_service() -> None:
    assert os.environ["STRIPE_API_KEY"] == "sk_test_local"
    with pytest.raises(Exception, match=r"blocked|not allowed|A test tried to use socket"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
