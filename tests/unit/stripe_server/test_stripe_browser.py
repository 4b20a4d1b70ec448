"""The hosted page in a real browser, on a narrow and a wide screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.stripe_play import DECLINED, GOOD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1440])
def test_decline_then_pay(page: Page, client, playing, width):
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": f"{playing.url}/health?session={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{playing.url}/health",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "cny",
                        "unit_amount": 12_345_678,
                        "product_data": {"name": "健康保险数据产品" * 6},
                    },
                }
            ],
        }
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(session.url)
    expect(page.get_by_role("banner")).to_contain_text("no money moves")
    expect(page).to_have_title("支付订单")
    page.get_by_label("测试卡号", exact=True).fill(DECLINED)
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("被拒绝")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_title("Pay for the order")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_label("Test card number").fill(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/health?session={session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
