"""The columns of files that departments import and export: headings, what each holds, what is wrong with a cell.

A heading is taken in Chinese or English, a word by its code or by its name in either language. A fault names the row
as the file numbers it, the column by its heading, and the rule.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

import rfc8785

from kernel.errors import DomainError, InvalidInput, plain
from ledger.merkle import leaf_hash
from registry import catalogue, uscc
from registry.grade import Assessment, Harm, Object
from registry.lists import SYSTEM_STATE, ImportKind
from registry.sheets import Sheet

MOST_FAULTS: Final = 1_000
YES: Final = frozenset({"1", "是", "yes", "true", "y"})
NO: Final = frozenset({"0", "否", "no", "false", "n"})
DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
Words = Mapping[Any, catalogue.Label]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, or (column "") with a row as a whole."""

    row: int
    column: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key of what it holds, its headings, whether it must be filled, an example, and how it is read."""

    key: str
    zh: str
    en: str
    needed: bool
    example: str
    read: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """One row as read: its number in the file and its values by key."""

    number: int
    values: Mapping[str, Any]


@dataclass(eq=False, kw_only=True)
class HeadingsWrong(InvalidInput):
    """A file without a column it needs, with one twice, or with one nobody knows."""

    code = "registry.headings_wrong"
    zh = "表头不符：缺少 {missing}；不认识或重复 {unknown}。请下载模板。"
    en = "The headings do not fit. Missing: {missing}. Unknown or twice: {unknown}. Take the template."
    law = "NDI—TR—2025—06"
    missing: str
    unknown: str


class Misread(Exception):
    """A cell that cannot be read: the rule's code, and what it asks in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def text(longest: int) -> Callable[[str], str]:
    """Return a reader of texts of at most ``longest`` characters."""

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise Misread("registry.text_too_long", f"不得超过 {longest} 个字符", f"at most {longest} characters")
        return cell

    return read


def word(words: Words) -> Callable[[str], str]:
    """Return a reader of one of ``words``, by code or by name."""
    known = {name.casefold(): str(code) for code, label in words.items() for name in (label.name_zh, label.name_en)}
    known |= {str(code).casefold(): str(code) for code in words}

    def read(cell: str) -> str:
        found = known.get(cell.casefold()) or known.get(cell.partition(" ")[0].casefold())
        if found is None:
            listed = "、".join(label.name_zh for label in words.values())
            coded = ", ".join(str(code) for code in words)
            raise Misread("registry.unknown_word", f"应为：{listed}", f"one of: {coded}")
        return found

    return read


def flag(cell: str) -> bool:
    """Return whether a cell says yes; raise Misread."""
    if cell.casefold() in YES:
        return True
    if cell.casefold() in NO:
        return False
    raise Misread("registry.unknown_word", "应为：是、否", "yes or no")


def day(cell: str) -> date | None:
    """Return the day in a cell, None for an empty one; raise Misread."""
    if not cell:
        return None
    found = DAY.fullmatch(cell)
    try:
        return date(*map(int, found.groups())) if found else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise Misread("registry.not_a_day", "应为日期，如 2025-03-01", "a day such as 2025-03-01")


def whole(low: int, high: int) -> Callable[[str], int | None]:
    """Return a reader of whole numbers from ``low`` to ``high``, None for an empty cell."""

    def read(cell: str) -> int | None:
        if not cell:
            return None
        if not re.fullmatch(r"[0-9]{1,18}", cell) or not low <= int(cell) <= high:
            raise Misread("registry.not_a_number", f"应为 {low} 至 {high} 的整数", f"a whole number, {low} to {high}")
        return int(cell)

    return read


def amount(cell: str) -> Decimal | None:
    """Return a number of at most two decimals, None for an empty cell; raise Misread."""
    if not cell:
        return None
    try:
        value = Decimal(cell)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < 10**14 or value != value.quantize(Decimal("0.01")):
        raise Misread("registry.not_a_number", "应为不超过两位小数的非负数", "a number of at most two decimals")
    return value


def credit_code(cell: str) -> str:
    """Return a valid unified social credit code, or nothing for an empty cell; raise Misread."""
    if not cell:
        return ""
    try:
        return uscc.checked(cell)
    except DomainError as refused:
        raise Misread(refused.code, refused.sentence("zh"), refused.sentence("en")) from refused


def findings(cell: str) -> tuple[Assessment, ...]:
    """Return the assessments in a cell such as ``personal_rights:general; public_interest:serious``; raise Misread."""
    found = []
    for pair in filter(None, (one.strip() for one in re.split("[;；]", cell))):
        thing, _colon, harm = (part.strip() for part in pair.replace("：", ":").partition(":"))
        if thing not in set(Object) or harm not in set(Harm):
            raise Misread(
                "registry.unknown_word",
                f"应为“影响对象:影响程度”，对象：{'、'.join(Object)}；程度：{'、'.join(Harm)}",
                f"object:harm, of {', '.join(Object)} and {', '.join(Harm)}",
            )
        found.append(Assessment(Object(thing), Harm(harm)))
    return tuple(found)


def table(cell: str) -> tuple[dict[str, str], ...]:
    """Return the fields in a cell: ``name|type|meaning|meaning in English|sensitivity`` each; raise Misread."""
    found = []
    for line in filter(None, (one.strip() for one in re.split(r"[;；\n]", cell))):
        parts = [part.strip() for part in line.split("|")]
        fits = len(parts) == len(FIELD_KEYS) and parts[0] and parts[1] and parts[4] in set(catalogue.Sensitivity)
        if not fits or any(len(part) > width for part, width in zip(parts, FIELD_WIDTHS, strict=True)):
            raise Misread(
                "registry.field_wrong",
                "应为“名称|类型|含义|英文含义|敏感性”，敏感性为 public、internal 或 sensitive",
                "name|type|meaning|English meaning|sensitivity (public, internal or sensitive)",
            )
        found.append(dict(zip(FIELD_KEYS, parts, strict=True)))
    if len({one["name"] for one in found}) != len(found):
        raise Misread("registry.name_taken", "字段名称重复", "a field's name stands twice")
    return tuple(found)


FIELD_KEYS: Final = ("name", "type", "description_zh", "description_en", "sensitivity")
FIELD_WIDTHS: Final = (128, 40, 300, 300, 16)
_SIZE_UNITS: Final = catalogue.labels(MB=("MB", "MB"), GB=("GB", "GB"), TB=("TB", "TB"))
_CHANNELS: Final = catalogue.CHANNEL
RESOURCES: Final = (
    Column("name_zh", "资源名称", "Name", True, "某省-卫生健康-住院费用", text(128)),
    Column("name_en", "英文名称", "English name", False, "Hospital expenditure", text(200)),
    Column("abstract_zh", "摘要", "Abstract", True, "由省卫生健康委员会在履职中产生，包含住院费用。", text(1024)),
    Column("abstract_en", "英文摘要", "English abstract", False, "Hospital expenditure.", text(1024)),
    Column("industry", "行业门类", "Industry", True, "Q", word(catalogue.INDUSTRY)),
    Column("format", "数据格式", "Format", True, "CSV", text(24)),
    Column("data_source", "数据来源", "Source", True, "原始取得", word(catalogue.DATA_SOURCE)),
    Column("personal_information", "涉及个人信息", "Personal information", True, "否", flag),
    Column("sharing", "共享类型", "Sharing", True, "有条件共享", word(catalogue.SHARING_TYPE)),
    Column("openness", "开放类型", "Openness", True, "有条件开放", word(catalogue.OPEN_TYPE)),
    Column("update_frequency", "更新频率", "Updated", True, "每年", word(catalogue.UPDATE_FREQUENCY)),
    Column("library", "库类别", "Library", True, "主题库", word(catalogue.LIBRARY_KIND)),
    Column("coverage", "覆盖范围", "Coverage", True, "某省", text(64)),
    Column("contact_office", "联系部门", "Contact office", True, "数据管理处", text(40)),
    Column("contact_phone", "联系电话", "Contact phone", True, "0591-00000000", text(20)),
    Column("assessments", "分类分级评估", "Classification", True, "personal_rights:general", findings),
    Column("fields", "字段", "Fields", False, "visits|integer|就诊次数|Visits|internal", table),
    Column("region", "行政区划代码", "Region", False, "350000", text(6)),
    Column("time_from", "时间范围起", "From", False, "2020-01-01", day),
    Column("time_until", "时间范围止", "Until", False, "2024-12-31", day),
    Column("size", "数据量", "Size", False, "12.5", amount),
    Column("size_unit", "数据量单位", "Size unit", False, "GB", word(_SIZE_UNITS)),
    Column("records", "记录数", "Records", False, "20190", whole(0, 10**15)),
    Column("channel", "提供渠道", "Channel", False, "政务外网", word(_CHANNELS)),
    Column("sharing_condition", "共享条件", "Sharing condition", False, "限政务部门履职使用", text(300)),
    Column("open_condition", "开放条件", "Opening condition", False, "实名申请", text(300)),
    Column("source_note", "来源说明", "Source note", False, "依法履职产生", text(500)),
    Column("owner", "归属单位代码", "Owner's code", False, "", credit_code),
    Column("manager", "管理单位代码", "Manager's code", False, "", credit_code),
    Column("shared_from", "共享提供单位代码", "Provider's code", False, "", credit_code),
    Column("security_officer", "安全责任人", "Security officer", False, "数据安全负责人", text(64)),
    Column("others", "备注", "Remarks", False, "", text(2048)),
)
SYSTEMS: Final = (
    Column("name_zh", "系统名称", "Name", True, "卫生健康统计直报系统", text(128)),
    Column("name_en", "英文名称", "English name", False, "Health reporting system", text(200)),
    Column("purpose", "用途", "Purpose", True, "采集卫生健康统计数据", text(500)),
    Column("protection_level", "等级保护级别", "Protection level", True, "3", whole(1, 5)),
    Column("network", "所在网络", "Network", True, "政务外网", word(_CHANNELS)),
    Column("state", "状态", "State", True, "在用", word(SYSTEM_STATE)),
    Column("built_on", "建成日期", "Built on", False, "2019-06-01", day),
    Column("contact_office", "联系部门", "Contact office", True, "信息中心", text(40)),
    Column("contact_phone", "联系电话", "Contact phone", True, "0591-00000000", text(20)),
)
DEMANDS: Final = (
    Column("name_zh", "需求名称", "Name", True, "企业纳税信用等级", text(128)),
    Column("name_en", "英文名称", "English name", False, "Tax credit grades", text(200)),
    Column("purpose", "用途", "Purpose", True, "医疗机构审批核验", text(500)),
    Column("legal_basis", "需求依据", "Legal basis", True, "政务数据共享条例", text(300)),
    Column("update_frequency", "更新频率", "Updated", True, "每月", word(catalogue.UPDATE_FREQUENCY)),
    Column("wanted_from", "提供单位代码", "Provider's code", False, "", credit_code),
    Column("wanted_fields", "所需字段", "Fields wanted", False, "信用代码、等级、年度", text(1000)),
    Column("wanted_by", "需用日期", "Wanted by", False, "2026-12-31", day),
)
COLUMNS: Final = MappingProxyType(
    {ImportKind.RESOURCES: RESOURCES, ImportKind.SYSTEMS: SYSTEMS, ImportKind.DEMANDS: DEMANDS}
)


def taken(sheet: Sheet, columns: Sequence[Column]) -> tuple[list[Taken], list[Fault]]:
    """Return the rows of a sheet as read and every fault found, at most MOST_FAULTS; raise HeadingsWrong.

    A name that stands twice in the file is a fault of the second row. Rows with a fault are not among those returned.
    """
    places = _places(sheet.headings, columns)
    rows: list[Taken] = []
    faults: list[Fault] = []
    names: dict[str, int] = {}
    for number, cells in sheet.rows:
        values, wrong = _row(number, cells, columns, places)
        name = str(values.get("name_zh", ""))
        if name and name in names:
            zh, en = f"与第 {names[name]} 行名称重复", f"the name stands in row {names[name]} already"
            wrong.append(Fault(number, columns[0].zh, "registry.name_taken", zh, en))
        names.setdefault(name, number)
        faults += wrong
        if not wrong:
            rows.append(Taken(number, values))
        if len(faults) >= MOST_FAULTS:
            break
    return rows, faults[:MOST_FAULTS]


def row_leaf(values: Mapping[str, Any]) -> bytes:
    """Return the Merkle leaf of a row: the leaf hash of RFC 9162 over the canonical JSON of its values."""
    return leaf_hash(rfc8785.dumps({key: _told(value) for key, value in values.items()}))


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return [
            {"object": str(one.object), "harm": str(one.harm)} if isinstance(one, Assessment) else one for one in value
        ]
    return plain(value)


def _places(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    known = {title.casefold(): one.key for one in columns for title in (one.zh, one.en, one.key)}
    places: dict[str, int] = {}
    unknown: list[str] = []
    for place, heading in enumerate(headings):
        key = known.get(heading.strip().rstrip("*＊").strip().casefold())
        if key is None or key in places:
            unknown.append(heading[:40] or f"#{place + 1}")
        else:
            places[key] = place
    missing = [one.zh for one in columns if one.needed and one.key not in places]
    if missing or unknown:
        raise HeadingsWrong(missing="、".join(missing) or "—", unknown="、".join(unknown)[:200] or "—")
    return places


def _row(
    number: int, cells: Sequence[str], columns: Sequence[Column], places: Mapping[str, int]
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for one in columns:
        place = places.get(one.key, -1)
        cell = cells[place] if 0 <= place < len(cells) else ""
        if not cell and one.needed:
            faults.append(Fault(number, one.zh, "registry.text_missing", "必填", "must be given"))
            continue
        if not cell and one.key in _WORDED:
            values[one.key] = ""
            continue
        try:
            values[one.key] = one.read(cell)
        except Misread as wrong:
            faults.append(Fault(number, one.zh, wrong.code, wrong.zh, wrong.en))
    return values, faults


_WORDED: Final = frozenset({"size_unit", "channel"})
