"""A cost survey as a table: CSV in the columns of the cost lines, checked row by row."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from kernel.errors import DomainError, InvalidInput
from pricing import survey
from pricing.articles import ACCOUNTS
from pricing.survey import CostLine

COLUMNS: Final = ("head", "use", "amount", "subsidy", "note", "product", "allocation", "allocation_key")
NEEDED: Final = frozenset({"head", "use", "amount"})
TITLES: Final[Mapping[str, str]] = {
    "成本项目": "head",
    "用途": "use",
    "金额": "amount",
    "政府补助": "subsidy",
    "说明": "note",
    "产品": "product",
    "分摊比例": "allocation",
    "分摊依据": "allocation_key",
}
WORDS: Final[Mapping[str, str]] = {
    "平台": "platform",
    "平台建设和运维成本": "platform",
    "数据处理": "processing",
    "数据传输、汇聚、存储、治理成本": "processing",
    "人力": "staff",
    "人力资源成本": "staff",
    "获取数据": "acquisition",
    "获取公共数据资源的相关支出": "acquisition",
    "期间费用": "period",
    "产业": "industry",
    "产业行业": "industry",
    "公益": "public",
    "公共治理公益": "public",
}


@dataclass(eq=False, kw_only=True)
class NotATable(InvalidInput):
    """Text that has no usable heading row."""

    code: ClassVar[str] = "pricing.not_a_table"
    zh: ClassVar[str] = (
        "表格首行须有列名：成本项目、用途、金额（可另有说明、产品、分摊比例、分摊依据）；问题：{problem}。"
    )
    en: ClassVar[str] = "The table's first row names its columns: head, use, amount and optional others; {problem}."
    law: ClassVar[str] = str(ACCOUNTS)
    problem: str


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: the lines that are right, and for each row that is not its number and the error."""

    lines: tuple[CostLine, ...]
    errors: tuple[tuple[int, DomainError], ...]


def read(text: str) -> Table:
    """Return the cost lines of a CSV table and the error of every row that cannot be taken; raise NotATable."""
    try:
        return read_rows(list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)))
    except csv.Error as error:
        raise NotATable(problem=str(error)) from error


def read_rows(rows: list[list[str]]) -> Table:
    """Return the cost lines of rows of text, the first naming the columns, with each bad row's error; as `read`."""
    names = [TITLES.get(title.strip(), title.strip()) for title in rows[0]] if rows else []
    unknown = [name for name in names if name not in COLUMNS]
    if not NEEDED.issubset(names) or unknown or len(set(names)) != len(names):
        raise NotATable(problem=", ".join(unknown or sorted(NEEDED - set(names))) or "-")
    lines: list[CostLine] = []
    errors: list[tuple[int, DomainError]] = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            lines.append(survey.read_line(number, _row(names, cells)))
        except DomainError as error:
            errors.append((number, error))
    return Table(tuple(lines), tuple(errors))


def _row(names: list[str], cells: list[str]) -> dict[str, Any]:
    filled = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
    for name in ("head", "use"):
        filled[name] = WORDS.get(filled.get(name, ""), filled.get(name, ""))
    for name in ("amount", "subsidy"):
        if name in filled:
            filled[name] = filled[name].replace(",", "")
    return filled


def write(lines: tuple[CostLine, ...]) -> str:
    """Return cost lines as CSV with the columns that `read` takes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(survey.write_line(line) for line in lines)
    return out.getvalue()
