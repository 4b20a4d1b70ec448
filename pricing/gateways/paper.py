"""Reports as PDF: a title, facts and tables typeset by typst with a Chinese font of this machine."""

import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Final

import typst

from kernel.errors import Unavailable

FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "~/.fonts", "~/.local/share/fonts")
FONTS: Final = (
    ("wqy-microhei", "WenQuanYi Micro Hei"),
    ("wqy-zenhei", "WenQuanYi Zen Hei"),
    ("notosanscjk", "Noto Sans CJK SC"),
    ("notoserifcjk", "Noto Serif CJK SC"),
    ("notosanssc", "Noto Sans SC"),
    ("sourcehansanssc", "Source Han Sans SC"),
    ("simsun", "SimSun"),
    ("droidsansfallback", "Droid Sans Fallback"),
)
TEMPLATE: Final = Path(__file__).with_name("report.typ")


@dataclass(eq=False, kw_only=True)
class NoChineseFont(Unavailable):
    """A machine without any font for Chinese."""

    code: ClassVar[str] = "pricing.no_chinese_font"
    zh: ClassVar[str] = "本机没有中文字体，无法生成 PDF；请安装 fonts-wqy-microhei 或 fonts-noto-cjk，或用 CSV。"
    en: ClassVar[str] = "No Chinese font on this machine: install fonts-wqy-microhei or fonts-noto-cjk, or use the CSV."


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: a heading, facts (label, value), and one table with its heading row."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A report ready to be typeset; ``note`` is the small print, with the articles it is made under."""

    title: str
    subtitle: str
    note: str
    sections: tuple[Section, ...] = field(default=())


@lru_cache(maxsize=1)
def chinese_font() -> str:
    """Return the name of a Chinese font that is installed here; raise NoChineseFont."""
    present = [
        path.name.lower()
        for folder in FOLDERS
        for path in Path(folder).expanduser().rglob("*")
        if path.suffix.lower() in {".ttc", ".ttf", ".otf"}
    ]
    for start, name in FONTS:
        if any(one.replace("_", "").startswith(start) for one in present):
            return name
    raise NoChineseFont()


def pdf(paper: Paper) -> bytes:
    """Return a report as PDF bytes, its text selectable; raise NoChineseFont."""
    data = json.dumps({"font": chinese_font(), **asdict(paper)}, ensure_ascii=False)
    made = typst.compile(TEMPLATE.read_bytes(), format="pdf", sys_inputs={"data": data})
    if not isinstance(made, bytes):
        raise TypeError("one report is one file")
    return made
