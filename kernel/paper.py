"""Papers for people: a typst template and its data typeset as PDF, with a Chinese font of this machine embedded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final

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


@dataclass(eq=False, kw_only=True)
class NoChineseFont(Unavailable):
    """A machine without any font for Chinese."""

    code: ClassVar[str] = "kernel.no_chinese_font"
    zh: ClassVar[str] = "本机没有中文字体，无法生成 PDF；请安装 fonts-wqy-microhei 或 fonts-noto-cjk，或用 CSV。"
    en: ClassVar[str] = "No Chinese font on this machine: install fonts-wqy-microhei or fonts-noto-cjk, or use the CSV."


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


def typeset(template: Path, data: Mapping[str, Any]) -> bytes:
    """Return ``template`` typeset as PDF bytes, its text selectable; raise NoChineseFont.

    The template reads ``json(bytes(sys.inputs.data))``: the JSON-ready ``data`` and the font's name under ``font``.
    Data is data there: nothing in it is read as markup.
    """
    inputs = {"data": json.dumps({**data, "font": chinese_font()}, ensure_ascii=False)}
    made = typst.compile(template.read_bytes(), format="pdf", sys_inputs=inputs)
    if not isinstance(made, bytes):
        raise TypeError("one paper is one file")
    return made
