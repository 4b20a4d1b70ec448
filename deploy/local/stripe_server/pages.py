"""The hosted pay page: a plain form in Chinese or English that says in both that no money moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from deploy.local.stripe_server.cards import CARDS, Card
from deploy.local.stripe_server.sessions import written
from deploy.local.stripe_server.store import Body
from deploy.local.stripe_server.style import STYLE

BANNER: Final = (("zh-Hans", "演示支付,不发生真实扣款"), ("en", "Development payment page: no money moves"))

_ZH: Final = {
    "title": "支付订单",
    "order": "订单内容",
    "item": "项目",
    "quantity": "数量",
    "amount": "金额",
    "total": "合计",
    "number": "测试卡号",
    "hint": "只接受下列测试卡号,切勿输入真实卡号。",
    "cards": "测试卡号及其结果",
    "email": "电子邮箱",
    "pay": "支付",
    "back": "取消并返回",
    "open": "支付信息",
    "problem": "支付未完成",
    "foreign": "这不是测试卡号。请改用下列卡号之一,切勿输入真实卡号。",
    "declined": "该卡{reason},未扣款。请换一张测试卡再试。",
    "address": "请填写有效的电子邮箱。",
    "complete": "该订单已支付",
    "expired": "支付页面已过期",
    "expired_text": "请回到原网站重新发起支付。",
    "missing": "没有这个支付页面",
    "missing_text": "地址有误,或该页面从未存在。",
    "return": "返回网站",
    "other": "English",
}
_EN: Final = {
    "title": "Pay for the order",
    "order": "Your order",
    "item": "Item",
    "quantity": "Quantity",
    "amount": "Amount",
    "total": "Total",
    "number": "Test card number",
    "hint": "Only the test cards below are accepted. Never enter a real card number.",
    "cards": "Test cards and what each does",
    "email": "Email address",
    "pay": "Pay",
    "back": "Cancel and go back",
    "open": "Payment details",
    "problem": "The payment did not go through",
    "foreign": "This is not a test card. Use one of the numbers below, never a real one.",
    "declined": "This card {reason}; nothing was charged. Try another test card.",
    "address": "Enter a valid email address.",
    "complete": "This order is paid",
    "expired": "This payment page has expired",
    "expired_text": "Go back to the site and start the payment again.",
    "missing": "There is no such payment page",
    "missing_text": "The address is wrong, or the page never existed.",
    "return": "Back to the site",
    "other": "中文",
}


@dataclass(frozen=True)
class View:
    """How a page is shown: its language, and what was typed with what came of it when it is shown again."""

    language: str
    number: str = CARDS[0].number
    email: str = ""
    problem: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """The page's words in its language."""
        return _ZH if self.language == "zh" else _EN


def language_of(asked: str, locale: str | None, accepted: str) -> str:
    """Return ``zh`` or ``en``: as asked for in the address, else as the session says, else as the browser prefers."""
    if asked in ("zh", "en"):
        return asked
    if locale and locale != "auto":
        return "zh" if locale.startswith("zh") else "en"
    return "zh" if accepted.strip().lower().startswith("zh") else "en"


def decline_sentence(view: View, card: Card) -> str:
    """Return why the payment did not go through."""
    return view.words["declined"].format(reason=card.zh if view.language == "zh" else card.en)


def pay_page(session: Body, items: list[Body], view: View) -> str:
    """Return the page with the order and the form."""
    words = view.words
    title = f"{words['problem']} – {words['title']}" if view.problem else words["title"]
    parts = [_alert(view), f"<h1>{words['title']}</h1>", _order(session, items, words), _form(session, view)]
    if session["cancel_url"]:
        parts.append(f'<p><a href="{escape(session["cancel_url"])}">{words["back"]}</a></p>')
    return _page(title, "".join(parts), view)


def closed_page(session: Body | None, view: View) -> str:
    """Return the page of a session that is paid, expired, or was never there (None)."""
    words = view.words
    state = "missing" if session is None else "complete" if session["status"] == "complete" else "expired"
    back = session and (return_address(session) if state == "complete" else session["cancel_url"])
    text = f"<p>{words[f'{state}_text']}</p>" if state != "complete" else ""
    link = f'<p><a href="{escape(back)}">{words["return"]}</a></p>' if back else ""
    return _page(words[state], f"<h1>{words[state]}</h1>{text}{link}", view)


def return_address(session: Body) -> str:
    """Return where the buyer goes after paying, the session's id filled in."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _page(title: str, content: str, view: View) -> str:
    banner = "".join(f'<p lang="{lang}">{text}</p>' for lang, text in BANNER)
    other = "en" if view.language == "zh" else "zh"
    lang = "zh-Hans" if view.language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f'<header class="banner" role="banner">{banner}</header><nav><a href="?lang={other}" lang="{other}" '
        f'hreflang="{other}">{view.words["other"]}</a></nav><main>{content}</main></body></html>'
    )


def _alert(view: View) -> str:
    if not view.problem:
        return ""
    heading = f"<h2>{view.words['problem']}</h2>"
    return f'<div class="alert" role="alert" id="problem">{heading}<p>{escape(view.problem)}</p></div>'


def _order(session: Body, items: list[Body], words: Mapping[str, str]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(item["description"])}</th><td>{item["quantity"]}</td>'
        f"<td>{written(item['amount_total'], item['currency'])}</td></tr>"
        for item in items
    )
    total = written(session["amount_total"], session["currency"])
    heads = "".join(f'<th scope="col">{words[name]}</th>' for name in ("item", "quantity", "amount"))
    foot = f'<tr><th scope="row" colspan="2">{words["total"]}</th><td>{total}</td></tr>'
    return (
        f"<table><caption>{words['order']}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
        f"<tfoot>{foot}</tfoot></table>"
    )


def _form(session: Body, view: View) -> str:
    words = view.words
    email = view.email or session["customer_email"] or "buyer@example.com"
    invalid = ' aria-invalid="true"' if view.problem else ""
    total = written(session["amount_total"], session["currency"])
    return (
        f'<form method="post" action="?lang={view.language}"><h2>{words["open"]}</h2>'
        f'<label for="card">{words["number"]}</label><input id="card" name="card" inputmode="numeric" '
        f'autocomplete="off" required maxlength="23" value="{escape(view.number)}" aria-describedby="hint"{invalid}>'
        f'<p id="hint" class="hint">{words["hint"]}</p>'
        f'<label for="email">{words["email"]}</label><input id="email" name="email" type="email" autocomplete="email" '
        f'required maxlength="200" value="{escape(email)}">'
        f'<button type="submit">{words["pay"]} {total}</button>{_cards(view)}</form>'
    )


def _cards(view: View) -> str:
    rows = "".join(
        f"<li><code>{card.number}</code> {card.zh if view.language == 'zh' else card.en}</li>" for card in CARDS
    )
    return f"<details><summary>{view.words['cards']}</summary><ul>{rows}</ul></details>"
