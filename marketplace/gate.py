"""The listing gate: what must hold before a product may be offered, each check with its ground."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

LISTING_RULES: Final = "NDI—TR—2025—06 A.3"
PRICE_NOTICE: Final = "发改价格〔2025〕65号 三"
OPERATION_RULES: Final = "发改数据规〔2025〕27号 第十四条"
REGISTRATION_RULES: Final = "发改数据规〔2025〕27号 第十六条"
RAW_DATA_RULE: Final = "发改数据规〔2025〕27号 第二十一条"
GRADING_STANDARD: Final = "GB/T 43697-2024"

SHORTEST_STATEMENT: Final = 10
REVIEWED_GRADES: Final = frozenset({"important", "general-4"})
FORBIDDEN_GRADES: Final = frozenset({"core"})


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price in force: its charging form and unit, the dearest tier, its ceiling (a trial fee has none)."""

    form: str
    unit: str
    fee: Decimal
    ceiling: Decimal | None
    trial: bool


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the gate looks at: the product's standing, its agreement, its prices and the operator's statements."""

    registration_code: str | None
    registration_state: str
    agreement_state: str
    agreement_from: date
    agreement_until: date
    outside_scope: tuple[str, ...]
    prices: tuple[Price, ...]
    grade: str
    personal_information: bool
    protected_unit: str
    quality_statement: str
    compliance_statement: str
    security_review: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question of the gate and its answer."""

    code: str
    passed: bool
    zh: str
    en: str
    article: str


def checks(offer: Offer, *, on: date) -> tuple[Check, ...]:
    """Answer every question of the gate for the day ``on``, passed or not, in the order the desk shows them."""
    return (*_standing(offer, on), *_prices(offer.prices), *_statements(offer), *_security(offer))


def failed(answers: Sequence[Check]) -> tuple[Check, ...]:
    """Return the checks that were not passed."""
    return tuple(check for check in answers if not check.passed)


def _standing(offer: Offer, on: date) -> Iterator[Check]:
    yield Check(
        code="registration",
        passed=offer.registration_code is not None,
        zh=f"产品已登记并取得登记结果查询码(现状态:{offer.registration_state})",
        en=f"The product is registered and holds a registration code (now: {offer.registration_state})",
        article=REGISTRATION_RULES,
    )
    runs = offer.agreement_from <= on < offer.agreement_until and offer.agreement_state == "filed"
    yield Check(
        code="agreement",
        passed=runs,
        zh=f"授权运营协议已备案且在期限内({offer.agreement_from} 至 {offer.agreement_until})",
        en=f"The operation agreement is filed and in force ({offer.agreement_from} to {offer.agreement_until})",
        article=OPERATION_RULES,
    )
    yield Check(
        code="scope",
        passed=not offer.outside_scope,
        zh="产品所用资源均在授权范围内"
        + (f";超出范围:{'、'.join(offer.outside_scope)}" if offer.outside_scope else ""),
        en="Every resource used is within the authorised scope"
        + (f"; outside: {', '.join(offer.outside_scope)}" if offer.outside_scope else ""),
        article=RAW_DATA_RULE,
    )


def _prices(prices: tuple[Price, ...]) -> Iterator[Check]:
    yield Check(
        code="price",
        passed=bool(prices),
        zh="已公布具体收费标准或试行收费标准",
        en="A fee or a trial fee is published",
        article=PRICE_NOTICE,
    )
    for price in prices:
        if price.ceiling is not None:
            yield Check(
                code=f"ceiling:{price.form}",
                passed=price.fee <= price.ceiling,
                zh=f"收费标准 {price.fee} 元不高于上限 {price.ceiling} 元",
                en=f"The fee of {price.fee} yuan is not above the ceiling of {price.ceiling} yuan",
                article=PRICE_NOTICE,
            )
        else:
            yield Check(
                code=f"ceiling:{price.form}",
                passed=price.trial,
                zh=f"收费标准 {price.fee} 元有上限依据或为试行收费标准",
                en=f"The fee of {price.fee} yuan has a ceiling or is a trial fee",
                article=PRICE_NOTICE,
            )


def _statements(offer: Offer) -> Iterator[Check]:
    yield Check(
        code="quality",
        passed=len(offer.quality_statement.strip()) >= SHORTEST_STATEMENT,
        zh="已提交数据质量评估说明",
        en="A statement on data quality is given",
        article=LISTING_RULES,
    )
    yield Check(
        code="compliance",
        passed=len(offer.compliance_statement.strip()) >= SHORTEST_STATEMENT,
        zh="已提交合规评估说明",
        en="A statement on compliance is given",
        article=LISTING_RULES,
    )


def _security(offer: Offer) -> Iterator[Check]:
    yield Check(
        code="grade",
        passed=offer.grade not in FORBIDDEN_GRADES,
        zh="产品不含核心数据",
        en="The product holds no core data",
        article=GRADING_STANDARD,
    )
    if offer.grade in REVIEWED_GRADES or offer.personal_information:
        yield Check(
            code="security_review",
            passed=len(offer.security_review.strip()) >= SHORTEST_STATEMENT,
            zh="按数据级别(或含个人信息)已完成安全审查",
            en="The security review that the grade (or personal information) demands is done",
            article=OPERATION_RULES,
        )
    if offer.personal_information:
        yield Check(
            code="protected_unit",
            passed=bool(offer.protected_unit.strip()),
            zh="已说明受保护单位",
            en="The protected unit is stated",
            article=RAW_DATA_RULE,
        )
