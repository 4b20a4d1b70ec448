"""A cost survey as an XLSX workbook: its first sheet as the text rows that `table` checks one by one.

A workbook keeps numbers as binary fractions; what people typed with up to fifteen digits comes back exactly by the
shortest decimal that means the same fraction. Formulas count by the value the workbook was saved with.
"""

import io
import zipfile
from dataclasses import dataclass
from typing import ClassVar, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kernel.errors import InvalidInput
from pricing import survey, table
from pricing.articles import ACCOUNTS
from pricing.table import Table

LARGEST_FILE: Final = 5_000_000
LARGEST_CONTENT: Final = 60_000_000
MOST_COLUMNS: Final = 40


@dataclass(eq=False, kw_only=True)
class NotAWorkbook(InvalidInput):
    """A file that is no XLSX workbook, or too large a one."""

    code: ClassVar[str] = "pricing.not_a_workbook"
    zh: ClassVar[str] = "文件无法作为 XLSX 工作簿读取（大小上限 {largest} 字节）：{problem}。"
    en: ClassVar[str] = "The file cannot be read as an XLSX workbook (at most {largest} bytes): {problem}."
    law: ClassVar[str] = str(ACCOUNTS)
    problem: str
    largest: int


def read(data: bytes) -> Table:
    """Return the cost lines of a workbook's first sheet and each bad row's error; raise NotAWorkbook, NotATable."""
    return table.read_rows(_rows(data))


def _rows(data: bytes) -> list[list[str]]:
    if len(data) > LARGEST_FILE:
        raise NotAWorkbook(problem=f"{len(data)} bytes", largest=LARGEST_FILE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            content = sum(one.file_size for one in packed.infolist())
        if content > LARGEST_CONTENT:
            raise NotAWorkbook(problem=f"{content} bytes unpacked", largest=LARGEST_FILE)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        cells = book.worksheets[0].iter_rows(max_row=survey.MOST_LINES + 2, max_col=MOST_COLUMNS, values_only=True)
        rows = [[_text(cell) for cell in row] for row in cells]
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError, SyntaxError) as error:
        raise NotAWorkbook(problem=str(error)[:100] or type(error).__name__, largest=LARGEST_FILE) from error
    while rows and rows[0] and not rows[0][-1]:
        rows = [row[:-1] for row in rows]
    return rows


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    return str(cell)
