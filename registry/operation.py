"""What 发改数据规〔2025〕27号 asks of a plan, a selection and an agreement of authorised operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from ledger import words
from registry.catalogue import Label
from registry.limits import longest_term_end

ONE: Final = Decimal(1)
SHARE_DIGITS: Final = 6


class Mode(StrEnum):
    """How much a plan authorises at once (Art 9)."""

    WHOLE = "whole"
    BY_FIELD = "by_field"
    BY_SCENARIO = "by_scenario"


class Method(StrEnum):
    """How the operator is chosen (Art 12)."""

    OPEN_TENDER = "open_tender"
    INVITED_TENDER = "invited_tender"
    NEGOTIATION = "negotiation"
    OTHER_COMPETITION = "other_competition"


class Relation(StrEnum):
    """How an affiliate belongs to an organisation (Art 6 bars taking part "directly or indirectly")."""

    SUBSIDIARY = "subsidiary"
    PARENT = "parent"
    COMMON_CONTROL = "common_control"
    SIGNIFICANT_INFLUENCE = "significant_influence"


def _items(**pairs: tuple[str, str]) -> Mapping[str, Label]:
    return MappingProxyType({key: Label(*pair) for key, pair in pairs.items()})


MODE: Final = _items(
    whole=("整体授权", "As a whole"),
    by_field=("分领域授权", "By field"),
    by_scenario=("依场景授权", "By scenario"),
)
METHOD: Final = _items(
    open_tender=("公开招标", "Open tender"),
    invited_tender=("邀请招标", "Invited tender"),
    negotiation=("谈判", "Negotiation"),
    other_competition=("其他公平竞争方式", "Other fair competition"),
)
PLAN_ITEMS: Final = _items(
    name=("名称", "Name"),
    necessity=("必要性和可行性", "Necessity and feasibility"),
    operator_conditions=("运营机构选择条件", "Conditions for the operator"),
    mode=("授权运营模式", "Mode of authorisation"),
    scope=("数据范围、目录、更新频率和质量", "Data scope, catalogue, update rhythm, quality"),
    term=("期限、建设、技术保障、进度、评价、退出和资产管理", "Term, construction, support, evaluation, exit, assets"),
    products=("产品和服务清单（公共治理公益、产业行业）", "Products and services by scenario"),
    accounts=("成本收入核算和收益分配", "Accounts and distribution of revenue"),
    security=("安全、个人信息保护和应急", "Security, personal information, emergency"),
    duties=("各方权利义务", "Rights and duties"),
    supervision=("监督管理和考核", "Supervision and assessment"),
    other=("其他", "Other"),
)
FEASIBILITY_ITEMS: Final = _items(
    management=("全生命周期管理", "Management over the whole life"),
    demand=("社会需求", "Social demand"),
    market=("市场规模", "Size of the market"),
    effect=("预期成效", "Expected effect"),
    risk=("风险", "Risks"),
)
RELATION: Final = _items(
    subsidiary=("子公司或受控单位", "Subsidiary or controlled"),
    parent=("母公司或控制单位", "Parent or controlling"),
    common_control=("同受一方控制", "Under common control"),
    significant_influence=("重大影响", "Significant influence"),
)
AGREEMENT_ITEMS: Final = _items(
    scope=("授权运营范围和数据目录", "Scope and catalogue"),
    term=("运营期限", "Term"),
    products=("产品清单、技术标准、安全审查和业务规范性审核", "Products, standards, security and business review"),
    platform=("技术支撑平台", "Platform"),
    assets=("资产权属", "Ownership of assets"),
    disclosure=("信息披露和不参与再开发", "Disclosure and no re-development"),
    accounts=("成本收入核算和收益分配", "Accounts and distribution of revenue"),
    security=("安全、风险监测和应急", "Security, risk monitoring, emergency"),
    evaluation=("运营成效评价、续约和退出", "Evaluation, renewal and exit"),
    breach=("违约责任", "Breach"),
    disputes=("争议解决", "Disputes"),
    changes=("变更和终止", "Change and termination"),
    other=("其他", "Other"),
)


@dataclass(eq=False, kw_only=True)
class ItemsIncomplete(InvalidInput):
    """A plan or agreement without one of the items it must hold, or with one nobody asked for."""

    code = "registry.items_incomplete"
    zh = "内容不完整：缺少 {missing}；多余 {unknown}（{article}）。"
    en = "The content is incomplete. Missing: {missing}. Not known: {unknown}. ({article})"
    missing: str
    unknown: str
    article: str


@dataclass(eq=False, kw_only=True)
class TermTooLong(InvalidInput):
    """A term of more than five years without a recorded reason."""

    code = "registry.term_too_long"
    zh = "运营期限原则上不超过 5 年：自 {valid_from} 起最迟至 {longest} 止；更长期限须说明理由。"
    en = "The term is in principle at most five years: from {valid_from} to {longest}; a longer one needs a reason."
    law = "发改数据规〔2025〕27号 第十四条第二项"
    valid_from: date
    valid_until: date
    longest: date


@dataclass(eq=False, kw_only=True)
class TermEmpty(InvalidInput):
    """A term that ends before it begins."""

    code = "registry.term_empty"
    zh = "运营期限无效：{valid_from} 至 {valid_until}。"
    en = "The term from {valid_from} to {valid_until} is empty."
    valid_from: date
    valid_until: date


@dataclass(eq=False, kw_only=True)
class SharesDoNotSum(InvalidInput):
    """Revenue shares that are not positive, too fine, or do not sum to one."""

    code = "registry.shares_do_not_sum"
    zh = "收益分配比例须为正数、不多于六位小数且合计为 1，现合计为 {total}。"
    en = "Revenue shares must be positive, of at most six decimals, and sum to 1; these sum to {total}."
    law = "发改数据规〔2025〕27号 第十四条第七项"
    total: Decimal


@dataclass(eq=False, kw_only=True)
class NumberMalformed(InvalidInput):
    """A document's number that is not written as official numbers are."""

    code = "registry.number_malformed"
    zh = "“{number}”不是规范的文号或编号：应如“闽数授〔2025〕1号”，不含人名或其他说明。"
    en = "{number} is no official number: write it like 闽数授〔2025〕1号, without names or remarks."
    law = "发改数据规〔2025〕27号 第十一条、第十三条"
    number: str


def require_number(number: str) -> str:
    """Return an official number without blanks around it; raise NumberMalformed."""
    plain = number.strip()
    if len(plain) > words.NUMBER["maxLength"] or not re.fullmatch(words.NUMBER["pattern"], plain):
        raise NumberMalformed(number=plain[:80])
    return plain


def require_items(items: Mapping[str, str], wanted: Mapping[str, Label], *, article: str) -> None:
    """Refuse items that lack or empty one of ``wanted`` or hold another; raise ItemsIncomplete."""
    missing = [label.name_zh for key, label in wanted.items() if not items.get(key, "").strip()]
    unknown = sorted(set(items) - set(wanted))
    if missing or unknown:
        raise ItemsIncomplete(missing="、".join(missing) or "—", unknown=", ".join(unknown) or "—", article=article)


def require_term(valid_from: date, valid_until: date, *, reason: str) -> bool:
    """Return whether a half-open term is longer than usual; raise TermEmpty, or TermTooLong when no reason is given."""
    if valid_until <= valid_from:
        raise TermEmpty(valid_from=valid_from, valid_until=valid_until)
    longest = longest_term_end(valid_from)
    if valid_until > longest and not reason.strip():
        raise TermTooLong(valid_from=valid_from, valid_until=valid_until, longest=longest)
    return valid_until > longest


def require_shares(shares: Mapping[str, Decimal]) -> None:
    """Refuse shares that are not positive, have more than six decimals, or do not sum to one; raise SharesDoNotSum."""
    total = sum(shares.values(), Decimal(0))
    fine = all(share.is_finite() and share > 0 and share == round(share, SHARE_DIGITS) for share in shares.values())
    if total != ONE or not fine:
        raise SharesDoNotSum(total=total)
