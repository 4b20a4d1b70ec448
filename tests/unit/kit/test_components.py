"""Each component renders what it is given, escapes it, and takes nothing from the page around it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Engine, Template
from django.test import RequestFactory
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler  # type: ignore[import-untyped]  # it ships no types

from config.environment import ROOT
from kernel.errors import Conflict

HOSTILE = "\"><script>alert('x')</script>&"
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"
COMPONENTS = ROOT / "config" / "templates" / "cotton"


def draw(source: str, **context: object) -> str:
    template = Template(CottonCompiler().process(source), engine=Engine.get_default())
    with translation.override("zh-hans"):
        text = template.render(Context({"request": RequestFactory().get("/"), **context}))
    return re.sub(r"\s+", " ", text).strip()


@dataclass(eq=False, kw_only=True)
class Refused(Conflict):
    code = "test.refused"
    zh = "因为 {reason}。"
    en = "Because {reason}."
    law = "测试法 第一条"
    reason: str


class Answers(forms.Form):
    name = forms.CharField(label=HOSTILE, help_text="帮助")
    note = forms.CharField(required=False)
    agreed = forms.BooleanField(label="同意")
    mode = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")])
    token = forms.CharField(widget=forms.HiddenInput, required=False)


TITLED = ("page-header", "card", "notice", "empty", "verdict")
LABELLED = ("fact", "figure", "meter", "tabs", "chart", "code")


@pytest.mark.parametrize("component", TITLED)
@pytest.mark.parametrize("given", ['title="{{ x }}"', ':title="x"'])
def test_titles_are_escaped_once(component, given):
    drawn = draw(f"<c-{component} {given}></c-{component}>", x=HOSTILE)
    assert "<script>" not in drawn
    assert ESCAPED in drawn
    assert "&amp;lt;" not in drawn


@pytest.mark.parametrize("component", LABELLED)
@pytest.mark.parametrize("given", ['label="{{ x }}"', ':label="x"'])
def test_labels_are_escaped_once(component, given):
    drawn = draw(f"<c-{component} {given}></c-{component}>", x=HOSTILE)
    assert "<script>" not in drawn
    assert ESCAPED in drawn
    assert "&amp;lt;" not in drawn


def test_slots_keep_the_markup_of_the_page_and_escape_its_values():
    drawn = draw("<c-card><b>{{ x }}</b></c-card><c-badge tone='ok'>{{ x }}</c-badge>", x=HOSTILE)
    assert f"<b>&quot;&gt;{ESCAPED}&amp;</b>" in drawn
    assert drawn.count(ESCAPED) == 2
    assert "<script>" not in drawn


def test_a_component_takes_no_title_from_the_component_around_it():
    drawn = draw('<c-card title="外" id="outer"><c-card><c-table><tbody></tbody></c-table></c-card></c-card>')
    assert drawn.count("外") == 1
    assert drawn.count('id="outer"') == 1


@pytest.mark.parametrize("state", ["done", "current", "todo"])
def test_steps_say_their_state_in_words(state):
    words = {"done": "已完成", "current": "办理中", "todo": "未开始"}
    drawn = draw('<c-steps :items="s" />', s=[{"label": HOSTILE, "state": state, "article": "第八条"}])
    assert words[state] in drawn
    assert ESCAPED in drawn
    assert "第八条" in drawn
    assert ('aria-current="step"' in drawn) == (state == "current")


def test_steps_and_timelines_give_moments_for_people_and_machines():
    at = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    expected = '<time datetime="2026-11-21T02:00:00+00:00">2026-11-21 10:00 CST</time>'
    assert expected in draw('<c-steps :items="s" />', s=[{"label": "受理", "state": "done", "at": at}])
    drawn = draw('<c-timeline :items="s" />', s=[{"title": HOSTILE, "url": "/ledger/", "at": at, "text": HOSTILE}])
    assert drawn.count(ESCAPED) == 2
    assert "2026-11-21 10:00 CST" in drawn


def test_a_problem_says_what_why_and_what_next():
    drawn = draw('<c-problem :error="e" />', e=Refused(reason=HOSTILE))
    assert "当前无法办理" in drawn
    assert ESCAPED in drawn
    assert "依据：测试法 第一条" in drawn
    assert "平台未作任何改动" in drawn
    assert "test.refused" in drawn


def node(name: str, **more: object) -> dict[str, object]:
    return {"name_zh": name, "name_en": name, "value": "1864200.00", "unit": "元", "inputs": [], **more}


def test_a_derivation_opens_to_its_inputs():
    tree = node(
        "收入", formula_zh="成本 + 利润", article="三(一)", inputs=[node(HOSTILE), node("利润", inputs=[node("率")])]
    )
    drawn = draw('<c-derivation :node="n" />', n=tree)
    assert drawn.count("<details") == 2
    assert drawn.count("<li>") == 4
    assert drawn.count('<ul class="derivation"') == 1
    assert "1,864,200.00 " in drawn
    assert "成本 + 利润" in drawn
    assert ESCAPED in drawn


def test_a_chart_carries_its_option_as_data_and_its_table_as_markup():
    drawn = draw(
        '<c-chart id="c1" label="费用" :option="o"><table><tr><td>1</td></tr></table></c-chart>', o={"a": "</script>"}
    )
    assert '<script id="c1-option" type="application/json">{"a": "\\u003C/script\\u003E"}</script>' in drawn
    assert 'data-chart="c1-option" role="img" aria-label="费用"' in drawn
    assert "以表格查看" in drawn


def test_a_form_names_its_errors_and_links_them_to_their_fields():
    form = Answers({"mode": "c"})
    drawn = draw('<c-form :form="f" action="/go/" submit="送出">补充</c-form>', f=form)
    assert 'method="post" action="/go/"' in drawn
    assert '<a href="#id_name_field">' in drawn
    assert ESCAPED in drawn
    assert "<script>" not in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_error"' in drawn
    assert drawn.count("（选填）") == 1
    assert "<fieldset" in drawn
    assert 'type="hidden" name="token"' in drawn
    assert '补充 <div class="form-actions"><button type="submit" class="primary">送出</button>' in drawn


def test_a_form_without_fields_is_a_button():
    drawn = draw('<c-form action="/revoke/" submit="撤销" danger />', csrf_token="t" * 64)
    assert 'name="csrfmiddlewaretoken"' in drawn
    assert '<button type="submit" class="danger">撤销</button>' in drawn


def test_a_pager_marks_the_page_and_leaves_out_the_far_ones():
    drawn = draw('<c-pager :page="p" />', p=Paginator(range(417), 20).get_page(7))
    assert '<span aria-current="page">7</span>' in drawn
    assert 'href="?page=8"' in drawn
    assert 'href="?page=15"' not in drawn
    assert "第 121–140 项" in drawn
    assert draw('<c-pager :page="p" />', p=Paginator(range(5), 20).get_page(1)) == ""


def test_a_code_is_copied_exactly():
    drawn = draw('<c-code :text="t" label="哈希" />', t=HOSTILE)
    assert f'data-copy="&quot;&gt;{ESCAPED}&amp;"' in drawn
    assert f"<code>&quot;&gt;{ESCAPED}&amp;</code>" in drawn


def test_a_missing_fact_is_a_dash():
    assert "<dd>—</dd>" in draw('<c-fact label="异议"></c-fact>')


def test_every_component_is_on_the_style_page():
    used = (ROOT / "config" / "templates" / "config" / "style.html").read_text("utf-8")
    inside = "".join(part.read_text("utf-8") for part in COMPONENTS.glob("*.html"))
    for component in COMPONENTS.glob("*.html"):
        tag = f"<c-{component.stem.replace('_', '-')}"
        assert tag in used + inside, tag


def test_no_template_of_the_kit_holds_inline_script_or_style():
    for template in (ROOT / "config" / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|<style", text), template


def test_vendored_files_are_the_ones_named():
    vendor = ROOT / "config" / "static" / "vendor"
    rows = re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (vendor / "README.md").read_text("utf-8"), re.M)
    assert {name for name, _ in rows} == {
        str(file.relative_to(vendor)) for file in vendor.rglob("*") if file.suffix in {".js", ".woff2", ".css"}
    }
    assert all(hashlib.sha256(Path(vendor / name).read_bytes()).hexdigest() == digest for name, digest in rows)


def test_every_sentence_is_translated():
    catalogue = (ROOT / "config" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").read_text("utf-8")
    assert re.findall(r'msgid "[^"]+"\nmsgstr ""\n(?!")', catalogue) == []
    assert "fuzzy" not in catalogue
