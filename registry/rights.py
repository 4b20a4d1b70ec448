"""The three rights over data, held separately by each party (数据产权登记工作指引（试行）第二十一条).

持有权: hold the data or have it held. 使用权: process and analyse it for one's own operation, no outward supply.
经营权: supply it outward. Several holders of one right do not exclude each other, and the rights are independent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from registry.catalogue import Label
from registry.property_rights import RightKind

ARTICLE_21: Final = "国数综政策〔2026〕35号 第二十一条"


Right = RightKind


class Ground(StrEnum):
    """How a party came by a right."""

    DUTY = "duty"
    GENERATED = "generated"
    CRAWLED = "crawled"
    CRAWLED_PRODUCT = "crawled_product"
    AGREED = "agreed"
    DERIVED = "derived"
    FUSED = "fused"
    ENTRUSTED = "entrusted"


RIGHT: Final = MappingProxyType(
    {
        Right.HOLD: Label("持有权", "Right to hold"),
        Right.USE: Label("使用权", "Right to use"),
        Right.OPERATE: Label("经营权", "Right to operate"),
    }
)
GROUND: Final = MappingProxyType(
    {
        Ground.DUTY: Label("履行法定职责形成", "Arose in performing legal duties"),
        Ground.GENERATED: Label("采集生成", "Collected or generated"),
        Ground.CRAWLED: Label("通过自动化程序收集公开数据", "Collected from public sources by program"),
        Ground.CRAWLED_PRODUCT: Label("自公开数据加工且不替代来源", "Made from public sources, no substitute for them"),
        Ground.AGREED: Label("协议取得", "Obtained by agreement"),
        Ground.DERIVED: Label("衍生创造", "Derived"),
        Ground.FUSED: Label("融合形成且未约定", "Fused, without an agreement on rights"),
        Ground.ENTRUSTED: Label("受托处理", "Processed on another's behalf"),
    }
)
_ALL: Final = frozenset(Right)
_INWARD: Final = frozenset({Right.HOLD, Right.USE})
ALLOWED: Final[Mapping[Ground, frozenset[Right]]] = MappingProxyType(
    {
        Ground.DUTY: _ALL,
        Ground.GENERATED: _ALL,
        Ground.CRAWLED: _INWARD,
        Ground.CRAWLED_PRODUCT: _ALL,
        Ground.AGREED: _ALL,
        Ground.DERIVED: _ALL,
        Ground.FUSED: _INWARD,
        Ground.ENTRUSTED: frozenset(),
    }
)


@dataclass(eq=False, kw_only=True)
class RightNotAvailable(InvalidInput):
    """A right that the ground on which it is claimed does not give."""

    code = "registry.right_not_available"
    zh = "以“{ground_zh}”不能取得{right_zh}；可取得：{available}。"
    en = "{ground_en} gives no {right_en}; it gives: {available}."
    law = ARTICLE_21
    ground_zh: str
    ground_en: str
    right_zh: str
    right_en: str
    available: str


def require_available(right: Right, ground: Ground, *, others_consent: bool = False) -> None:
    """Refuse a right that its ground does not give; raise RightNotAvailable (Art 21).

    Publicly crawled data gives holding and use only; data fused without an agreement gives operation only with the
    other parties' consent; whoever processes on another's behalf has none of the three.
    """
    allowed = ALLOWED[ground] | (_ALL if ground is Ground.FUSED and others_consent else frozenset())
    if right not in allowed:
        raise RightNotAvailable(
            ground_zh=GROUND[ground].name_zh,
            ground_en=GROUND[ground].name_en,
            right_zh=RIGHT[right].name_zh,
            right_en=RIGHT[right].name_en.lower(),
            available=_named(allowed),
        )


def _named(rights: Collection[Right]) -> str:
    return "、".join(f"{RIGHT[one].name_zh} ({one})" for one in Right if one in rights) or "—"
