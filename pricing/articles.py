"""The clauses that pricing rests on, numbered as the documents number themselves, and which rule rests on which."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kernel.law import Article

_PARTS: Final = re.compile(r"(?P<article>.+?)[ ]*(?P<clause>\([^()]+\)|第.{1,3}款)?")


class Change(StrEnum):
    """What may become of a clause."""

    ENACTED = "enacted"
    AMENDED = "amended"
    REPEALED = "repealed"


class Standing(StrEnum):
    """How a clause stands on a day."""

    IN_FORCE = "in_force"
    AMENDED = "amended"
    REPEALED = "repealed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfLaw:
    """A clause made, amended or repealed from a day on."""

    article: Article
    change: Change


S65: Final = "发改价格〔2025〕65号"
S65_IN_FORCE: Final = date(2025, 3, 1)


_S65: Final[Mapping[str, str]] = {
    "一": "明确定价范围和管理权限",
    "二 第一款": "规范定价程序",
    "二 第二款": "试行收费标准与定价基础评估",
    "三(一)": "科学核定最高准许收入",
    "三(二)": "合理制定上限收费标准",
    "四 第一款": "定期评估与超收扣减",
    "四 第二款": "年度偏离与收费标准调整",
    "五 第一款": "单独核算、公示与明码标价",
    "五 第二款": "年度经营情况报告",
}
SCOPE, PROCEDURE, TRIAL, REVENUE, CEILING, EVALUATION, DEVIATION, ACCOUNTS, REPORT = (
    Article(document=S65, article=article, title=title, valid_from=S65_IN_FORCE) for article, title in _S65.items()
)
AGREEMENT_PRICE: Final = Article(
    document="发改数据规〔2025〕27号",
    article="第十七条",
    title="授权运营的价格政策",
    valid_from=date(2025, 3, 1),
    valid_until=date(2030, 3, 1),
)
SHARING: Final = Article(
    document="发改数据规〔2025〕27号",
    article="第十四条",
    title="协议约定成本收益核算与收益分配",
    valid_from=date(2025, 3, 1),
    valid_until=date(2030, 3, 1),
)
ASSETS: Final = Article(
    document="发改数据规〔2025〕27号",
    article="第二十三条",
    title="防范不当数据资产化、资本化",
    valid_from=date(2025, 3, 1),
    valid_until=date(2030, 3, 1),
)
UNITS: Final = Article(
    document="NDI—TR—2025—06",
    article="表 C.1",
    title="产品计量方式与计量单位",
    valid_from=date(2025, 2, 28),
)

ARTICLES: Final[tuple[Article, ...]] = (
    SCOPE,
    PROCEDURE,
    TRIAL,
    REVENUE,
    CEILING,
    EVALUATION,
    DEVIATION,
    ACCOUNTS,
    REPORT,
    AGREEMENT_PRICE,
    SHARING,
    ASSETS,
    UNITS,
)

RULES: Final[Mapping[str, tuple[Article, ...]]] = {
    "pricing.formula.operating_cost": (REVENUE, ACCOUNTS),
    "pricing.formula.profit_rate": (REVENUE,),
    "pricing.formula.permitted_profit": (REVENUE,),
    "pricing.formula.taxes": (REVENUE,),
    "pricing.formula.tax_by_rate": (REVENUE,),
    "pricing.formula.deduction": (EVALUATION,),
    "pricing.formula.permitted_revenue": (REVENUE, EVALUATION),
    "pricing.survey.reconcile": (ACCOUNTS,),
    "pricing.survey.check_holders_paid_once": (REVENUE, SHARING),
    "pricing.ceilings.within_permitted_revenue": (PROCEDURE, CEILING),
    "pricing.fees.check_under_ceiling": (PROCEDURE,),
    "pricing.fees.check_trial": (TRIAL,),
    "pricing.fees.check_full_year": (TRIAL,),
    "pricing.fees.is_free": (SCOPE,),
    "pricing.quoting.quote": (SCOPE, PROCEDURE, AGREEMENT_PRICE),
    "pricing.units.check_unit": (CEILING, UNITS),
    "pricing.deviation.deviation": (DEVIATION,),
    "pricing.distribution.split": (SHARING,),
    "pricing.sharing.calculate": (SHARING,),
    "pricing.split.calculate": (SHARING,),
    "pricing.valuation.calculate": (ASSETS,),
    "pricing.plans.check_price": (PROCEDURE, CEILING),
    "pricing.evidence.check": (ACCOUNTS,),
}


RULE_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "pricing.formula.operating_cost": ("经营成本", "Operating cost"),
    "pricing.formula.profit_rate": ("准许利润率", "Permitted profit rate"),
    "pricing.formula.permitted_profit": ("准许利润", "Permitted profit"),
    "pricing.formula.taxes": ("税金", "Tax"),
    "pricing.formula.tax_by_rate": ("按税率计算税金", "Tax by rate"),
    "pricing.formula.deduction": ("超收扣减", "Deduction of excess income"),
    "pricing.formula.permitted_revenue": ("最高准许收入", "Permitted revenue"),
    "pricing.survey.reconcile": ("成本与账簿核对", "Costs agree with the books"),
    "pricing.survey.check_holders_paid_once": ("持有单位支出不重复", "Holders are paid once"),
    "pricing.ceilings.within_permitted_revenue": ("上限在最高准许收入之内", "Ceilings within the revenue"),
    "pricing.fees.check_under_ceiling": ("收费标准不高于上限", "Fees stay under the ceiling"),
    "pricing.fees.check_trial": ("试行收费标准", "Trial fees"),
    "pricing.fees.check_full_year": ("满一个完整运营年度", "A full year of operation"),
    "pricing.fees.is_free": ("公共治理、公益免费", "Free public use"),
    "pricing.quoting.quote": ("报价", "Quotes"),
    "pricing.units.check_unit": ("计费方式和单位", "Charging forms and units"),
    "pricing.deviation.deviation": ("年度偏离", "Yearly deviation"),
    "pricing.distribution.split": ("按比例分配", "Division by shares"),
    "pricing.sharing.calculate": ("按价值贡献分配", "Sharing by contribution"),
    "pricing.split.calculate": ("按协议比例分配", "Sharing by the agreement"),
    "pricing.valuation.calculate": ("资产评估", "Asset valuation"),
    "pricing.plans.check_price": ("方案价格不高于上限", "Plans stay under the ceiling"),
    "pricing.evidence.check": ("成本凭证", "Evidence of costs"),
}
"""What each rule is called in Chinese and English."""


def rules_of(document: str, article: str | None = None) -> tuple[str, ...]:
    """Return the names of the rules that rest on a document (and article): what an amendment touches."""
    return tuple(
        rule
        for rule, articles in RULES.items()
        if any(a.document == document and (article is None or a.article == article) for a in articles)
    )


def parts(article: Article) -> tuple[str, str]:
    """Return a clause's article and, where its number names one, its paragraph or item: ``三(一)`` as 三 and (一)."""
    found = _PARTS.fullmatch(article.article)
    if found is None:
        return article.article, ""
    return found["article"], found["clause"] or ""


def standing(article: Article, changes: Sequence[ChangeOfLaw], *, on: date) -> tuple[Standing, date | None]:
    """Return how a clause stands on a day, with the day of the change that made it so.

    ``changes`` are those of this clause. The latest that applies decides; before any it is in force by its own days.
    """
    begun = [change for change in changes if change.article.valid_from <= on]
    if begun:
        last = max(begun, key=lambda change: change.article.valid_from)
        over = not last.article.in_force(on)
        names = {Change.ENACTED: Standing.IN_FORCE, Change.AMENDED: Standing.AMENDED}
        state = Standing.REPEALED if over else names.get(last.change, Standing.REPEALED)
        return state, last.article.valid_from
    if on < article.valid_from:
        return Standing.PENDING, article.valid_from
    return (Standing.IN_FORCE, None) if article.in_force(on) else (Standing.REPEALED, article.valid_until)


def of_clause(changes: Iterable[ChangeOfLaw], document: str, article: str) -> tuple[ChangeOfLaw, ...]:
    """Return the changes of one clause, earliest first."""
    mine = [one for one in changes if (one.article.document, one.article.article) == (document, article)]
    return tuple(sorted(mine, key=lambda one: one.article.valid_from))
