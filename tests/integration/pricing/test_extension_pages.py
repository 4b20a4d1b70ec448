"""Pages around the procedure: workbook and evidence, desks, reports as page, CSV and PDF, parameters."""

import io
import re
from datetime import date
from decimal import Decimal
from functools import partial

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from kernel import paper
from kernel.money import Money
from pricing import queries, services, tasks
from pricing.types import IncomeLine
from registry import queries as registry
from tests.factories.pricing import moment
from tests.integration.pricing.test_pages import client_of, page

pytestmark = pytest.mark.django_db
LATER = moment(2027, 1, 6)


@pytest.fixture(autouse=True)
def _present(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def workbook(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return SimpleUploadedFile("costs.xlsx", out.getvalue())


def reviewed(market):
    market.fee()
    services.record_income(
        agreement_id=market.agreement,
        month=date(2026, 12, 1),
        lines=[IncomeLine(product_id=market.product, amount=Money.of("900000.00"), quantity=Decimal(10))],
        actor=market.operator,
        now=LATER,
    )
    tasks.review()


def test_a_workbook_is_read_row_by_row(market):
    client, address = client_of(market.operator), reverse("pricing:survey-new", args=[market.agreement])
    given = {"year": 2025, "table": "", "subsidy": "0", "books_total": "300.15", "confirmed": "on"}
    head = ("成本项目", "用途", "金额", "政府补助")
    bad = client.post(address, given | {"sheet": workbook(head, ("酒", "产业", 1), ("人力", "产业", "1e400"))})
    assert bad.status_code == 422
    assert "酒" in bad.content.decode()
    rows = (("平台", "产业", 100.1, 20), ("人力", "公益", 200, None), ("期间费用", "产业", 0.05))
    client.post(address, given | {"sheet": workbook(head, *rows)})
    (survey,) = queries.surveys()
    assert [line.line.amount for line in survey.lines] == [Decimal("100.10"), Decimal(200), Decimal("0.05")]
    assert survey.lines[0].line.subsidy == 20
    no_book = client.post(address, given | {"sheet": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 no")})
    assert no_book.status_code == 422


def test_evidence_is_handed_in_and_downloaded(market):
    survey, client = market.survey(), client_of(market.operator)
    address = reverse("pricing:add-evidence", args=[survey.id])
    assert client.get(address).status_code == 200
    assert client.post(address, {"file": SimpleUploadedFile("a.exe", b"MZ")}).status_code == 422
    client.post(address, {"file": SimpleUploadedFile("发票.pdf", b"%PDF-1.7")})
    assert "发票.pdf" in page(client, "survey", survey.id)
    (one,) = queries.survey_evidence(survey.id)
    assert client.get(reverse("pricing:evidence", args=[one.id])).content == b"%PDF-1.7"
    assert client_of(market.buyer).get(reverse("pricing:evidence", args=[one.id])).status_code == 404


def test_duties_reports_and_disclosure(market):
    reviewed(market)
    assert "Adjust the fees" in page(client_of(market.operator), "costs")
    body = client_of(market.body)
    assert "File the yearly report" in page(body, "desk")
    address = reverse("pricing:yearly", args=[market.agreement]) + "?year=2026"
    assert "7.7751%" in body.get(address).content.decode()
    assert "900000.00" in body.get(address + "&as=csv").content.decode()
    assert client_of(market.buyer).get(address).status_code == 403
    assert body.post(address).status_code == 302
    assert queries.filed_report(market.agreement, year=2026)
    public = Client(headers={"accept-language": "zh-hans"})
    assert "上限收费标准" in page(public, "disclosure", market.agreement)
    assert page(public, "agreement", market.agreement, year="2026")


NUMBER = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+(?:[.][0-9]+)?%?|[0-9A-Z]{18}")


def cells(report):
    return [cell for row in queries.as_rows(report) for cell in row]


def figures_of(report):
    return sorted(number for cell in cells(report) for number in NUMBER.findall(cell))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_says_what_the_page_says(market, language):
    reviewed(market)
    address = reverse("pricing:yearly", args=[market.agreement]) + f"?year=2026&as=pdf&lang={language}"
    paper.chinese_font.cache_clear()
    try:
        paper.chinese_font()
    except paper.NoChineseFont:
        assert client_of(market.body).get(address).status_code == 503
        return
    made = client_of(market.body).get(address)
    assert made.headers["Content-Type"] == "application/pdf"
    assert f"report-2026-{language}.pdf" in made.headers["Content-Disposition"]
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(made.content)).pages)
    text = re.sub(r"\s", "", text)
    for cell in cells(queries.yearly_report(market.agreement, year=2026, language=language)):
        assert re.sub(r"\s", "", cell) in text


def test_both_languages_tell_the_same_figures_and_articles(market):
    reviewed(market)
    valued = services.value_product(
        product_id=market.product,
        approaches={"cost": {"rows": [{"name": "A", "amount": "1000.50"}]}, "weights": {"cost": "100"}},
        actor=market.operator,
        now=LATER,
    )
    for make in (
        partial(queries.yearly_report, market.agreement, year=2026),
        partial(queries.disclosure, market.agreement, now=LATER),
        partial(queries.valuation_report, valued.id),
    ):
        zh, en = make(language="zh"), make(language="en")
        assert (zh.article, len(zh.tables)) == (en.article, len(en.tables))
        assert [(len(t.facts), len(t.columns), len(t.rows)) for t in zh.tables] == [
            (len(t.facts), len(t.columns), len(t.rows)) for t in en.tables
        ]
        assert [len(row) for t in zh.tables for row in t.rows] == [len(row) for t in en.tables for row in t.rows]
        stated = [re.sub(r"^[0-9]. ", "", cell) for cell in cells(en)]
        assert sorted(n for cell in stated for n in NUMBER.findall(cell)) == figures_of(zh)
        labels = [label for t in en.tables for label in (t.title, *(fact[0] for fact in t.facts), *t.columns)]
        assert [label for label in labels if re.search("[\u4e00-\u9fff]", label)] == []


def test_pages_and_downloads_follow_the_reader_or_what_is_asked(market):
    reviewed(market)
    address = reverse("pricing:disclosure", args=[market.agreement])
    chinese, english = (Client(headers={"accept-language": one}) for one in ("zh-hans", "en"))
    assert "登记完成情况" in chinese.get(address).content.decode()
    shown = english.get(address)
    assert "Mode of authorisation" in shown.content.decode()
    assert shown.headers["Content-Language"] == "en"
    assert "?as=pdf&amp;lang=zh" in shown.content.decode()
    asked = english.get(address + "?as=csv&lang=zh")
    assert "上限收费标准" in asked.content.decode()
    assert "disclosure-zh.csv" in asked.headers["Content-Disposition"]
    assert "Ceilings" in english.get(address + "?as=csv&lang=xx").content.decode()
    path = f"/api/pricing/agreements/{market.agreement}"
    assert Client().get(f"{path}/disclosure?lang=en").json()["title"].startswith("Disclosure")
    told = client_of(market.operator).get(f"{path}/report?year=2026&lang=en").json()
    assert told["tables"][3]["facts"][2] == ["Deviation", "7.7751%"]
    assert client_of(market.buyer).get(f"{path}/report?year=2026").status_code == 403


def test_the_disclosure_names_the_mode_and_the_confirmation_sheets(market):
    market.fee()
    text = cells(queries.disclosure(market.agreement, now=LATER))
    assert text[text.index("授权运营方式") + 1] in {"整体授权", "分领域授权", "依场景授权"}
    slips = registry.confirmation_numbers([market.resource()])
    assert text[text.index("登记确认单编号") + 1] == slips[market.resource()]


def test_no_chinese_font_is_said(market, monkeypatch):
    monkeypatch.setattr(paper, "FOLDERS", ())
    paper.chinese_font.cache_clear()
    with pytest.raises(paper.NoChineseFont):
        paper.chinese_font()
    paper.chinese_font.cache_clear()


def test_parameters_are_shown_and_entered(market):
    assert "profit_add_on_cap" in page(Client(), "parameters")
    client, address = client_of(market.price_authority), reverse("pricing:parameters")
    given = {
        "name": "profit_add_on_cap",
        "value": "7",
        "jurisdiction": "350000",
        "document": "闽发改价格〔2027〕1号",
        "article": "第三条",
    }
    given |= {"source": "公开文本", "valid_from": "2027-02-01", "confirmed": "on"}
    assert client.post(address, given).status_code == 409
    assert client.post(address, given | {"value": "5"}).status_code == 302
    assert "闽发改价格〔2027〕1号" in page(Client(), "parameters")


def test_the_products_page_shows_plans(market):
    market.fee()
    services.set_plan(
        product_id=market.product,
        kind="volume",
        name_zh="千次包",
        name_en="A thousand calls",
        form="per_call",
        quantity="1000",
        price=Money.of("100"),
        actor=market.operator,
        now=LATER,
    )
    assert "A thousand calls" in page(Client(headers={"accept-language": "en"}), "product", market.product)
