"""The living style page: each component in each state, with the platform's own kind of data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from config.states import LABELS
from kernel.errors import Conflict, NotPermitted

S65: Final = "发改价格〔2025〕65号"
S26: Final = "发改数据规〔2025〕26号"


@dataclass(eq=False, kw_only=True)
class SampleRefusal(Conflict):
    """A refusal shown on the style page; nothing raises it."""

    code = "pricing.fee_above_ceiling"
    zh = "收费标准 {fee} 元/次高于上限 {ceiling} 元/次。"
    en = "The fee of {fee} yuan per call is above the ceiling of {ceiling} yuan per call."
    law = f"{S65} 三(二)"
    fee: Decimal
    ceiling: Decimal


@dataclass(eq=False, kw_only=True)
class SampleForbidden(NotPermitted):
    """A refusal for want of a role, shown on the style page; nothing raises it."""

    code = "kernel.role_required"
    zh = "此操作需要以下角色之一：登记审核。"
    en = "This needs one of these roles: registry reviewer."


class SampleForm(forms.Form):
    """A form with every kind of field."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=64, help_text=_("As it stands in the catalogue."))
    summary = forms.CharField(label=_("Summary"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    frequency = forms.ChoiceField(
        label=_("Updated"),
        choices=[("", "—"), ("daily", _("Daily")), ("monthly", _("Monthly")), ("yearly", _("Yearly"))],
    )
    fee = forms.DecimalField(label=_("Fee, yuan per call"), max_digits=12, decimal_places=6)
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}))
    sharing = forms.ChoiceField(
        label=_("Sharing"),
        widget=forms.RadioSelect,
        choices=[("open", _("Without conditions")), ("conditional", _("On conditions")), ("none", _("Not shared"))],
    )
    evidence = forms.FileField(label=_("Evidence"), required=False, help_text=_("PDF, at most 10 MB."))
    confirmed = forms.BooleanField(label=_("I have checked the facts above and answer for them."))


def _words(zh: str, en: str) -> str:
    return zh if (get_language() or "zh").startswith("zh") else en


def _steps() -> list[dict[str, Any]]:
    return [
        {
            "label": _words("提交申请", "Application"),
            "state": "done",
            "at": datetime(2026, 10, 12, 1, 30, tzinfo=UTC),
            "note": _words("材料 7 份", "7 documents"),
            "article": f"{S26} 第八条",
        },
        {
            "label": _words("受理", "Acceptance"),
            "state": "done",
            "at": datetime(2026, 10, 14, 8, 5, tzinfo=UTC),
            "article": f"{S26} 第十条",
        },
        {
            "label": _words("形式审核", "Formal review"),
            "state": "current",
            "note": _words(
                "20 个工作日内，至 2026-11-11；余 4 个工作日", "Within 20 working days, until 2026-11-11; 4 left"
            ),
            "article": f"{S26} 第十一条",
        },
        {"label": _words("公示", "Public notice"), "state": "todo", "article": f"{S26} 第十二条"},
        {"label": _words("赋码", "Assigning the code"), "state": "todo"},
    ]


def _events() -> list[dict[str, Any]]:
    return [
        {
            "at": datetime(2025, 4, 2, 2, 0, tzinfo=UTC),
            "title": "registration.coded",
            "text": _words(
                "居民医疗服务利用调查数据 取得登记结果查询码", "The health-care use survey got its registration code"
            ),
            "url": "#timeline",
            "state": "anchored",
        },
        {
            "at": datetime(2025, 7, 18, 6, 41, tzinfo=UTC),
            "title": "agreement.filed",
            "text": _words("授权运营协议备案，期限五年", "The operating agreement is on file, for five years"),
            "url": "#timeline",
            "state": "sealed",
        },
        {"at": datetime(2026, 11, 21, 2, 0, tzinfo=UTC), "title": "licence.issued", "state": "waiting"},
    ]


def _leaf(*, zh: str, en: str, value: str, unit: str, article: str = "") -> dict[str, Any]:
    return {"name_zh": zh, "name_en": en, "value": value, "unit": unit, "article": article, "inputs": []}


def _derivation() -> dict[str, Any]:
    cost = {
        "name_zh": "经营成本",
        "name_en": "Operating cost",
        "value": "1864200.00",
        "unit": "元",
        "formula_zh": "人员 + 折旧 + 运行维护",
        "formula_en": "staff + depreciation + running",
        "article": f"{S65} 三(一)",
        "inputs": [
            _leaf(zh="人员费用", en="Staff", value="912000.00", unit="元"),
            _leaf(zh="固定资产折旧", en="Depreciation of fixed assets", value="400200.00", unit="元"),
            _leaf(zh="运行维护费用", en="Running and maintenance", value="552000.00", unit="元"),
        ],
    }
    profit = {
        "name_zh": "准许利润",
        "name_en": "Permitted profit",
        "value": "99175.44",
        "unit": "元",
        "formula_zh": "经营成本 × 准许利润率",
        "formula_en": "operating cost × permitted profit rate",
        "article": f"{S65} 三(一)",
        "inputs": [
            _leaf(zh="准许利润率", en="Permitted profit rate", value="0.0532", unit="", article=f"{S65} 三(一)")
        ],
    }
    return {
        "name_zh": "最高准许收入",
        "name_en": "Permitted revenue",
        "value": "1963375.44",
        "unit": "元/年",
        "formula_zh": "经营成本 + 准许利润 + 税金",
        "formula_en": "operating cost + permitted profit + taxes",
        "article": f"{S65} 三(一)",
        "inputs": [cost, profit, _leaf(zh="税金", en="Taxes", value="0.00", unit="元")],
    }


COSTS: Final = (
    ("45–54", "45–54", Decimal("612.35"), Decimal("588.02")),
    ("55–64", "55–64", Decimal("846.10"), Decimal("861.77")),
    ("65+", "65+", Decimal("1203.48"), Decimal("1188.90")),
)


def _chart() -> dict[str, Any]:
    return {
        "legend": {"top": 0, "left": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [row[0] for row in COSTS]},
        "yAxis": {"type": "value", "name": _words("元", "yuan")},
        "series": [
            {"type": "bar", "name": _words("女", "Women"), "data": [row[2] for row in COSTS]},
            {"type": "bar", "name": _words("男", "Men"), "data": [row[3] for row in COSTS]},
        ],
    }


def _resources() -> list[dict[str, Any]]:
    return [
        {
            "name_zh": "居民医疗服务利用与费用调查数据（含门诊、住院及自付费用明细，按人年脱敏）",
            "name_en": "Residents' use of health care and its cost (outpatient, inpatient, own payment; masked)",
            "code": "350000-R-2025-000017",
            "rows": 20190,
            "fee": Decimal("0.053200"),
            "state": "coded",
            "until": date(2028, 4, 2),
        },
        {
            "name_zh": "企业固定资产投资面板",
            "name_en": "Panel of firms' investment",
            "code": "350000-R-2025-000018",
            "rows": 220,
            "fee": Decimal("12.5"),
            "state": "in_notice",
            "until": None,
        },
        {
            "name_zh": "城际出行方式选择调查",
            "name_en": "Intercity travel mode choice",
            "code": "350000-R-2025-000021",
            "rows": 840,
            "fee": None,
            "state": "returned",
            "until": None,
        },
    ]


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Show each component in each state."""
    wrong = SampleForm({"name_zh": "居民医疗服务利用数据", "fee": "0.0532001", "sharing": "open"})
    wrong.is_valid()
    context = {
        "chart": _chart(),
        "costs": COSTS,
        "derivation": _derivation(),
        "events": _events(),
        "forbidden": SampleForbidden(),
        "form": SampleForm(auto_id="fresh_%s"),
        "page_of_many": Paginator(range(417), 20).get_page(request.GET.get("page", 7)),
        "refusal": SampleRefusal(fee=Decimal("0.0620"), ceiling=Decimal("0.0532")),
        "resources": _resources(),
        "states": sorted(LABELS),
        "trail": (
            {"url": "#timeline", "label": _words("登记", "Registrations")},
            {"url": "#table", "label": _words("卫生健康", "Health")},
        ),
        "steps": _steps(),
        "tabs": [
            {"label": _words("全部", "All"), "url": "#tabs", "current": True, "count": 128},
            {"label": _words("今日到期", "Due today"), "url": "#tabs", "count": 3},
            {"label": _words("已退回", "Returned"), "url": "#tabs", "count": 0},
        ],
        "sample_moment": datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
        "wrong": wrong,
    }
    return render(request, "config/style.html", context)
