"""Files of many rows: previewed, taken whole or not at all, and proven row by row."""

import csv
import io
import zipfile

import openpyxl
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction

from kernel.actors import OtherOrganisation, RoleRequired
from ledger import queries as ledger
from ledger.merkle import verify_inclusion
from ledger.models import Entry
from registry import queries, services
from registry.columns import COLUMNS, HeadingsWrong
from registry.lists import ImportKind
from registry.models import DataDemand, DataResource, ImportBatch, InformationSystem, ResourceField
from registry.sheets import LARGEST, SheetRefused
from registry.types import Role
from tests.factories.registry import START, member, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)


@pytest.fixture
def agent():
    return member(organisation("省交通运输厅"), Role.HOLDER_AGENT)


def row(kind=ImportKind.RESOURCES, **changes):
    return {one.zh: changes.get(one.key, one.example) for one in COLUMNS[kind]}


def csv_file(*rows, encoding="utf-8-sig"):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(*rows):
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for one in rows:
        book.active.append(list(one.values()))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def preview(agent, content, name="resources.csv", kind="resources"):
    return services.preview_import(kind=kind, name=name, content=content, actor=agent, now=START)


def counts():
    models = (DataResource, ResourceField, InformationSystem, DataDemand, ImportBatch, Entry)
    return tuple(model.objects.count() for model in models)


def refused(error, act, **arguments):
    before = counts()
    with pytest.raises(error) as caught, transaction.atomic():
        act(**arguments)
    assert counts() == before
    return caught.value


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.csv", csv_file),
        ("a.csv", lambda *rows: csv_file(*rows, encoding="gb18030")),
        ("a.xlsx", xlsx_file),
    ],
)
def test_a_file_is_previewed_confirmed_and_each_row_proven(agent, name, make):
    content = make(row(name_zh="福建省-交通-路网"), row(name_zh="福建省-交通-客流", library="基础库", sharing="1"))
    before = Entry.objects.count()
    found = preview(agent, content, name)
    view = queries.own_import(found, actor=agent)
    assert (view.state, view.rows, view.fault_count, DataResource.objects.count()) == ("previewed", 2, 0, 0)
    assert services.confirm_import(import_id=found, actor=agent, now=START) == 2
    assert Entry.objects.count() == before + 1
    first, second = queries.resources(holder_id=agent.organisation_id)[::-1]
    assert (first.name_zh, first.library, first.fields[0].name, second.library) == (
        "福建省-交通-路网",
        "thematic",
        "visits",
        "basic",
    )
    assert queries.versions(subject_kind="resource", subject_id=first.id)[0].content["owner"] == ""
    proof = queries.row_proof(second.id)
    entry = ledger.entry(proof.entry_id)
    assert (entry.kind, entry.payload["rows"], entry.payload["rows_root"]) == ("rows.imported", 2, proof.root)
    path = [bytes.fromhex(one) for one in proof.path]
    leaf, root = bytes.fromhex(proof.leaf), bytes.fromhex(proof.root)
    assert verify_inclusion(leaf, index=1, size=2, proof=path, root=root)
    assert not verify_inclusion(leaf, index=0, size=2, proof=path, root=root)
    refused(services.ImportOver, services.confirm_import, import_id=found, actor=agent, now=START)


def test_every_fault_names_row_column_and_rule_and_nothing_is_taken(agent):
    content = csv_file(
        row(name_zh="甲"),
        row(name_zh="乙", industry="Z", library="大库"),
        row(name_zh="甲"),
        row(name_zh="丙", contact_phone="", time_from="2025-13-01"),
        row(name_zh="丁", assessments="national_security:serious", openness="无条件开放"),
        row(name_zh="戊", owner="91350000MA0000000X"),
        row(name_zh="己", owner="12100000400002195R"),
        row(name_zh="庚", time_from="2025-02-01", time_until="2025-01-01"),
    )
    found = preview(agent, content)
    view = queries.own_import(found, actor=agent)
    assert [(one["row"], one["column"], one["code"]) for one in view.faults] == [
        (3, "行业门类", "registry.unknown_word"),
        (3, "库类别", "registry.unknown_word"),
        (4, "资源名称", "registry.name_taken"),
        (5, "联系电话", "registry.text_missing"),
        (5, "时间范围起", "registry.not_a_day"),
        (6, "", "registry.openness_too_wide"),
        (7, "归属单位代码", "registry.uscc_check_digit"),
        (8, "归属单位代码", "registry.not_found"),
        (9, "时间范围止", "registry.extent_wrong"),
    ]
    assert all(one["zh"] and one["en"] for one in view.faults)
    error = refused(services.ImportFaulty, services.confirm_import, import_id=found, actor=agent, now=START)
    assert (error.count, error.row, error.column) == (9, 3, "行业门类")
    assert queries.own_import(found, actor=agent).state == "previewed"


def test_what_was_declared_between_preview_and_confirmation_is_seen(agent):
    found = preview(agent, csv_file(row(name_zh="甲")))
    again = preview(agent, csv_file(row(name_zh="甲"), row(name_zh="乙")))
    services.confirm_import(import_id=found, actor=agent, now=START)
    error = refused(services.ImportFaulty, services.confirm_import, import_id=again, actor=agent, now=START)
    assert (error.row, error.column) == (2, "资源名称")


def macro_file():
    content = io.BytesIO(xlsx_file(row()))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return content.getvalue()


def bomb_file():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return content.getvalue()


def formula_file():
    return xlsx_file(row(name_zh="=1+1"))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", macro_file, "macros"),
        ("a.xlsm", macro_file, "neither CSV nor XLSX"),
        ("a.xlsx", bomb_file, "too much"),
        ("a.xlsx", formula_file, "formula"),
        ("a.xlsx", lambda: b"PK\x03\x04 not a zip", "no valid XLSX"),
        ("a.csv", lambda: b"\x00\xff\xfe\x00", "neither in UTF-8"),
        ("a.csv", macro_file, "neither CSV nor XLSX"),
        ("a.csv", "资源名称\n".encode, "no rows"),
        ("a.csv", lambda: b'a,"b\n', "no valid CSV"),
        ("a.pdf", lambda: b"%PDF-", "neither CSV nor XLSX"),
        ("a.csv", lambda: b"x" * (LARGEST + 1), "larger"),
    ],
)
def test_a_file_that_cannot_be_read_safely_is_refused(agent, name, content, reason):
    error = refused(
        SheetRefused, services.preview_import, kind="resources", name=name, content=content(), actor=agent, now=START
    )
    assert reason.split()[-1] in error.reason_en
    assert error.sentence("zh").startswith(f"文件“{name}”不能导入：")


def test_headings_must_be_the_templates(agent):
    content = csv_file({"资源名称": "甲", "颜色": "红"})
    error = refused(
        HeadingsWrong, services.preview_import, kind="resources", name="a.csv", content=content, actor=agent, now=START
    )
    assert error.unknown == "颜色"
    assert error.missing.startswith("摘要、行业门类")


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_template_can_be_imported_as_it_is(agent, kind):
    found = preview(agent, queries.template(kind), "template.csv", kind)
    assert services.confirm_import(import_id=found, actor=agent, now=START) == 1
    counted = queries.department_counts()[0]
    assert {"resources": counted.resources, "systems": counted.systems, "demands": counted.demands}[kind] == 1


def test_an_import_is_its_organisations_and_its_roles(agent):
    content = csv_file(row(name_zh="甲"))
    outsider = member(organisation("别的厅"), Role.HOLDER_AGENT)
    buyer = member(organisation("企业"), Role.BUYER)
    refused(
        RoleRequired, services.preview_import, kind="resources", name="a.csv", content=content, actor=buyer, now=START
    )
    found = preview(agent, content)
    refused(OtherOrganisation, services.confirm_import, import_id=found, actor=outsider, now=START)
    refused(OtherOrganisation, services.discard_import, import_id=found, actor=outsider, now=START)
    with pytest.raises(queries.NoSuch):
        queries.own_import(found, actor=outsider)
    services.discard_import(import_id=found, actor=agent, now=START)
    refused(services.ImportOver, services.confirm_import, import_id=found, actor=agent, now=START)
    refused(
        services.UnknownWord,
        services.preview_import,
        kind="people",
        name="a.csv",
        content=content,
        actor=agent,
        now=START,
    )


def imported(agent, file, *, username=None, uscc=None):
    """Run the command as an agent, or as another, and return what it printed and said of faults."""
    told, faults = io.StringIO(), io.StringIO()
    username = username or get_user_model().objects.get(pk=agent.user_id).username
    uscc = uscc or queries.organisation(agent.organisation_id).uscc
    call_command("import_resources", str(file), organisation=uscc, username=username, stdout=told, stderr=faults)
    return told.getvalue(), faults.getvalue()


@pytest.mark.parametrize(("name", "make"), [("a.csv", csv_file), ("a.xlsx", xlsx_file)])
def test_the_command_imports_every_row(agent, tmp_path, name, make):
    file = tmp_path / name
    file.write_bytes(make(row(name_zh="甲"), row(name_zh="乙")))
    told, faults = imported(agent, file)
    entry = ImportBatch.objects.get().entry
    assert (told, faults) == (f"2 rows imported, entry {entry}\n", "")
    assert [one.name_zh for one in queries.resources(holder_id=agent.organisation_id)] == ["乙", "甲"]


def test_the_command_names_each_fault_and_imports_nothing(agent, tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_bytes(csv_file(row(name_zh="甲"), row(name_zh="乙", industry="Z"), row(name_zh="丙", contact_phone="")))
    before, faults = counts(), io.StringIO()
    account = get_user_model().objects.get(pk=agent.user_id).username
    uscc = queries.organisation(agent.organisation_id).uscc
    with pytest.raises(CommandError) as caught:
        call_command("import_resources", str(file), organisation=uscc, username=account, stderr=faults)
    assert (caught.value.returncode, counts()) == (1, before)
    first, second = faults.getvalue().splitlines()
    assert first.startswith("第 3 行 row 3，行业门类：registry.unknown_word：")
    assert second.startswith("第 4 行 row 4，联系电话：registry.text_missing：")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"username": "nobody"}, "没有名为 nobody 的账号。"),
        ({"uscc": "911100000000000000"}, "没有统一社会信用代码为 911100000000000000 的单位。"),
        ({"uscc": "elsewhere"}, "只有相关单位的人员可以执行此操作。"),
        ({"username": "buyer"}, "此操作需要以下角色之一：holder_agent。"),
    ],
)
def test_the_command_imports_only_for_the_organisations_agents(agent, tmp_path, given, said):
    file = tmp_path / "a.csv"
    file.write_bytes(csv_file(row(name_zh="甲")))
    buyer = get_user_model().objects.get(pk=member(agent.organisation_id, Role.BUYER).user_id).username
    other = queries.organisation(organisation("别的厅")).uscc
    before = counts()
    with pytest.raises(CommandError, match=said) as caught:
        imported(agent, file, **{key: {"buyer": buyer, "elsewhere": other}.get(one, one) for key, one in given.items()})
    assert (caught.value.returncode, counts()) == (1, before)


def test_the_command_says_when_there_is_no_such_file(agent, tmp_path):
    with pytest.raises(CommandError, match="No such file") as caught:
        imported(agent, tmp_path / "none.csv")
    assert caught.value.returncode == 1
