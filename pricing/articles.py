"""The clauses that pricing rests on, numbered as the documents number themselves, and which rule rests on which."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from kernel.law import Article

S65: Final = "发改价格〔2025〕65号"
S65_IN_FORCE: Final = date(2025, 3, 1)


def _s65(article: str, title: str) -> Article:
    return Article(document=S65, article=article, title=title, valid_from=S65_IN_FORCE)


SCOPE: Final = _s65("一", "明确定价范围和管理权限")
PROCEDURE: Final = _s65("二 第一款", "规范定价程序")
TRIAL: Final = _s65("二 第二款", "试行收费标准与定价基础评估")
REVENUE: Final = _s65("三(一)", "科学核定最高准许收入")
CEILING: Final = _s65("三(二)", "合理制定上限收费标准")
EVALUATION: Final = _s65("四 第一款", "定期评估与超收扣减")
DEVIATION: Final = _s65("四 第二款", "年度偏离与收费标准调整")
ACCOUNTS: Final = _s65("五 第一款", "单独核算、公示与明码标价")
REPORT: Final = _s65("五 第二款", "年度经营情况报告")
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
    "pricing.formula.deduction": (EVALUATION,),
    "pricing.formula.permitted_revenue": (REVENUE, EVALUATION),
    "pricing.survey.reconcile": (ACCOUNTS,),
    "pricing.survey.check_holders_paid_once": (REVENUE, SHARING),
    "pricing.ceilings.within_permitted_revenue": (PROCEDURE, CEILING),
    "pricing.fees.check_under_ceiling": (PROCEDURE,),
    "pricing.fees.check_trial": (TRIAL,),
    "pricing.fees.is_free": (SCOPE,),
    "pricing.quoting.quote": (SCOPE, PROCEDURE),
    "pricing.units.check_unit": (CEILING, UNITS),
    "pricing.deviation.deviation": (DEVIATION,),
    "pricing.distribution.split": (SHARING,),
    "pricing.sharing.calculate": (SHARING,),
    "pricing.valuation.calculate": (ASSETS,),
    "pricing.plans.check_price": (PROCEDURE, CEILING),
    "pricing.evidence.check": (ACCOUNTS,),
}


def rules_of(document: str, article: str | None = None) -> tuple[str, ...]:
    """Return the names of the rules that rest on a document (and article): what an amendment touches."""
    return tuple(
        rule
        for rule, articles in RULES.items()
        if any(a.document == document and (article is None or a.article == article) for a in articles)
    )
