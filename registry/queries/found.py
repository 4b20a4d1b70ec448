"""Finding one row by its public id, or saying that there is none."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from kernel.errors import NotFound

M = TypeVar("M", bound=Model)


@dataclass(eq=False, kw_only=True)
class NoSuch(NotFound):
    """Nothing of that kind has this id."""

    code = "registry.not_found"
    zh = "没有找到编号为 {id} 的{thing_zh}。"
    en = "There is no {thing} with the id {id}."
    thing: str
    thing_zh: str
    id: str


NAMES: Final = MappingProxyType(
    {
        "organisation": "单位",
        "data resource": "数据资源",
        "data product": "数据产品",
        "registration": "登记",
        "objection": "异议",
        "plan": "实施方案",
        "selection": "运营机构遴选",
        "agreement": "授权运营协议",
        "data demand": "数据需求",
        "information system": "信息系统",
        "import batch": "导入批次",
        "affiliation": "关联关系",
        "disclosure": "信息披露",
        "evaluation": "年度评价",
        "party right": "权利记录",
        "draft": "草稿",
        "deposit": "存证文件",
        "api key": "API 密钥",
        "property right": "数据产权登记",
        "right objection": "数据产权异议",
        "opening plan": "开放计划",
        "access request": "开放申请",
        "information report": "个人信息报告",
        "notice subscription": "公示订阅",
        "organisation application": "身份登记申请",
        "contact person": "联系人",
    }
)


def row(rows: QuerySet[M], public_id: UUID) -> M:
    """Return the row of ``rows`` with this public id; raise NoSuch."""
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise hidden(rows, public_id)
    return found


def hidden(rows: QuerySet[M], public_id: UUID) -> NoSuch:
    """Return the error for a row that exists but is not this actor's to see: the same as for none."""
    thing = str(rows.model._meta.verbose_name)
    return NoSuch(thing=thing, thing_zh=NAMES.get(thing, thing), id=str(public_id))
