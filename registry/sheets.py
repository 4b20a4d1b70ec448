"""Tables from files that people made: CSV in the encodings of their offices, and XLSX without macros or bombs.

Bytes in, texts by row out. Nothing is written, opened by name or executed; formulas are refused, for their values are
whatever the last program left there.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kernel.errors import InvalidInput
from registry.deposit import plain_name

LARGEST: Final = 16 * 1024 * 1024
LARGEST_UNPACKED: Final = 200 * 1024 * 1024
HIGHEST_RATIO: Final = 200
MOST_PARTS: Final = 2_000
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 32_767
CSV: Final = ".csv"
XLSX: Final = ".xlsx"
_PACKED: Final = b"PK\x03\x04"
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


@dataclass(eq=False, kw_only=True)
class SheetRefused(InvalidInput):
    """A file that is no table that can be read safely."""

    code = "registry.sheet_refused"
    zh = "文件“{name}”不能导入：{reason_zh}。请使用模板，另存为 CSV（UTF-8 或 GB 18030）或不含宏的 XLSX。"
    en = "{name} cannot be imported: {reason_en}. Use the template, saved as CSV or as XLSX without macros."
    law = "NDI—TR—2025—06"
    name: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its headings, and its rows with the number each has in the file (the heading's is 1)."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(name: str, content: bytes) -> Sheet:
    """Return the table in a file; raise SheetRefused for what is no table, too large, or not safe to read."""
    plain = plain_name(name)[:200]
    ending = f".{plain.rpartition('.')[2]}".lower()
    if len(content) > LARGEST:
        raise _refused(plain, f"超过 {LARGEST} 字节", f"it is larger than {LARGEST} bytes")
    if ending == CSV and not content.startswith(_PACKED):
        return _sheet(plain, enumerate(_csv(plain, content), 1))
    if ending == XLSX:
        return _sheet(plain, enumerate(_xlsx(plain, content), 1))
    raise _refused(plain, "不是 CSV 或 XLSX 文件", "it is neither CSV nor XLSX")


def _refused(name: str, reason_zh: str, reason_en: str) -> SheetRefused:
    return SheetRefused(name=name, reason_zh=reason_zh, reason_en=reason_en)


def _sheet(name: str, lines: Iterator[tuple[int, Sequence[str]]]) -> Sheet:
    headings: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in lines:
        if not any(cells):
            continue
        if len(cells) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
            raise _refused(
                name, f"第 {number} 行的列数或单元格过长", f"row {number} is too wide or has too long a cell"
            )
        if not headings:
            headings = tuple(cells)
        elif len(rows) == MOST_ROWS:
            raise _refused(name, f"超过 {MOST_ROWS} 行", f"it has more than {MOST_ROWS} rows")
        else:
            rows.append((number, tuple(cells)))
    if not rows:
        raise _refused(name, "没有数据行", "it has no rows")
    return Sheet(headings, tuple(rows))


def _csv(name: str, content: bytes) -> Iterator[list[str]]:
    text = _text(name, content)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [cell.strip() for cell in cells]
    except csv.Error as error:
        raise _refused(name, "不是有效的 CSV", "it is no valid CSV") from error


def _text(name: str, content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _refused(name, "不是 UTF-8 或 GB 18030 文本", "it is text in neither UTF-8 nor GB 18030")


def _xlsx(name: str, content: bytes) -> Iterator[list[str]]:
    _require_harmless(name, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for row in book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1):
            cells = [_cell(name, cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            yield cells
    except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        raise _refused(name, "不是有效的 XLSX", "it is no valid XLSX") from error


def _cell(name: str, cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        reason = f"单元格 {cell.coordinate} 含公式"
        raise _refused(name, reason, f"the cell {cell.coordinate} holds a formula")
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _program(part: str) -> bool:
    """Whether an archive's part is a macro, a control or an embedded object; a printer's settings are none of these."""
    if "vba" in part or "/embeddings/" in part or "/activex/" in part:
        return True
    return part.endswith((".exe", ".dll", ".bin")) and "/printersettings/" not in part


def _require_harmless(name: str, content: bytes) -> None:
    """Refuse, by the archive's directory alone, macros, embedded programs and what unpacks to far too much."""
    if not content.startswith(_PACKED):
        raise _refused(name, "不是有效的 XLSX", "it is no valid XLSX")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (BadZipFile, zipfile.LargeZipFile) as error:
        raise _refused(name, "不是有效的 XLSX", "it is no valid XLSX") from error
    names = [part.filename.lower() for part in parts]
    if any(_program(one) for one in names):
        raise _refused(name, "含宏或嵌入程序", "it holds macros or embedded programs")
    unpacked = sum(part.file_size for part in parts)
    swollen = any(part.file_size > HIGHEST_RATIO * max(part.compress_size, 1) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED or swollen:
        raise _refused(name, "解压后过大", "it unpacks to far too much")
